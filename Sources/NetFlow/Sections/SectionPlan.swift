import FlowModel
import NetworkBytes
import PacketHeaders

/// Where the records of a template have a section of a sampled packet (PSAMP, RFC 5477 §8.5; NetFlow-Lite). Templates without
/// a section have no such plan.
struct SectionPlan: Sendable {
  /// Sections that begin with a frame's link header, and with an IP header.
  private let frames: [FlowPlan.Step]
  private let packets: [FlowPlan.Step]
  /// Where in the frame or packet the section begins, and how many of its octets were sampled.
  private let offsets: [FlowPlan.Step]
  private let lengths: [FlowPlan.Step]
  private let frameSizes: [FlowPlan.Step]
  private let frameTypes: [FlowPlan.Step]

  /// - Parameter places: of the template's elements.
  /// - Returns: nil if there is no section.
  init?(_ places: [InformationElementID: FlowPlan.Step]) {
    frames = [.dataLinkFrameSection, .layer2packetSectionData].compactMap { places[$0] }
    packets = [.ipHeaderPacketSection].compactMap { places[$0] }
    if frames.isEmpty, packets.isEmpty { return nil }
    offsets = [.sectionOffset, .layer2packetSectionOffset].compactMap { places[$0] }
    lengths = [.sectionExportedOctets, .layer2packetSectionSize].compactMap { places[$0] }
    frameSizes = [.dataLinkFrameSize].compactMap { places[$0] }
    frameTypes = [.dataLinkFrameType].compactMap { places[$0] }
  }
}

/// The packet that a record holds a section of.
struct SampledPacket {
  var headers: PacketHeaders
  /// Octets of the IP packet: by its own header, else by the frame's size; 0: not known.
  var octets: UInt64
}

extension SectionPlan {
  /// dataLinkFrameType (IANA element 408) of Ethernet.
  private static let ethernet: UInt64 = 1
  private static let ethernetHeader = 14
  /// Beyond it is no frame; the difference does not matter.
  private static let furthestOffset: UInt64 = 1 << 16

  /// - Returns: nil if the record's section is empty.
  func packet(_ record: RawSpan, _ layout: borrowing RecordLayout) -> SampledPacket? {
    let offset = Int(min(record.first(of: offsets, layout), Self.furthestOffset))
    if let section = section(frames, record, layout) {
      let type = record.first(of: frameTypes, layout)
      guard type == 0 || type == Self.ethernet else { return nil }
      let headers = PacketHeaders(record.extracting(section), from: .ethernet(missing: offset))
      return SampledPacket(headers: headers, octets: octets(headers, offset, record, layout))
    }
    // A section from the middle of an IP packet has no header.
    guard let section = section(packets, record, layout), offset == 0 else { return nil }
    let headers = PacketHeaders(record.extracting(section), from: .network)
    return SampledPacket(headers: headers, octets: octets(headers, Self.ethernetHeader, record, layout))
  }

  /// Where the first section stands that has octets; without those that only fill a field of fixed length.
  private func section(_ steps: [FlowPlan.Step], _ record: RawSpan, _ layout: borrowing RecordLayout) -> Range<Int>? {
    guard let step = steps.first(where: { layout.lengths[$0.index] > 0 }) else { return nil }
    let start = layout.offsets[step.index]
    let sampled = Int(clamping: record.first(of: lengths, layout))
    let length = layout.lengths[step.index]
    return start..<(start + (sampled > 0 ? min(sampled, length) : length))
  }

  /// - Parameter before: octets of the frame in front of the section.
  private func octets(
    _ headers: PacketHeaders, _ before: Int, _ record: RawSpan, _ layout: borrowing RecordLayout
  ) -> UInt64 {
    if headers.length > 0 { return UInt64(headers.length) }
    let link = headers.networkOffset.map { UInt64(before + $0) } ?? UInt64(Self.ethernetHeader)
    let size = record.first(of: frameSizes, layout)
    return size > link ? size - link : 0
  }
}

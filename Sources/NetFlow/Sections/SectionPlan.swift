import FlowModel
import NetworkBytes
import PacketHeaders

/// Fields of a template with a section of a sampled packet (PSAMP, RFC 5477 §8.5; NetFlow-Lite). Templates without a
/// section have no plan.
struct SectionPlan: Sendable {
  /// Sections that begin with a frame's link header, and with an IP header.
  private let frames: [FlowPlan.Step]
  private let packets: [FlowPlan.Step]
  /// Offset of the section in the frame or packet, and the number of octets sampled.
  private let offsets: [FlowPlan.Step]
  private let lengths: [FlowPlan.Step]
  private let frameSizes: [FlowPlan.Step]
  private let frameTypes: [FlowPlan.Step]

  /// - Parameter places: Fields of the template by element.
  /// - Returns: Nil if there is no section.
  init?(_ places: borrowing ElementPlaces) {
    frames = [.dataLinkFrameSection, .layer2packetSectionData].compactMap { places[$0] }
    packets = [.ipHeaderPacketSection].compactMap { places[$0] }
    if frames.isEmpty, packets.isEmpty { return nil }
    offsets = [.sectionOffset, .layer2packetSectionOffset].compactMap { places[$0] }
    lengths = [.sectionExportedOctets, .layer2packetSectionSize].compactMap { places[$0] }
    frameSizes = [.dataLinkFrameSize].compactMap { places[$0] }
    frameTypes = [.dataLinkFrameType].compactMap { places[$0] }
  }
}

/// Packet of which a record has a section.
struct SampledPacket {
  var headers: PacketHeaders
  /// Octets of the IP packet: from its header, otherwise from the frame's size; 0 if unknown.
  var octets: UInt64
}

extension SectionPlan {
  /// dataLinkFrameType (IANA element 408) of Ethernet.
  private static let ethernet: UInt64 = 1
  private static let ethernetHeader = 14
  /// No frame is longer; larger offsets are equivalent.
  private static let furthestOffset: UInt64 = 1 << 16

  /// - Returns: Nil if the record's section is empty.
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

  /// Returns the range of the first section that has octets, without padding to a fixed field length.
  private func section(_ steps: [FlowPlan.Step], _ record: RawSpan, _ layout: borrowing RecordLayout) -> Range<Int>? {
    guard let step = steps.first(where: { layout.lengths[$0.index] > 0 }) else { return nil }
    let start = layout.offsets[step.index]
    let sampled = Int(clamping: record.first(of: lengths, layout))
    let length = layout.lengths[step.index]
    return start..<(start + (sampled > 0 ? min(sampled, length) : length))
  }

  /// - Parameter before: Octets of the frame before the section.
  private func octets(
    _ headers: PacketHeaders, _ before: Int, _ record: RawSpan, _ layout: borrowing RecordLayout
  ) -> UInt64 {
    if headers.length > 0 { return UInt64(headers.length) }
    let link = headers.networkOffset.map { UInt64(before + $0) } ?? UInt64(Self.ethernetHeader)
    let size = record.first(of: frameSizes, layout)
    return size > link ? size - link : 0
  }
}

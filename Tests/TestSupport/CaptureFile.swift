public import NetworkBytes

/// A hand-built capture file, as octets.
public struct CaptureFile: Sendable {
  public enum Format: Sendable, CaseIterable {
    case pcap, pcapBigEndian, pcapNanoseconds, pcapng, pcapngBigEndian
  }

  public let format: Format
  public let linkType: LinkType
  public private(set) var octets: Octets = []

  public init(_ format: Format = .pcap, linkType: LinkType = .ethernet) {
    self.format = format
    self.linkType = linkType
    switch format {
    case .pcap, .pcapBigEndian, .pcapNanoseconds:
      octets += word(format == .pcapNanoseconds ? 0xa1b2_3c4d : 0xa1b2_c3d4)
      octets += half(2) + half(4) + zeros(8) + word(65_535) + word(linkType.rawValue)
    case .pcapng, .pcapngBigEndian:
      block(0x0a0d_0d0a, word(0x1a2b_3c4d) + half(1) + half(0) + zeros(8).map { _ in 0xff })
      addInterface(linkType)
    }
  }

  /// Appends a frame captured at `time`, nanoseconds since 1970 UTC (pcap, and pcapng here: whole microseconds).
  ///
  /// - Parameter captured: number of captured octets; all by default.
  public mutating func append(
    frame: Octets, at time: UInt64, captured: Int? = nil, interface: UInt32 = 0
  ) {
    let held = Octets(frame.prefix(captured ?? frame.count))
    let lengths = word(UInt32(held.count)) + word(UInt32(frame.count))
    switch format {
    case .pcap, .pcapBigEndian:
      octets += word(UInt32(time / 1_000_000_000)) + word(UInt32(time / 1_000 % 1_000_000)) + lengths + held
    case .pcapNanoseconds:
      octets += word(UInt32(time / 1_000_000_000)) + word(UInt32(time % 1_000_000_000)) + lengths + held
    case .pcapng, .pcapngBigEndian:
      let ticks = time / 1_000
      block(
        6,
        word(interface) + word(UInt32(ticks >> 32)) + word(UInt32(truncatingIfNeeded: ticks)) + lengths + held
          + zeros(-held.count & 3))
    }
  }

  /// Appends a UDP datagram in one frame of the file's link type.
  public mutating func append(
    datagram payload: Octets, from source: Endpoint, to destination: Endpoint, at time: UInt64
  ) {
    append(frame: linkType.frame(Packet.udp(payload, from: source, to: destination)), at: time)
  }

  /// pcapng: adds an interface; the first has the file's link type.
  public mutating func addInterface(_ linkType: LinkType) {
    block(1, half(UInt16(linkType.rawValue)) + half(0) + word(0))
  }

  /// pcapng: adds a block of any type.
  public mutating func block(_ type: UInt32, _ body: Octets) {
    let length = word(UInt32(12 + body.count))
    octets += word(type) + length + body + length
  }

  private var isBigEndian: Bool { format == .pcapBigEndian || format == .pcapngBigEndian }
  private func word(_ value: UInt32) -> Octets { isBigEndian ? bigEndian(value) : littleEndian(value) }
  private func half(_ value: UInt16) -> Octets { isBigEndian ? bigEndian(value) : littleEndian(value) }
}

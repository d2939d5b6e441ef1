import NetworkBytes

/// A section of a pcapng file: its byte order, its interfaces, and the layout of its blocks.
struct PcapngSection {
  /// The frame in a block.
  struct Frame {
    /// Position of its octets in the block.
    var place: Range<Int>
    var link: LinkType?
    var linkNumber: UInt32
    /// Nanoseconds since 1970 UTC; nil in blocks without a time.
    var time: Int64?
  }

  enum Content {
    case frame(Frame)
    case noFrame
    case damage(String)
  }

  /// Block types. That of the section header is the same in both byte orders.
  static let headerBlock: UInt32 = 0x0a0d_0d0a
  private static let interfaceBlock: UInt32 = 1
  /// The obsolete Packet Block.
  private static let packetBlock: UInt32 = 2
  private static let simplePacketBlock: UInt32 = 3
  private static let enhancedPacketBlock: UInt32 = 6

  private var littleEndian = false
  private var interfaces: [PcapngInterface] = []

  private static let byteOrderMagic: UInt32 = 0x1a2b_3c4d

  /// Returns whether these 12 octets begin a section, in either byte order.
  static func beginsSection(_ bytes: RawSpan) -> Bool {
    let magic = bytes.be32(8)
    return bytes.be32(0) == headerBlock && (magic == byteOrderMagic || magic.byteSwapped == byteOrderMagic)
  }

  /// Returns the length of the block at the window's beginning, and whether it must be read; nil if the length is
  /// invalid.
  mutating func header(_ input: borrowing InputBuffer) -> (length: Int, matters: Bool)? {
    let bytes = input.window
    if bytes.be32(0) == Self.headerBlock {
      guard Self.beginsSection(bytes) else { return nil }
      littleEndian = bytes.be32(8) != Self.byteOrderMagic
    }
    let type = u32(bytes, 0)
    let length = Int(u32(bytes, 4))
    guard length >= 12, length & 3 == 0 else { return nil }
    switch type {
    case Self.headerBlock, Self.interfaceBlock, Self.packetBlock, Self.simplePacketBlock, Self.enhancedPacketBlock:
      return (length, true)
    default: return (length, false)
    }
  }

  /// Processes the block of `length` octets at the window's beginning.
  mutating func read(_ input: borrowing InputBuffer, _ length: Int) -> Content {
    let block = input.window.extracting(0..<length)
    // The length is repeated at the end, so that files can be read backwards.
    let body = block.byteCount - 4
    guard u32(block, body) == u32(block, 4) else { return .damage("the two lengths of a pcapng block differ") }
    switch u32(block, 0) {
    case Self.headerBlock: return beginSection(block, body)
    case Self.interfaceBlock: return addInterface(block, body)
    case Self.enhancedPacketBlock:
      guard body >= 28 else { return .damage("pcapng packet block too short") }
      return timedFrame(block, body, interface: Int(u32(block, 8)))
    case Self.packetBlock:
      guard body >= 28 else { return .damage("pcapng packet block too short") }
      return timedFrame(block, body, interface: Int(u16(block, 8)))
    default: return simpleFrame(block, body)
    }
  }

  private mutating func beginSection(_ block: RawSpan, _ body: Int) -> Content {
    guard body >= 24 else { return .damage("pcapng section header too short") }
    guard u16(block, 12) == 1 else { return .damage("pcapng version \(u16(block, 12)) is not known") }
    interfaces = []
    return .noFrame
  }

  private mutating func addInterface(_ block: RawSpan, _ body: Int) -> Content {
    guard body >= 16 else { return .damage("pcapng interface block too short") }
    var interface = PcapngInterface(linkNumber: UInt32(u16(block, 8)), snapshotLength: Int(u32(block, 12)))
    var option = 16
    while option + 4 <= body {
      let code = u16(block, option)
      let length = Int(u16(block, option + 2))
      let value = option + 4
      guard code != 0, value + length <= body else { break }
      if code == 9, length == 1, !interface.setResolution(block.octet(value)) {
        return .damage("pcapng time resolution \(block.octet(value)) is out of range")
      }
      if code == 14, length == 8 { interface.setOffset(seconds: Int64(bitPattern: u64(block, value))) }
      option = value + (length + 3) & ~3
    }
    interfaces.append(interface)
    return .noFrame
  }

  /// An Enhanced Packet Block, or a Packet Block, which differs only in the width of the interface.
  private func timedFrame(_ block: RawSpan, _ body: Int, interface index: Int) -> Content {
    guard index < interfaces.count else { return .damage("pcapng frame of interface \(index), without a description") }
    let captured = Int(u32(block, 20))
    guard captured <= body - 28 else { return .damage("pcapng frame longer than its block") }
    let ticks = UInt64(u32(block, 12)) << 32 | UInt64(u32(block, 16))
    return .frame(
      Frame(
        place: 28..<(28 + captured), link: interfaces[index].link, linkNumber: interfaces[index].linkNumber,
        time: interfaces[index].nanoseconds(ticks)))
  }

  /// A Simple Packet Block: of the first interface, without a time, truncated to the snapshot length unless that is 0.
  private func simpleFrame(_ block: RawSpan, _ body: Int) -> Content {
    guard let interface = interfaces.first else {
      return .damage("pcapng frame of interface 0, without a description")
    }
    guard body >= 12 else { return .damage("pcapng packet block too short") }
    var captured = Int(u32(block, 8))
    if interface.snapshotLength > 0 { captured = min(captured, interface.snapshotLength) }
    guard captured <= body - 12 else { return .damage("pcapng frame longer than its block") }
    return .frame(
      Frame(place: 12..<(12 + captured), link: interface.link, linkNumber: interface.linkNumber, time: nil))
  }

  @inline(__always)
  private func u16(_ bytes: RawSpan, _ offset: Int) -> UInt16 {
    littleEndian ? bytes.be16(offset).byteSwapped : bytes.be16(offset)
  }

  @inline(__always)
  private func u32(_ bytes: RawSpan, _ offset: Int) -> UInt32 {
    littleEndian ? bytes.be32(offset).byteSwapped : bytes.be32(offset)
  }

  private func u64(_ bytes: RawSpan, _ offset: Int) -> UInt64 {
    littleEndian ? bytes.be64(offset).byteSwapped : bytes.be64(offset)
  }
}

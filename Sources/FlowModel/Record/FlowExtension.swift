public import NetworkBytes

/// Fields that few exporters send, stored beside the record to keep it small.
public struct FlowExtension: Sendable, Equatable {
  /// Addresses and ports after translation (elements 225–228, 281, 282); zero means absent.
  public var postNATSource = IPAddress.unspecified
  public var postNATDestination = IPAddress.unspecified
  public var postNATSourcePort: UInt16 = 0
  public var postNATDestinationPort: UInt16 = 0
  /// The port block that a translator assigns to a host (elements 361, 362); 0 means absent.
  public var portBlockStart: UInt16 = 0
  public var portBlockEnd: UInt16 = 0
  /// The tunnel endpoint of the top MPLS label (elements 47, 140); zero means absent.
  public var mplsTopLabelAddress = IPAddress.unspecified
  /// MPLS label stack entries from the top (elements 70–79), three octets each: label, experimental bits and
  /// bottom-of-stack bit; 0 means absent.
  public var mplsStack: InlineArray<10, UInt32> = .init(repeating: 0)
  /// applicationId (element 95, RFC 6759 §4): classification engine and selector, which for engine 20 has the
  /// enterprise number in the high 32 bits; engine 0 means absent.
  public var applicationEngine: UInt8 = 0
  public var applicationSelector: UInt64 = 0
  /// Counters of the reverse direction, as exported, unless it has its own record; 0 means none.
  public var reverseOctets: UInt64 = 0
  public var reversePackets: UInt64 = 0
  /// A JSON object of the fields without a column, if these are kept; otherwise empty.
  public var extra = ""

  public init() {}

  public static func == (a: Self, b: Self) -> Bool {
    a.postNATSource == b.postNATSource && a.postNATDestination == b.postNATDestination
      && a.postNATSourcePort == b.postNATSourcePort && a.postNATDestinationPort == b.postNATDestinationPort
      && a.portBlockStart == b.portBlockStart && a.portBlockEnd == b.portBlockEnd
      && a.mplsTopLabelAddress == b.mplsTopLabelAddress
      && a.mplsStack.indices.allSatisfy { a.mplsStack[$0] == b.mplsStack[$0] }
      && a.applicationEngine == b.applicationEngine && a.applicationSelector == b.applicationSelector
      && a.reverseOctets == b.reverseOctets && a.reversePackets == b.reversePackets && a.extra == b.extra
  }
}

extension FlowExtension {
  /// The selector as displayed: its low 24 bits, which are all that most engines use (RFC 6759 §4.1).
  public var shownApplicationSelector: UInt64 { applicationSelector & 0xff_ffff }
}

extension FlowExtension {
  /// The groups of fields that follow the first octet, in this order; absent groups are omitted.
  private struct Groups: OptionSet {
    let rawValue: UInt8
    static let nat = Groups(rawValue: 1)
    static let mpls = Groups(rawValue: 2)
    static let application = Groups(rawValue: 4)
    static let extra = Groups(rawValue: 8)
    static let portBlock = Groups(rawValue: 16)
    static let mplsTopLabel = Groups(rawValue: 32)
    static let reverse = Groups(rawValue: 64)
  }

  /// Appends the form used in checkpoints.
  package func append(to octets: inout [UInt8]) {
    let labels = mplsStack.indices.map { mplsStack[$0] }
    let depth = (labels.lastIndex { $0 != 0 } ?? -1) + 1
    let hasNAT =
      !postNATSource.isUnspecified || !postNATDestination.isUnspecified || postNATSourcePort != 0
      || postNATDestinationPort != 0
    var groups: Groups = hasNAT ? .nat : []
    if depth > 0 { groups.insert(.mpls) }
    if applicationEngine != 0 || applicationSelector != 0 { groups.insert(.application) }
    if !extra.isEmpty { groups.insert(.extra) }
    if portBlockStart | portBlockEnd != 0 { groups.insert(.portBlock) }
    if !mplsTopLabelAddress.isUnspecified { groups.insert(.mplsTopLabel) }
    if reverseOctets | reversePackets != 0 { groups.insert(.reverse) }
    octets.append(groups.rawValue)
    if hasNAT {
      for address in [postNATSource, postNATDestination] { octets.append(address) }
      octets.append(word: UInt64(postNATSourcePort), count: 2)
      octets.append(word: UInt64(postNATDestinationPort), count: 2)
    }
    if depth > 0 {
      octets.append(UInt8(depth))
      for label in labels.prefix(depth) { octets.append(word: UInt64(label), count: 4) }
    }
    if groups.contains(.application) {
      octets.append(applicationEngine)
      octets.append(word: applicationSelector, count: 8)
    }
    if !extra.isEmpty {
      octets.append(word: UInt64(extra.utf8.count), count: 4)
      octets += extra.utf8
    }
    if groups.contains(.portBlock) {
      octets.append(word: UInt64(portBlockStart), count: 2)
      octets.append(word: UInt64(portBlockEnd), count: 2)
    }
    if groups.contains(.mplsTopLabel) { octets.append(mplsTopLabelAddress) }
    if groups.contains(.reverse) {
      octets.append(word: reverseOctets, count: 8)
      octets.append(word: reversePackets, count: 8)
    }
  }

  /// Reads what `append` wrote; returns nil if it is truncated.
  ///
  /// - Parameter place: start offset, replaced by the end offset.
  package init?(_ octets: RawSpan, at place: inout Int) {
    func word(_ count: Int) -> UInt64? {
      guard octets.byteCount - place >= count else { return nil }
      defer { place += count }
      return octets.unsigned(place, count: count)
    }
    func address() -> IPAddress? {
      guard let high = word(8), let low = word(8) else { return nil }
      return IPAddress(high: high, low: low)
    }
    guard let groups = word(1).map({ Groups(rawValue: UInt8($0)) }) else { return nil }
    if groups.contains(.nat) {
      guard let first = address(), let second = address(), let source = word(2), let destination = word(2) else {
        return nil
      }
      postNATSource = first
      postNATDestination = second
      postNATSourcePort = UInt16(source)
      postNATDestinationPort = UInt16(destination)
    }
    if groups.contains(.mpls) {
      guard let depth = word(1), depth <= 10 else { return nil }
      for index in 0..<Int(depth) {
        guard let label = word(4) else { return nil }
        mplsStack[index] = UInt32(label)
      }
    }
    if groups.contains(.application) {
      guard let engine = word(1), let selector = word(8) else { return nil }
      applicationEngine = UInt8(engine)
      applicationSelector = selector
    }
    if groups.contains(.extra) {
      guard let count = word(4), octets.byteCount - place >= Int(count) else { return nil }
      var text: [UInt8] = []
      text.reserveCapacity(Int(count))
      for index in 0..<Int(count) { text.append(octets.octet(place + index)) }
      extra = String(decoding: text, as: UTF8.self)
      place += Int(count)
    }
    if groups.contains(.portBlock) {
      guard let start = word(2), let end = word(2) else { return nil }
      portBlockStart = UInt16(start)
      portBlockEnd = UInt16(end)
    }
    if groups.contains(.mplsTopLabel) {
      guard let end = address() else { return nil }
      mplsTopLabelAddress = end
    }
    if groups.contains(.reverse) {
      guard let octets = word(8), let packets = word(8) else { return nil }
      reverseOctets = octets
      reversePackets = packets
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ address: IPAddress) {
    append(word: address.high, count: 8)
    append(word: address.low, count: 8)
  }

  /// Appends the last octets of a word, big-endian.
  fileprivate mutating func append(word: UInt64, count: Int) {
    for index in (0..<count).reversed() { append(UInt8(truncatingIfNeeded: word >> UInt64(8 * index))) }
  }
}

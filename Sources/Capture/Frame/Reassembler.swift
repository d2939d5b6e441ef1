public import NetworkBytes

/// Reassembles IP packets from fragments in any order, with duplicates and overlaps.
///
/// Memory is bounded: beyond `maximumPackets` or `maximumOctets`, the oldest packet is dropped, as is one whose first
/// fragment is older than `timeout` by the capture's clock. Duplicate octets must agree; a contradicting fragment
/// begins a new packet with a reused identification (RFC 6864), and the old one is dropped.
public struct Reassembler {
  /// Maximum time for a packet to arrive completely, nanoseconds: 60 seconds (RFC 1122 §3.3.2, RFC 8200 §4.5).
  public static let timeout: Int64 = 60_000_000_000

  /// The packet completed by the last call of `add`.
  public private(set) var packet: [UInt8] = []
  /// Packets dropped because they did not complete in time, or to bound memory.
  public private(set) var givenUp = 0
  /// Number of incomplete packets.
  public var pending: Int { partials.count }

  private var partials: [Fragment.Packet: PartialPacket] = [:]
  private var octets = 0
  /// Keys in the order in which their packets began; completed ones are stale.
  private var order: [(key: Fragment.Packet, began: Int)] = []
  private var oldest = 0
  private var began = 0
  private let maximumPackets: Int
  private let maximumOctets: Int

  public init(maximumPackets: Int = 4096, maximumOctets: Int = 16 << 20) {
    self.maximumPackets = maximumPackets
    self.maximumOctets = maximumOctets
  }

  /// Adds a fragment.
  ///
  /// - Parameters:
  ///   - content: The fragment's octets.
  ///   - arrival: Capture time, nanoseconds.
  /// - Returns: The protocol or extension header at the packet's beginning if it is now complete and in `packet`,
  ///   otherwise nil.
  public mutating func add(_ fragment: Fragment, content: RawSpan, arrival: UnixNanoseconds) -> UInt8? {
    // RFC 791 and RFC 8200 §4.5: all fragments but the last are multiples of 8 octets, and no packet exceeds 65,535.
    let end = fragment.offset + content.byteCount
    guard content.byteCount > 0, fragment.isLast || content.byteCount & 7 == 0, end <= 65_535 else { return nil }
    giveUpLate(arrival)
    if partials[fragment.packet]?.contradicts(fragment, content) ?? false { giveUp(fragment.packet) }
    if partials[fragment.packet] == nil { begin(fragment.packet, arrival) }
    octets += partials[fragment.packet]?.insert(fragment, content) ?? 0
    if let nextHeader = take(fragment.packet) { return nextHeader }
    while partials.count > maximumPackets || octets > maximumOctets, giveUpOldest() {}
    return nil
  }

  /// Moves the packet out if it is complete.
  private mutating func take(_ key: Fragment.Packet) -> UInt8? {
    guard let nextHeader = partials[key]?.completeFrom, let partial = partials.removeValue(forKey: key) else {
      return nil
    }
    octets -= partial.bytes.count
    packet = partial.bytes
    return nextHeader
  }

  private mutating func begin(_ key: Fragment.Packet, _ arrival: UnixNanoseconds) {
    if order.count > 64 + 2 * partials.count { dropStale() }
    began += 1
    order.append((key, began))
    partials[key] = PartialPacket(began: began, arrival: arrival)
  }

  private mutating func giveUp(_ key: Fragment.Packet) {
    guard let partial = partials.removeValue(forKey: key) else { return }
    octets -= partial.bytes.count
    givenUp += 1
  }

  /// - Returns: false if nothing is left to drop.
  private mutating func giveUpOldest() -> Bool {
    while oldest < order.count {
      let entry = order[oldest]
      oldest += 1
      if partials[entry.key]?.began == entry.began {
        giveUp(entry.key)
        return true
      }
    }
    return false
  }

  /// Merged captures may step back in time; a step this large counts as late, too.
  private mutating func giveUpLate(_ now: Int64) {
    while oldest < order.count {
      let entry = order[oldest]
      if let partial = partials[entry.key], partial.began == entry.began {
        guard (now &- partial.arrival).magnitude > UInt64(Self.timeout) else { return }
        giveUp(entry.key)
      }
      oldest += 1
    }
  }

  private mutating func dropStale() {
    order = order[oldest...].filter { partials[$0.key]?.began == $0.began }
    oldest = 0
  }
}

/// Sums of flows, packets and octets.
public struct FlowSums: Hashable, Sendable {
  public var flows: UInt64 = 0
  public var packets: UInt64 = 0
  public var octets: UInt64 = 0

  public init() {}

  package init(flows: UInt64, packets: UInt64, octets: UInt64) {
    self.flows = flows
    self.packets = packets
    self.octets = octets
  }

  /// Returns packets and bits per second, as integers.
  public func rates(over seconds: Double) -> (packets: UInt64, bits: UInt64) {
    guard seconds > 0 else { return (0, 0) }
    func rate(_ value: Double) -> UInt64 { UInt64(exactly: (value / seconds).rounded()) ?? .max }
    return (rate(Double(packets)), rate(Double(octets) * 8))
  }

  /// Returns the increase over `before`, at least 0.
  func since(_ before: FlowSums) -> FlowSums {
    FlowSums(
      flows: flows - min(flows, before.flows), packets: packets - min(packets, before.packets),
      octets: octets - min(octets, before.octets))
  }

  package static func += (a: inout Self, b: Self) {
    a.flows &+= b.flows
    a.packets = a.packets.plus(b.packets)
    a.octets = a.octets.plus(b.octets)
  }
}

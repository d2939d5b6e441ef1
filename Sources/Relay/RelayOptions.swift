public import FlowFilter
public import NetworkBytes

/// What to relay to other collectors, and how.
public struct RelayOptions: Sendable {
  /// Destinations; empty disables the relay.
  public var targets: [Endpoint] = []
  /// Exporters to relay; empty for all.
  public var exporters: NetworkSet = []
  /// Whether datagrams keep the exporter's source address and port instead of this host's.
  public var keepsSource = false
  /// Buffer size per target and worker, octets.
  public var queue = 16 << 20

  public init() {}

  /// Whether only some exporters are relayed.
  var isSelective: Bool { !exporters.networks.isEmpty }

  /// Returns whether datagrams from this address are relayed.
  func takes(_ exporter: IPAddress) -> Bool { !isSelective || exporters.contains(exporter) }
}

/// Why relaying as requested is impossible.
public enum RelayError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The target is one of the collector's own listen addresses.
  case loop(target: Endpoint, listening: Endpoint)

  public var description: String {
    switch self {
    case .loop(let target, let listening):
      "relay.targets: \(target) is this collector itself, which listens on \(listening); name another collector"
    }
  }
}

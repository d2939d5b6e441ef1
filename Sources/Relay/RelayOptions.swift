public import FlowFilter
public import NetworkBytes

/// What is sent on to other collectors, and how.
public struct RelayOptions: Sendable {
  /// Where to; none: nothing is relayed.
  public var targets: [Endpoint] = []
  /// The exporters whose datagrams are; none named: all.
  public var exporters: NetworkSet = []
  /// Whether datagrams come from the exporter's own address and port, not from this host's.
  public var keepsSource = false
  /// Octets that can wait for each target, of each worker.
  public var queue = 16 << 20

  public init() {}

  /// Whether those of some exporters are not relayed.
  var isSelective: Bool { !exporters.networks.isEmpty }

  /// Whether datagrams from this address are relayed.
  func takes(_ exporter: IPAddress) -> Bool { !isSelective || exporters.contains(exporter) }
}

/// Why nothing can be relayed as it is asked for.
public enum RelayError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The target is what the collector listens on.
  case loop(target: Endpoint, listening: Endpoint)

  public var description: String {
    switch self {
    case .loop(let target, let listening):
      "relay.targets: \(target) is this collector itself, which listens on \(listening); name another collector"
    }
  }
}

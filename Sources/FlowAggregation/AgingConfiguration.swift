/// When the cache lets a flow go.
public struct AgingConfiguration: Sendable, Equatable {
  /// False: records are not merged, each becomes a row as the exporter sent it.
  public var enabled: Bool
  /// Seconds after its first record at which a flow is emitted though it goes on; 1 to 604,800.
  public var activeTimeout: Int
  /// Seconds without a record after which a flow is emitted; 1 to 604,800.
  public var inactiveTimeout: Int
  /// Flows held at most; those seen least recently are emitted early to keep to it. 1 to 2^30.
  public var maximumFlows: Int
  /// Whether a TCP flow is emitted as soon as a FIN or RST was seen. Without effect if the key merges connections.
  public var endOfFlow: Bool

  /// Longest timeout, seconds: a week. It keeps ages within the cache's 32-bit milliseconds.
  public static let maximumTimeout = 604_800
  public static let maximumFlowsLimit = 1 << 30

  public init(
    enabled: Bool = true, activeTimeout: Int = 300, inactiveTimeout: Int = 15, maximumFlows: Int = 1_000_000,
    endOfFlow: Bool = false
  ) {
    self.enabled = enabled
    self.activeTimeout = activeTimeout
    self.inactiveTimeout = inactiveTimeout
    self.maximumFlows = maximumFlows
    self.endOfFlow = endOfFlow
  }

  /// The same with every number within its range.
  var clamped: AgingConfiguration {
    var result = self
    result.activeTimeout = min(max(activeTimeout, 1), Self.maximumTimeout)
    result.inactiveTimeout = min(max(inactiveTimeout, 1), Self.maximumTimeout)
    result.maximumFlows = min(max(maximumFlows, 1), Self.maximumFlowsLimit)
    return result
  }
}

/// Why a flow left the cache, with the numbers of flowEndReason (IANA element 136).
public enum FlowEndReason: UInt8, Sendable, CaseIterable {
  /// No record for longer than the inactive timeout.
  case idle = 1
  /// The active timeout has passed since the first record.
  case active = 2
  /// FIN or RST seen.
  case endOfFlow = 3
  /// The collector stopped, or aging was switched off.
  case forced = 4
  /// The cache was full.
  case noRoom = 5
}

/// When the cache emits a flow.
public struct AgingConfiguration: Sendable, Equatable {
  /// If false, records are not merged; each becomes a row as exported.
  public var enabled: Bool
  /// Active timeout, seconds after the first record; 1 to 604,800.
  public var activeTimeout: Int
  /// Inactive timeout, seconds without a record; 1 to 604,800.
  public var inactiveTimeout: Int
  /// Maximum number of flows; the least recently seen are emitted early. 1 to 2^30.
  public var maximumFlows: Int
  /// Whether a TCP flow is emitted as soon as FIN or RST is seen. No effect if the key merges connections.
  public var endOfFlow: Bool

  /// Maximum timeout, seconds: a week, so that ages fit into the cache's 32-bit milliseconds.
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

  /// The same with every number clamped to its range.
  var clamped: AgingConfiguration {
    var result = self
    result.activeTimeout = min(max(activeTimeout, 1), Self.maximumTimeout)
    result.inactiveTimeout = min(max(inactiveTimeout, 1), Self.maximumTimeout)
    result.maximumFlows = min(max(maximumFlows, 1), Self.maximumFlowsLimit)
    return result
  }
}

/// Why a flow left the cache, with the values of flowEndReason (IANA element 136).
public enum FlowEndReason: UInt8, Sendable, CaseIterable {
  /// No record for longer than the inactive timeout.
  case idle = 1
  /// The active timeout since the first record has passed.
  case active = 2
  /// FIN or RST seen.
  case endOfFlow = 3
  /// The collector stopped, or aging was disabled.
  case forced = 4
  /// The cache was full.
  case noRoom = 5
}

import NetworkBytes

/// Decides which failures are logged: the first, and those of another kind than the last one logged. Each kind is
/// logged at most once an hour, and the number of kinds is limited.
struct FailureLog: Sendable {
  /// Whether a failure is new to the log.
  enum Novelty: Sendable {
    /// Nothing failed before.
    case first
    /// The reason has changed.
    case other
    case known
  }

  private var last = ""
  private var times: [String: UnixSeconds] = [:]

  private static let period: Int64 = 3600
  private static let maximumCount = 10

  /// - Parameter isFirst: whether nothing failed before.
  mutating func note(_ kind: String, isFirst: Bool, at now: UnixSeconds) -> Novelty {
    times = times.filter { now - $0.value < Self.period && now >= $0.value }
    guard isFirst || (kind != last && times[kind] == nil && times.count < Self.maximumCount) else { return .known }
    last = kind
    if times.count < Self.maximumCount { times[kind] = now }
    return isFirst ? .first : .other
  }
}

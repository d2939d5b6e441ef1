/// When and how often to repeat a call.
public struct RetryPolicy: Sendable {
  /// Number of attempts in all.
  public var maximumAttempts = 4
  /// Pause after the first attempt, doubled each time; half of it is random, so that many clients do not retry at the
  /// same time.
  public var firstPause: Duration = .seconds(1)

  public init() {}

  /// - Parameter attempt: number of the failed attempt, from 1.
  func pause(after attempt: Int, asked: Duration?) -> Duration {
    if let asked { return asked }
    return firstPause * (1 << (attempt - 1)) * Double.random(in: 0.5...1)
  }
}

/// When a call is repeated, and after which pause.
public struct RetryPolicy: Sendable {
  /// Tries in all.
  public var maximumAttempts = 4
  /// The first pause; each further one is twice as long. Half of it is left to chance, so that many clients do not come
  /// back at one time.
  public var firstPause: Duration = .seconds(1)

  public init() {}

  /// - Parameter attempt: the number of the try that failed, from 1.
  func pause(after attempt: Int, asked: Duration?) -> Duration {
    if let asked { return asked }
    return firstPause * (1 << (attempt - 1)) * Double.random(in: 0.5...1)
  }
}

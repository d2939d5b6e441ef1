/// Waits until a condition holds; by default at most ten minutes, because machines may be slow and busy.
///
/// - Parameter what: description of the condition, for the error.
/// - Throws: `WaitedInVain`, or the error of `condition`.
public func eventually(
  within seconds: Double = 600, _ what: String, _ condition: () async throws -> Bool
) async throws {
  let end = ContinuousClock.now + .seconds(seconds)
  while try await !condition() {
    guard ContinuousClock.now < end else { throw WaitedInVain(what: what, seconds: seconds) }
    try await Task.sleep(for: .milliseconds(5))
  }
}

/// The condition did not come true in time.
public struct WaitedInVain: Error, CustomStringConvertible {
  public let what: String
  public let seconds: Double

  public var description: String { "waited \(seconds) s for \(what)" }
}

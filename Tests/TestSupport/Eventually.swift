/// Waits until something is so; ten minutes, because machines are slow and busy, unless another bound is named.
///
/// - Parameter what: for the error, what is waited for.
/// - Throws: `WaitedInVain`, or what `condition` does.
public func eventually(
  within seconds: Double = 600, _ what: String, _ condition: () async throws -> Bool
) async throws {
  let end = ContinuousClock.now + .seconds(seconds)
  while try await !condition() {
    guard ContinuousClock.now < end else { throw WaitedInVain(what: what, seconds: seconds) }
    try await Task.sleep(for: .milliseconds(5))
  }
}

/// What was waited for did not come.
public struct WaitedInVain: Error, CustomStringConvertible {
  public let what: String
  public let seconds: Double

  public var description: String { "waited \(seconds) s for \(what)" }
}

import Foundation
public import Testing

extension Tag {
  /// Takes more than about a second.
  @Tag public static var slow: Self
  /// Opens sockets.
  @Tag public static var network: Self
  /// Compares with another program, such as tshark, nfdump or DuckDB.
  @Tag public static var engine: Self
}

/// Skips tests by their tags where `FAST_TESTS` is in the environment: `swift test` selects by name only. Each test with one of
/// the tags has this condition, too, and what is skipped follows from the tags alone.
public struct FastRunCondition: TestTrait, SuiteTrait {
  /// Whether only fast tests are wanted. Not a variable that begins with SAGFLOW_: the program takes those for settings.
  private static let isFastRun = ProcessInfo.processInfo.environment["FAST_TESTS"] != nil

  public var isRecursive: Bool { true }

  public func prepare(for test: Test) async throws {
    let reasons = test.tags.intersection([.slow, .network, .engine]).sorted().map { "\($0)" }
    let skips: ConditionTrait = .disabled(
      if: Self.isFastRun && !reasons.isEmpty, "FAST_TESTS skips \(reasons.joined(separator: ", "))",
      sourceLocation: test.sourceLocation)
    try await skips.prepare(for: test)
  }
}

extension Trait where Self == FastRunCondition {
  /// `make test-fast` leaves the test out if it has one of the tags slow, network and engine. It follows the tags directly, so
  /// that conditions that take time to evaluate are not evaluated then.
  public static var unlessFast: Self { FastRunCondition() }
}

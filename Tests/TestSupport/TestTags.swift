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

/// Skips tests by their tags if `FAST_TESTS` is set, because `swift test` selects only by name. Every test with one of
/// the tags also has this condition, which depends only on the tags.
public struct FastRunCondition: TestTrait, SuiteTrait {
  /// Whether to run only fast tests. The variable's name must not begin with SAGFLOW_, because the program treats those
  /// as settings.
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
  /// Makes `make test-fast` skip the test if it has one of the tags slow, network and engine. It must directly follow
  /// the tags, so that slow conditions are not evaluated for skipped tests.
  public static var unlessFast: Self { FastRunCondition() }
}

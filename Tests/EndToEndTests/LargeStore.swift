import TestSupport
import Testing

/// A store of more than a million flows, queried by this run's tests: created before them, removed after them.
struct LargeStore: SuiteTrait, TestScoping {
  @TaskLocal static var path = ""

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let collector = try await RunningCollector(
      environment: ["SAGFLOW_STORE_ROW_GROUP_ROWS": "100000", "SAGFLOW_RECEIVE_BUFFER_SIZE": "256Mi"])
    for (version, sampling) in [("5", "1"), ("9", "64"), ("10", "1"), ("10", "10")] {
      let outcome = try await Sagflow.run([
        "generate", "--to", "127.0.0.1:\(collector.port)", "--netflow-version", version, "--flows", "450000", "--rate",
        "150000",
        "--sampling", sampling, "--domain", sampling,
      ])
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    let ledger = try await collector.stop()
    #expect(ledger["rows committed"] > 1_000_000, "\(ledger.text)")
    try await Self.$path.withValue(collector.store) { try await function() }
  }
}

import Foundation
import TestSupport
import Testing

@Suite("a collector stays as it is: short forms of scripts/soak", .tags(.engine, .network, .slow), .unlessFast)
struct EnduranceTests {
  private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("scripts/soak").path
  private static let isPossible = StoreReader.areInstalled && PreloadedLibrary.compiler != nil

  private func soak(_ options: [String]) async throws {
    let python = try #require(Tool.python)
    let (seed, folder) = (runSeed("SAGFLOW_SOAK_SEED"), try TemporaryFolder())
    let driver = try RunningProgram(
      python.path, [Self.script, "--seed", String(seed), "--folder", folder.path] + options,
      environment: ["SOAK_PROGRAM": Sagflow.path])
    let outcome = try await driver.end(within: 900)
    #expect(outcome.status == 0, "seed \(seed): \(outcome.output)\(outcome.errors)")
  }

  // How much memory grows in such a short time depends on other load on the machine: growth to more than twice, and by
  // more than 128 MB, is always wrong.
  @Test(
    "under mixed load, with faults and restarts, every record that was sent is in the store, and the ledger adds up",
    .enabled(if: isPossible, "a C compiler or python3 with duckdb is missing"))
  func mixedLoad() async throws { try await soak(["--minutes", "0.2", "--growth", "100"]) }

  @Test(
    "over four hours that pass in seconds, memory stays as it is, and every record that was sent is in the store",
    .enabled(if: isPossible, "a C compiler or python3 with duckdb is missing"))
  func hours() async throws { try await soak(["--hours", "4", "--hourly-rate", "2", "--growth", "15"]) }

  @Test(
    "while the host's clock is set every few seconds, records are decoded with the templates of their exporter's current run",
    .enabled(if: isPossible, "a C compiler or python3 with duckdb is missing"))
  func clockSteps() async throws { try await soak(["--hours", "0.06", "--hourly-rate", "250", "--growth", "1000"]) }
}

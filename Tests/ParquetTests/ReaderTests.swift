import Foundation
import TestSupport
import Testing

/// The random files of this run: created before a suite's tests, removed after them.
struct RandomFiles: SuiteTrait, TestScoping {
  @TaskLocal static var folder: URL?

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let owner = try TemporaryFolder()
    defer { withExtendedLifetime(owner) {} }
    let folder = URL(fileURLWithPath: owner.path)
    for (index, shape) in RandomFile.shapes.enumerated() {
      var file = try RandomFile(shape, in: folder, seed: seed &+ UInt64(index) &* 1000)
      try file.write()
    }
    try await Self.$folder.withValue(folder) { try await function() }
  }
}

@Suite("What we write, others read", .tags(.engine, .slow), .unlessFast, RandomFiles())
struct ReaderTests {
  private func check(_ reader: String) async throws {
    let folder = try #require(RandomFiles.folder)
    let result = try await Readers.verify(folder, with: reader)
    #expect(result.status == 0, "seed \(seed): \(result.output)")
  }

  @Test("pyarrow reads every value, statistic and checksum", .enabled(if: Readers.has("pyarrow")))
  func pyarrow() async throws { try await check("pyarrow") }

  @Test("DuckDB reads every value, and finds by statistics what is there", .enabled(if: Readers.has("duckdb")))
  func duckdb() async throws { try await check("duckdb") }

  @Test("Polars reads every value", .enabled(if: Readers.has("polars")))
  func polars() async throws { try await check("polars") }

  @Test("fastparquet reads every value", .enabled(if: Readers.has("fastparquet")))
  func fastparquet() async throws { try await check("fastparquet") }
}

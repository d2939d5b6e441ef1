import TestSupport
import Testing

@Suite("the store is asked while the collector writes it", .tags(.network, .slow), .unlessFast)
struct LiveAskTests {
  @Test("no question fails, none sees half a file, and retention that removes files meanwhile is no error")
  func whileWriting() async throws {
    let collector = try await RunningCollector(
      environment: [
        "SAGFLOW_AGGREGATION_ENABLED": "false", "SAGFLOW_STORE_ROTATION": "1s", "SAGFLOW_STORE_MAXIMUM_FILE_SIZE": "1M",
        "SAGFLOW_STORE_RETENTION_SIZE": "3M",
      ])
    func files() -> [String] {
      paths(under: collector.store).filter { $0.hasSuffix(".parquet") }
    }
    var seen: Set<String> = []
    var questions = 0
    // Until retention has removed a file between two queries, and a few more.
    for _ in 0..<40 where questions < 5 || seen.subtracting(files()).isEmpty {
      let sender = try RunningProgram(
        Sagflow.path,
        [
          "generate", "--to", "127.0.0.1:\(collector.port)", "--flows", "60000", "--rate", "60000", "--netflow-version",
          "10",
        ])
      while sender.isRunning {
        let present = files()
        seen.formUnion(present)
        if present.isEmpty {
          try await pause(0.05)
          continue
        }
        let outcome = try await Sagflow.run(["top", "-r", collector.store, "--by", "record", "--format", "csv"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        // The only acceptable warning: a file was removed during the query.
        #expect(outcome.errors.isEmpty || outcome.errors.contains("retention removed meanwhile"), "\(outcome.errors)")
        questions += 1
      }
      #expect(try await sender.end().status == 0)
    }
    _ = try await collector.stop()
    #expect(questions > 3)
    #expect(!seen.subtracting(files()).isEmpty, "retention removed none of \(seen.count)")
  }
}

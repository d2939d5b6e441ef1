import Foundation
import TestSupport
import Testing

@Suite("Outputs of a running collector, and their commands", .tags(.network, .slow), .unlessFast)
struct OutputTests {
  /// Nothing listens on the port.
  private static let configuration = """
    store: {rotation: 1s}
    aggregation: {enabled: false}
    outputs:
      - {name: lake, type: s3, endpoint: "http://127.0.0.1:9", region: r, bucket: flows}

    """

  private struct Status: Decodable {
    struct Output: Decodable {
      var name: String
      var waitingFiles: Int
      var shippedFiles: Int
      var failingSince: String?
    }

    var outputs: [Output]
  }

  @Test("files wait for an output that is away: status, metrics, list and reset show and change that")
  func away() async throws {
    let folder = try TemporaryFolder()
    let (store, file) = (folder.file("flows"), try folder.write(Self.configuration, as: "c.yaml"))
    let collector = try await RunningCollector(configuration: Self.configuration, store: store)
    try NumberedFlows.send(0..<300, to: collector.port)
    let http = try await collector.httpPort()
    try await eventually("files wait, and the output fails") {
      let body = try await HTTPAnswer.get("/api/v1/status", from: http).body
      let output = try JSONDecoder().decode(Status.self, from: Data(body.utf8)).outputs.first
      return output?.name == "lake" && (output?.waitingFiles ?? 0) > 0 && output?.failingSince != nil
    }
    let metrics = try await HTTPAnswer.get("/metrics", from: http).body
    #expect(metrics.contains("sagflow_output_failing{output=\"lake\"} 1\n"))
    #expect(metrics.contains("sagflow_output_shipped_files_total{output=\"lake\"} 0\n"))

    func output(_ arguments: [String], http: UInt16 = 9) async throws -> Outcome {
      try await Sagflow.run(
        ["output"] + arguments + ["-c", file],
        environment: ["SAGFLOW_STORE_PATH": store, "SAGFLOW_HTTP_LISTEN": "127.0.0.1:\(http)"])
    }
    let running = try await output(["list"], http: http)
    #expect(running.output.contains(#/(?m)^lake +s3 +FAILING /#), "\(running)")
    let status = try await Sagflow.run(["status", "--http", "127.0.0.1:\(http)"])
    #expect(status.output.contains(#/(?m)^lake +s3 +FAILING /#), "\(status)")
    let refused = try await output(["reset", "lake", "--yes"])
    #expect(refused.status == 69)
    #expect(refused.errors.contains("belongs to a collector that is running"), "\(refused)")
    _ = try await collector.stop()

    func waiting(_ list: Outcome) -> Substring? { list.output.firstMatch(of: #/stopped +(\d+)/#)?.1 }
    let stopped = try await output(["list"])
    #expect(stopped.output.contains(#/(?m)^lake +s3 +stopped +[1-9]/#), "\(stopped)")
    let unasked = try await output(["reset", "lake", "--from", "now"])
    #expect(unasked.status == 64, "\(unasked)")
    let reset = try await output(["reset", "lake", "--from", "now", "--yes"])
    #expect(reset.status == 0 && reset.output.hasSuffix("lake: reset\n"), "\(reset)")
    let passed = try await output(["list"])
    #expect(passed.output.contains(#/(?m)^lake +s3 +stopped +0 /#), "\(passed)")
    let again = try await output(["reset", "lake", "--yes"])
    #expect(again.status == 0, "\(again)")
    let all = try await output(["list"])
    #expect(waiting(all) == waiting(stopped))
    let tested = try await output(["test", "lake"])
    #expect(tested.status != 0 && tested.output == "" && tested.errors.contains("sagflow: lake: "), "\(tested)")
  }
}

import Collector
import FlowLines
import FlowModel
import FlowOutput
import FlowText
import Foundation
import Logging
import NetworkBytes
import Settings
import TestSupport
import Testing

@Suite("Outputs of lines beside the store", .ownThread)
struct LineOutputsTests {
  /// Replaces a worker's store.
  private final class Store: FlowSink {
    var hasRoom: Bool { true }
    private(set) var counters = SinkCounters()

    func take(_ flows: inout FlowBatch, _ context: FlowContext, _ backpressure: Backpressure) {
      counters.handedOver += UInt64(flows.count)
      flows.removeAll()
    }

    func advance(to context: FlowContext, _ backpressure: Backpressure) {}
    func finish(_ context: FlowContext) {}
  }

  private static let context = FlowContext(
    time: 1_767_225_600_000, origins: [FlowOrigin(exporter: .unspecified, domain: 0, version: 0)])

  private static func setting(_ name: String, _ path: String, _ format: RowFormat = .json) -> LineSetting {
    var options = LineOptions()
    (options.path, options.format) = (path, format)
    return LineSetting(name: name, options)
  }

  private static func outputs(_ settings: [LineSetting]) -> LineOutputs {
    LineOutputs(settings, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  private static func count(_ path: String) throws -> Int {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count
  }

  @Test("get every row of every worker, and the store as well; files that were moved away are left when that is said")
  func rows() throws {
    let folder = try TemporaryFolder()
    let (json, csv) = (folder.file("rows.json"), folder.file("rows.csv"))
    let outputs = Self.outputs([Self.setting("a", json), Self.setting("b", csv, .csv)])
    let stores = [Store(), Store()]
    let sinks = try stores.enumerated().map { try outputs.sink(beside: $1, worker: $0) }
    func send() {
      for sink in sinks {
        var batch = FlowBatch()
        batch.records = Array(repeating: FlowRecord(), count: 10)
        sink.take(&batch, Self.context, .drop)
      }
    }
    func wait(for rows: UInt64) {
      for _ in 0..<60_000 where outputs.report.contains(where: { $0.report.written != rows }) {
        Thread.sleep(forTimeInterval: 0.001)
      }
    }
    send()
    wait(for: 20)
    try FileManager.default.moveItem(atPath: json, toPath: folder.file("old"))
    outputs.reopen()
    send()
    outputs.finish()
    #expect(stores.map(\.counters.handedOver) == [20, 20])
    #expect(try (Self.count(folder.file("old")), Self.count(json)) == (20, 20))
    #expect(try Self.count(csv) == 41, "a header, and all rows: it is the file of its path still")
    let report = outputs.report
    #expect(report.map(\.kind) == [.jsonl, .csv])
    #expect(report.allSatisfy { $0.report.written == 40 && $0.report.lost == 0 && $0.report.failure == nil })
  }

  @Test("without any, nothing is between a worker and its store")
  func none() throws {
    let (outputs, store) = (Self.outputs([]), Store())
    #expect(try outputs.sink(beside: store, worker: 0) === store)
    #expect(outputs.isEmpty && outputs.report.isEmpty)
    outputs.finish()
  }

  @Test("status and metrics show rows, and why an output fails while it does")
  func shown() throws {
    let folder = try TemporaryFolder()
    let outputs = Self.outputs([Self.setting("a", folder.file("missing/x")), Self.setting("b", folder.file("x"))])
    let sink = try outputs.sink(beside: Store(), worker: 0)
    var batch = FlowBatch()
    batch.records = Array(repeating: FlowRecord(), count: 3)
    sink.take(&batch, Self.context, .drop)
    for _ in 0..<60_000 where outputs.report[0].report.failure == nil || outputs.report[1].report.written != 3 {
      Thread.sleep(forTimeInterval: 0.001)
    }
    let report = OutputReport(lines: outputs.report)
    let status = try #require(report.lineStatus)
    #expect(status.map(\.name) == ["a", "b"])
    #expect((status[0].heldRows, status[0].writtenRows, status[0].type) == (3, 0, "jsonl"))
    #expect(status[0].failure?.hasPrefix("cannot open ") == true)
    #expect(status[0].failingSince != nil && status[1].failingSince == nil)
    #expect((status[1].writtenRows, status[1].lostRows) == (3, 0))
    var metrics = MetricsText()
    report.append(to: &metrics, at: Date())
    for line in [
      "sagflow_output_rows_total{output=\"a\"} 0", "sagflow_output_rows_total{output=\"b\"} 3",
      "sagflow_output_held_rows{output=\"a\"} 3", "sagflow_output_lost_rows_total{output=\"b\"} 0",
      "sagflow_output_failing{output=\"a\"} 1", "sagflow_output_failing{output=\"b\"} 0",
    ] {
      #expect(metrics.text.contains("\(line)\n"), "\(metrics.text)")
    }
    outputs.finish()
    #expect(outputs.report.map(\.report.lost) == [3, 0])
    #expect(OutputReport().lineStatus == nil)
  }
}

import Collector
import FlowOutput
import Foundation
import Logging
import Settings
import TrafficGenerator

/// Measures a capture to committed Parquet files with aggregation, as in `sagflow replay -o`.
struct EndToEndBenchmark {
  private let name: String
  private let version: ExportVersion
  private let records: Int

  init(_ version: (name: String, version: ExportVersion), records: Int) throws {
    name = version.name
    self.version = version.version
    self.records = records
  }

  func report(_ runs: Int) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sagflow-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let capture = folder.appending(path: "\(name).pcap").path
    try Traffic(version, records: records).writeCapture(to: capture)
    let store = folder.appending(path: "flows").path
    var rows: UInt64 = 0
    var octets: UInt64 = 0
    try Measurement.report("end to end \(name)", runs: runs) {
      try? FileManager.default.removeItem(atPath: store)
      return try Measurement.take {
        var configuration = CollectorConfiguration()
        configuration.store.path = store
        let assembly = PipelineAssembly(configuration, createdBy: "bench", logger: Logger(label: "bench"))
        let thread = assembly.store()
        try thread.start()
        var pipeline = assembly.pipeline(from: .captures, to: OutputSink(thread))
        var replay = Replay([capture], showsProgress: false)
        replay.run(&pipeline)
        thread.finish()
        rows = thread.counters.committed
        octets = thread.counters.committedOctets
        return (records, 0)
      }
    }
    print(
      String(format: "  %d records became %d rows of %.1f octets", records, rows, Double(octets) / Double(max(rows, 1)))
    )
  }
}

import Collector
import FlowExport
import FlowStore
import Foundation
import Logging
import NetFlow

/// A capture to committed Parquet files, aged: what `sagflow replay -o` does.
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
        let thread = try StoreThread(FlowStoreOptions(path: store, host: "bench"), logger: Logger(label: "bench"))
        var pipeline = Pipeline(
          PipelineOptions(), directory: ExporterDirectory(), sink: StoreSink(thread, waits: true))
        var replay = Replay([capture], showsProgress: false)
        replay.run(&pipeline)
        thread.finish()
        rows = thread.storeCounters.committed
        octets = thread.storeCounters.committedOctets
        return (records, 0)
      }
    }
    print(
      String(format: "  %d records became %d rows of %.1f octets", records, rows, Double(octets) / Double(max(rows, 1)))
    )
  }
}

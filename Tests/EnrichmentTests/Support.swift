import Enrichment
import Files
import FlowModel
import Foundation
import NetworkBytes
import TestSupport

/// Databases in MaxMind's format, written by another program.
enum Databases {
  /// Whether the tests' Python can write them.
  static let canBeWritten = (try? Tool.python?.runBriefly(["-c", "import mmdb_writer"])) != nil

  /// Returns a folder with all databases of `databases.py`.
  static func write() async throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("databases.py").path
    _ = try await Tool.python?.run(["-B", script, folder.path])
    return folder
  }
}

/// Enrichment files in a folder, and the facts of flows.
struct KnowledgeSample {
  let folder: TemporaryFolder
  let source = KnowledgeSource()
  var options = EnrichmentOptions()
  private var files = KnowledgeFiles()
  private var enricher: Enricher

  static let origins = [
    FlowOrigin(exporter: .unspecified, domain: 0, version: 0),
    FlowOrigin(exporter: IPAddress(v4: 0xc633_6401), domain: 0, version: 9),
    FlowOrigin(exporter: IPAddress(v4: 0xc633_6402), domain: 0, version: 9),
  ]

  init(_ folder: TemporaryFolder? = nil) throws {
    self.folder = try folder ?? TemporaryFolder()
    enricher = Enricher(source)
  }

  /// Checks the files, as a collector does.
  mutating func refresh(at now: Int64 = 0) -> [KnowledgeEvent] {
    let (knowledge, events) = files.refresh(options, at: now)
    if let knowledge { source.publish(knowledge) }
    return events
  }

  /// State of the files.
  var report: KnowledgeReport { files.report }

  /// Replaces a file by rename.
  func replace(_ name: String, _ text: String) throws -> String {
    let new = try folder.write(text, as: "\(name).new")
    try Directory.rename(new, to: folder.file(name))
    return folder.file(name)
  }

  mutating func enrich(_ batch: inout FlowBatch) { enricher.enrich(&batch, origins: Self.origins) }

  var texts: TextTable { enricher.texts }

  /// Returns the facts of one flow.
  mutating func known(_ record: FlowRecord) -> (record: FlowRecord, row: FlowRow) {
    var batch = FlowBatch()
    batch.records.append(record)
    enrich(&batch)
    var names = NameTable()
    names.texts = texts
    let row = FlowRow(
      batch.records[0], origin: Self.origins[Int(record.origin)], rare: nil, names: names, facts: batch.facts(of: 0))
    return (batch.records[0], row)
  }

  static func record(_ source: String, _ destination: String) -> FlowRecord {
    var record = FlowRecord()
    record.source = IPAddress(source) ?? .unspecified
    record.destination = IPAddress(destination) ?? .unspecified
    record.origin = 1
    return record
  }
}

extension FlowRow {
  func text(_ column: FlowColumn) -> String? {
    if case .text(let text) = value(column) { text } else { nil }
  }
}

extension [KnowledgeEvent] {
  /// One word for each event.
  var words: [String] {
    map { event in
      switch event {
      case .loaded(_, let size): "\(size)"
      case .refused(let error, let keepsEarlier): "\(keepsEarlier ? "kept" : "none"): \(error)"
      case .old(_, let days): "\(days) days"
      }
    }
  }
}

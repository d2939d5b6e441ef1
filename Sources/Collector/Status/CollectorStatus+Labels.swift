import Enrichment
import Foundation

extension CollectorStatus.Labels {
  /// - Returns: nil if no file is configured.
  init?(_ report: KnowledgeReport) {
    if report.files.isEmpty { return nil }
    self.init(
      files: report.files.map(CollectorStatus.LabelFile.init), textBytes: report.textMemory,
      joinedBytes: report.joinedMemory)
  }
}

extension CollectorStatus.LabelFile {
  init(_ file: KnowledgeReport.File) {
    func date(_ seconds: Int64?) -> Date? { seconds.map { Date(timeIntervalSince1970: Double($0)) } }
    self.init(
      setting: file.kind.rawValue, path: file.path, loaded: date(file.loaded), entries: file.size?.count ?? 0,
      unit: file.size?.unit, bytes: file.memory, failure: file.failure, failingSince: date(file.failingSince))
  }
}

extension MetricsText {
  /// Appends the state of label files, if there are any.
  mutating func append(_ labels: KnowledgeReport) {
    for file in labels.files {
      appendFile(file, "entries", "Entries in use from a label file.", file.size?.count ?? 0)
    }
    for file in labels.files {
      appendFile(file, "bytes", "Memory of the entries of a label file, without text.", file.memory)
    }
    for file in labels.files {
      appendFile(
        file, "loaded_timestamp_seconds", "Time when a label file was last read, seconds since 1970; 0 if never.",
        file.loaded ?? 0)
    }
    for file in labels.files {
      appendFile(
        file, "failed", "1 while a label file cannot be read and its previous content stays in use.",
        file.failure == nil ? 0 : 1)
    }
    if labels.files.isEmpty { return }
    append(
      "sagflow_labels_text_bytes", "gauge", "Memory of the text of all label files.", String(labels.textMemory))
    append(
      "sagflow_labels_joined_bytes", "gauge", "Memory of the table that combines prefixes and databases.",
      String(labels.joinedMemory))
  }

  private mutating func appendFile(
    _ file: KnowledgeReport.File, _ name: String, _ help: String, _ value: some BinaryInteger
  ) {
    append("sagflow_labels_\(name)", "gauge", help, labels: [("file", file.kind.rawValue)], String(value))
  }
}

package import Alerts
import Files
import Foundation
package import Logging

/// Persists firing alerts in the state directory, so that they are not reported again after a restart, and their end
/// is. They cannot be derived from flows: a value between the limit and the clearing level does not show whether the
/// alert has fired.
package struct AlertFile: Sendable {
  private let path: String
  private let logger: Logger

  private struct Content: Codable {
    var version = 1
    var alerts: [Alert]
  }

  /// Maximum size, octets.
  private static let maximumSize: Int64 = 4 << 20

  package init(in directory: String, logger: Logger) {
    path = "\(directory)/alerts.json"
    self.logger = logger
  }

  /// Returns the firing alerts when the file was written; empty if there is none. An unreadable file is set aside.
  package func load() -> [Alert] {
    guard Directory.fileSize(path) != nil else { return [] }
    guard let octets = try? WholeFile.content(of: path, atMost: Self.maximumSize),
      let content = try? JSONDecoder().decode(Content.self, from: Data(octets)), content.version == 1,
      content.alerts.allSatisfy({ AlertRule.isName($0.key.name) && $0.state.fired != nil })
    else {
      logger.error("\(path) is damaged; renamed to alerts.json.damaged, and alerts that still apply fire again")
      try? Directory.rename(path, to: "\(path).damaged")
      return []
    }
    return content.alerts
  }

  /// - Throws: `FileError`; then the previous content is unchanged.
  package func save(_ alerts: [Alert]) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let data = try encoder.encode(Content(alerts: alerts))
    let aside = "\(path).new"
    let file = try OpenFile.replacing(aside, 0o640)
    try file.write(Array(data).span)
    try file.sync()
    try file.close()
    try Directory.rename(aside, to: path)
  }
}

/// Keeps the file up to date: failed writes are retried with each evaluation and logged once.
struct SavedAlerts {
  private let file: AlertFile
  private var keys: [AlertKey]
  private let logger: Logger
  private var isFailing = false

  /// - Parameter alerts: the alerts in the file.
  init(_ file: AlertFile, _ alerts: [Alert], _ logger: Logger) {
    self.file = file
    self.logger = logger
    keys = alerts.map(\.key)
  }

  /// - Parameter isChanged: whether an alert has changed since the last call.
  mutating func update(_ firing: [Alert], isChanged: Bool) {
    guard isChanged || isFailing || firing.map(\.key) != keys else { return }
    do {
      try file.save(firing)
      keys = firing.map(\.key)
      if isFailing { logger.notice("firing alerts are saved again") }
      isFailing = false
    } catch {
      if !isFailing { logger.error("firing alerts cannot be saved, a restart would report them again: \(error)") }
      isFailing = true
    }
  }
}

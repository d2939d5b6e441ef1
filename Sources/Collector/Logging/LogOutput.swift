import Foundation
public import Logging
public import Settings
import Synchronization

/// The process's log: a level for all loggers, which can change while running, and the output.
public final class LogOutput: Sendable {
  private let style: LogStyle
  private let severity: Atomic<Int>
  private let write: @Sendable (String) -> Void

  /// - Parameter write: Writes a whole line; thread-safe.
  package init(style: LogStyle, level: Logger.Level, write: @escaping @Sendable (String) -> Void) {
    self.style = style
    severity = Atomic(level.severity)
    self.write = write
  }

  /// Writes messages to standard error, each with one call so that lines stay whole. A message that cannot be written
  /// is dropped.
  public convenience init(_ configuration: CollectorConfiguration, environment: [String: String]) {
    let style = LogStyle(format: configuration.log.format, environment: environment)
    self.init(style: style, level: configuration.live.logLevel) { line in
      try? FileHandle.standardError.write(contentsOf: Data(line.utf8))
    }
  }

  /// Makes this the output of all future loggers. Call once per process.
  public func bootstrap() {
    LoggingSystem.bootstrap { OutputLogHandler(label: $0, output: self) }
  }

  /// The minimum level; applies at once to every logger without its own level.
  public var level: Logger.Level {
    get { Logger.Level.allCases.first { $0.severity == severity.load(ordering: .relaxed) } ?? .info }
    set { severity.store(newValue.severity, ordering: .relaxed) }
  }

  fileprivate func print(_ line: LogLine) { write(line.rendered(style)) }
}

/// Connects swift-log to a `LogOutput`.
package struct OutputLogHandler: LogHandler {
  private let label: String
  private let output: LogOutput
  private var ownLevel: Logger.Level?
  package var metadata: Logger.Metadata = [:]
  package var metadataProvider: Logger.MetadataProvider?

  package init(label: String, output: LogOutput) {
    self.label = label
    self.output = output
  }

  package var logLevel: Logger.Level {
    get { ownLevel ?? output.level }
    set { ownLevel = newValue }
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    var all = metadata
    if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
    if let own = event.metadata { all.merge(own) { $1 } }
    if let error = event.error { all["error"] = "\(error)" }
    output.print(
      LogLine(level: event.level, label: label, message: "\(event.message)", metadata: all, time: Date()))
  }
}

extension Logger.Level {
  fileprivate var severity: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

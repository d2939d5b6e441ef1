import Foundation
public import Logging
public import Settings
import Synchronization

/// The process's log: the level that holds for all loggers and can change while running, and the way out.
public final class LogOutput: Sendable {
  private let style: LogStyle
  private let severity: Atomic<Int>
  private let write: @Sendable (String) -> Void

  /// - Parameter write: Takes one whole line, from any thread.
  package init(style: LogStyle, level: Logger.Level, write: @escaping @Sendable (String) -> Void) {
    self.style = style
    severity = Atomic(level.severity)
    self.write = write
  }

  /// Messages go to standard error, each in one write so that lines stay whole. One that cannot be written is given up:
  /// there is nowhere to say so.
  public convenience init(_ configuration: CollectorConfiguration, environment: [String: String]) {
    let style = LogStyle(format: configuration.log.format, environment: environment)
    self.init(style: style, level: configuration.live.logLevel) { line in
      try? FileHandle.standardError.write(contentsOf: Data(line.utf8))
    }
  }

  /// Makes this the output of every `Logger` made from now on. To be called once in a process.
  public func bootstrap() {
    LoggingSystem.bootstrap { OutputLogHandler(label: $0, output: self) }
  }

  /// The least severe level that is printed; holds at once for every logger without a level of its own.
  public var level: Logger.Level {
    get { Logger.Level.allCases.first { $0.severity == severity.load(ordering: .relaxed) } ?? .info }
    set { severity.store(newValue.severity, ordering: .relaxed) }
  }

  fileprivate func print(_ line: LogLine) { write(line.rendered(style)) }
}

/// swift-log's way to a `LogOutput`.
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

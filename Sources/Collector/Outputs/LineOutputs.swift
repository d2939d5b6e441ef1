import Dispatch
package import Files
import FlowLines
package import FlowOutput
package import Logging
package import Settings

/// The line outputs of a running collector. Each worker feeds them beside its store; they start and end with the
/// collector.
package final class LineOutputs: Sendable {
  private let members: [(kind: OutputSetting.Kind, destination: LineDestination)]
  private let logger: Logger

  /// Opens nothing.
  package init(_ settings: [LineSetting], logger: Logger) {
    self.logger = logger
    members = settings.map { ($0.kind, LineDestination($0.name, $0.options, logger: logger)) }
    for setting in settings { logger.info("output \(setting.name): writes lines to \(setting.options.place)") }
  }

  /// Returns a sink for a worker's rows: its store, and these outputs beside it.
  package func sink(beside store: any FlowSink, worker: Int) throws(FileError) -> any FlowSink {
    var others: [any FlowSink] = []
    for member in members { others.append(try member.destination.start(worker: worker)) }
    return others.isEmpty ? store : FanOut(store, others)
  }

  package var isEmpty: Bool { members.isEmpty }

  /// Reopens each file under its path before its next row, after it was moved away.
  package func reopen() {
    for member in members { member.destination.reopen() }
  }

  package var report: [OutputReport.Lines] {
    members.map { OutputReport.Lines(kind: $0.kind, $0.destination.report) }
  }

  /// Ends all outputs after their queued rows, waiting at most some seconds: a pipe may have no reader.
  package func finish() {
    for member in members { member.destination.close() }
    let deadline = DispatchTime.now() + 5
    for member in members where !member.destination.finish(by: deadline) {
      let (name, place) = (member.destination.name, member.destination.file.place)
      logger.warning("output \(name): \(place) accepts no more; waiting rows are lost")
    }
  }
}

import Dispatch
package import Files
import FlowLines
package import FlowOutput
package import Logging
package import Settings

/// The outputs of lines of a running collector. Each worker feeds them beside its store; they are made when it starts, and end with it.
package final class LineOutputs: Sendable {
  private let members: [(kind: OutputSetting.Kind, destination: LineDestination)]
  private let logger: Logger

  /// Opens nothing.
  package init(_ settings: [LineSetting], logger: Logger) {
    self.logger = logger
    members = settings.map { ($0.kind, LineDestination($0.name, $0.options, logger: logger)) }
    for setting in settings { logger.info("output \(setting.name): writes lines to \(setting.options.place)") }
  }

  /// What takes a worker's rows: its store, and these beside it.
  package func sink(beside store: any FlowSink, worker: Int) throws(FileError) -> any FlowSink {
    var others: [any FlowSink] = []
    for member in members { others.append(try member.destination.start(worker: worker)) }
    return others.isEmpty ? store : FanOut(store, others)
  }

  package var isEmpty: Bool { members.isEmpty }

  /// Has each file opened under its path before its next row: it was moved away.
  package func reopen() {
    for member in members { member.destination.reopen() }
  }

  package var report: [OutputReport.Lines] {
    members.map { OutputReport.Lines(kind: $0.kind, $0.destination.report) }
  }

  /// Ends all of them behind what the workers gave them, and waits for some seconds at most: nobody may read a pipe's other end.
  package func finish() {
    for member in members { member.destination.close() }
    let deadline = DispatchTime.now() + 5
    for member in members where !member.destination.finish(by: deadline) {
      let (name, place) = (member.destination.name, member.destination.file.place)
      logger.warning("output \(name): \(place) accepts no more; waiting rows are lost")
    }
  }
}

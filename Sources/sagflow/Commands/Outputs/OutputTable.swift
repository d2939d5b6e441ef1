import CloudAPI
import Collector
import FlowText
import Foundation
import Settings

/// File outputs as a table, with the last error below each.
struct OutputTable {
  private var table = TextTable([
    ("OUTPUT", .left), ("TYPE", .left), ("STATE", .left), ("WAITING", .right), ("BYTES", .right), ("FOR", .right),
    ("SHIPPED", .right), ("RETRIES", .right), ("SET ASIDE", .right), ("REMOVED", .right), ("LIVE", .right),
    ("LEFT", .right), ("", .left),
  ])

  init() {}

  /// Describes outputs of a running collector.
  init(_ outputs: [CollectorStatus.Output], at time: Date) {
    for output in outputs { append(output, at: time) }
  }

  /// Empty if there are no outputs.
  var text: String { table.isEmpty ? "" : table.text }

  private mutating func append(_ output: CollectorStatus.Output, at time: Date) {
    let state = output.failingSince.map { "FAILING \(StatusReport.span(time.timeIntervalSince($0)))" } ?? "ok"
    table.append([
      output.name, output.type, state, String(output.waitingFiles), HumanNumber.text(Double(output.waitingBytes)),
      output.waitingFiles == 0 ? "-" : StatusReport.span(TimeInterval(output.waitingSeconds)),
      String(output.shippedFiles), String(output.retries), String(output.setAsideFiles), String(output.removedFiles),
      output.live.map { HumanNumber.text(Double($0.acknowledgedRows)) } ?? "-",
      output.live.map { HumanNumber.text(Double($0.leftRows)) } ?? "-",
      TerminalText.escaped(output.failingSince == nil ? output.place : output.lastError ?? output.place),
    ])
  }

  /// Adds an output of a stopped collector: files in its cursor were shipped.
  mutating func append(_ state: OutputState, at time: Date) {
    let since = state.waitingSince.map { time.timeIntervalSince(Date(timeIntervalSince1970: Double($0))) }
    table.append([
      state.setting.name, state.setting.kind.rawValue, state.isNew ? "new" : "stopped", String(state.waitingFiles),
      HumanNumber.text(Double(state.waitingOctets)), since.map(StatusReport.span) ?? "-", String(state.takenFiles), "-",
      String(state.setAsideFiles), "-", "-", "-", "",
    ])
  }

  /// Adds an output that the running collector does not have yet, or that has never run.
  mutating func append(name: String, type: String, state: String) {
    table.append([name, type, state, "-", "-", "-", "-", "-", "-", "-", "-", "-", ""])
  }
}

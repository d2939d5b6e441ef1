import CloudAPI
import Collector
import FlowLines
import FlowText
import Foundation
import Settings

/// Line outputs as a table.
struct LineTable {
  private var table = TextTable([
    ("OUTPUT", .left), ("TYPE", .left), ("STATE", .left), ("ROWS", .right), ("BYTES", .right), ("HELD", .right),
    ("LOST", .right), ("", .left),
  ])

  /// Describes outputs of a running collector.
  init(_ outputs: [CollectorStatus.LineOutput], at time: Date) {
    for output in outputs {
      let state = output.failingSince.map { "FAILING \(StatusReport.span(time.timeIntervalSince($0)))" } ?? "ok"
      table.append([
        output.name, output.type, state, String(output.writtenRows), HumanNumber.text(Double(output.writtenBytes)),
        String(output.heldRows), String(output.lostRows), TerminalText.escaped(output.failure ?? output.place),
      ])
    }
  }

  /// Describes configured outputs without a running collector.
  init(_ outputs: [LineSetting], state: String) {
    for output in outputs { append(output, state: state) }
  }

  /// Empty if there are no outputs.
  var text: String { table.isEmpty ? "" : table.text }

  mutating func append(_ output: LineSetting, state: String) {
    table.append([
      output.name, output.kind.rawValue, state, "-", "-", "-", "-", TerminalText.escaped(output.options.place),
    ])
  }
}

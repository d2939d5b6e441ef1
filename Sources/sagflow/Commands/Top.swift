import ArgumentParser
import Collector
import FlowModel
import FlowQuery
import FlowStore
import Foundation
import NetFlow

struct Top: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows who has most: sums flows by address, port or any columns.",
    discussion: """
      KEYS are columns joined by commas, addresses with a prefix length if wanted (src_addr/24, src_addr/24/48), and \
      shorthands: record (the 5-tuple); addr or talkers, port, as, if, if_name, vlan, mac (either end of a flow). Each \
      --by is a table of its own; all are made in one reading.
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument { case table, csv, json }

  @Option(help: ArgumentHelp("What flows are summed by; repeat for more tables.", valueName: "keys"))
  var by: [String] = ["src_addr"]

  @Option(help: "bytes, packets, flows, bps or pps.")
  var sort: Statistic = .octets

  @Option(name: [.customShort("n"), .long], help: "Groups to show.")
  var number: Int = 10

  @Option(help: "table, csv or json (one object a line).")
  var format: Format = .table

  @Flag(help: "Whole numbers in the table, also on a terminal.")
  var exact = false

  @Flag(help: "Both directions of a conversation as one.")
  var bidirectional = false

  @OptionGroup var store: StoreOptions

  func validate() throws {
    guard number > 0 else { throw ValidationError("--number \(number): expected at least 1") }
  }

  func run() throws {
    let keys = try keys()
    let scan = try store.scan()
    let answers: [TopAnswer]
    do { answers = try scan.top(number, by: keys, sortedBy: sort) } catch { throw CommandFailure(asking: error) }
    var text: [UInt8] = []
    for (index, (key, answer)) in zip(keys, answers).enumerated() {
      if index > 0, format == .table { text += "\n".utf8 }
      append(key, answer, to: &text)
    }
    let output = TextOutput()
    output.write { $0 += text }
    output.flush()
    if let failure = output.failure { throw CommandFailure(.inputOutput, "standard output: \(failure)") }
    if let report = answers.first?.report { try store.conclude(report) }
  }

  private func keys() throws(CommandFailure) -> [GroupKey] {
    var keys: [GroupKey] = []
    for text in by {
      do throws(GroupKeyError) {
        var key = try GroupKey(parsing: text)
        if bidirectional { try key.mergeDirections() }
        keys.append(key)
      } catch {
        throw CommandFailure(.usage, "--by: \(error)")
      }
    }
    return keys
  }

  private func append(_ key: GroupKey, _ answer: TopAnswer, to text: inout [UInt8]) {
    let names = key.parts.map(\.name)
    switch format {
    case .table: text += table(names, answer).utf8
    case .csv:
      text += ((names + ["flows", "packets", "bytes", "pps", "bps"]).joined(separator: ",") + "\n").utf8
      for row in answer.rows {
        let rates = row.sums.rates(over: answer.seconds)
        for value in row.key {
          if let value { CSVText.append(value.utf8, to: &text) }
          text.append(UInt8(ascii: ","))
        }
        text += "\(row.sums.flows),\(row.sums.packets),\(row.sums.octets),\(rates.packets),\(rates.bits)\n".utf8
      }
    case .json:
      for row in answer.rows {
        text.append(UInt8(ascii: "{"))
        for (part, value) in zip(key.parts, row.key) {
          JSONText.appendKey(part.name, to: &text)
          if !part.isText, let value, value.allSatisfy(\.isNumber), !value.isEmpty {
            text += value.utf8
          } else if let value {
            JSONText.append(value, to: &text)
          } else {
            text += "null".utf8
          }
          text.append(UInt8(ascii: ","))
        }
        let rates = row.sums.rates(over: answer.seconds)
        text += "\"flows\":\(row.sums.flows),\"packets\":\(row.sums.packets),\"bytes\":\(row.sums.octets)".utf8
        text += ",\"pps\":\(rates.packets),\"bps\":\(rates.bits)}\n".utf8
      }
    }
  }

  private func table(_ names: [String], _ answer: TopAnswer) -> String {
    let isHuman = !exact && isatty(STDOUT_FILENO) == 1
    func number(_ value: UInt64) -> String { isHuman ? HumanNumber.text(Double(value)) : String(value) }
    func share(_ part: UInt64, _ whole: UInt64) -> String {
      whole == 0 ? "-" : String(format: "%.1f %%", Double(part) / Double(whole) * 100)
    }
    var table = TextTable(
      names.map { ($0, .left) } + [
        ("flows", .right), ("%", .right), ("packets", .right), ("%", .right), ("bytes", .right), ("%", .right),
        ("pps", .right), ("bps", .right),
      ])
    for row in answer.rows {
      let rates = row.sums.rates(over: answer.seconds)
      table.append(
        row.key.map { $0 ?? "-" } + [
          number(row.sums.flows), share(row.sums.flows, answer.totals.flows), number(row.sums.packets),
          share(row.sums.packets, answer.totals.packets), number(row.sums.octets),
          share(row.sums.octets, answer.totals.octets), number(rates.packets), number(rates.bits),
        ])
    }
    let rates = answer.totals.rates(over: answer.seconds)
    table.append(
      ["total"] + [String](repeating: "", count: names.count - 1) + [
        number(answer.totals.flows), "", number(answer.totals.packets), "", number(answer.totals.octets), "",
        number(rates.packets), number(rates.bits),
      ])
    return table.text + "\(answer.groupCount) groups; \(answer.report.summary), \(StatusReport.span(answer.seconds))\n"
  }
}

extension Statistic: ExpressibleByArgument {}

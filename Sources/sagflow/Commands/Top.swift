public import ArgumentParser
import FlowModel
import FlowQuery
import FlowStore
import FlowText
import Foundation
import NetFlow

struct Top: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top", abstract: "Shows the top talkers: sums flows by address, port or any columns.",
    discussion: """
      KEYS are columns joined by commas, addresses optionally with a prefix length (src_addr/24, src_addr/24/48), and \
      shorthands: record (the 5-tuple); addr or talkers, port, as, if, if_name, vlan, mac (either end of a flow). Each \
      --by is a table of its own; all are computed in one pass.

      With --watch, tables are refreshed continuously, with the rates of what was reported since the previous refresh; the \
      first shows those of the last 5 minutes.
      """)

  @Option(help: ArgumentHelp("Key to sum flows by; repeatable for more tables.", valueName: "keys"))
  var by: [String] = ["src_addr"]

  @Option(help: "bytes, packets, flows, bps or pps.")
  var sort: Statistic = .octets

  @Option(name: [.customShort("n"), .long], help: "Number of groups to show.")
  var number: Int = 10

  @Option(help: "table, csv or json (one object per line).")
  var format: RowFormat = .table

  @Flag(help: "Exact numbers in the table, on a terminal too.")
  var exact = false

  @Flag(help: "Show the lowest groups instead, the lowest first.")
  var bottom = false

  @OptionGroup var csv: CSVOptions

  @OptionGroup var hosts: HostOptions

  @Flag(help: "Combine both directions of a conversation.")
  var bidirectional = false

  @OptionGroup var watching: WatchOptions

  @OptionGroup var store: StoreOptions

  func validate() throws {
    guard number > 0 else { throw ValidationError("--number \(number): expected at least 1") }
    try csv.check(format)
    try hosts.check(format)
    guard watching.watch else { return }
    if store.time != nil || store.whole {
      throw ValidationError("--watch shows what arrives; remove --time and --whole")
    }
    if format == .csv, by.count > 1 { throw ValidationError("--watch in CSV supports one table: give one --by") }
  }

  func run() throws {
    let keys = try keys()
    if watching.watch { return try watch(keys) }
    let scan = try store.scan()
    let answers: [TopAnswer]
    do { answers = try scan.top(number, by: keys, sortedBy: sort, ranking: ranking, passes: Scan.mostPasses) } catch {
      throw CommandFailure(asking: error)
    }
    let names = hosts.names()
    var text: [UInt8] = []
    for (index, (key, answer)) in zip(keys, answers).enumerated() {
      if index > 0, format == .table { text += "\n".utf8 }
      append(key, answer, names, to: &text)
    }
    let output = TextOutput()
    output.write { $0 += text }
    output.flush()
    if let failure = output.failure { throw CommandFailure(.inputOutput, "standard output: \(failure)") }
    if let report = answers.first?.report { try store.conclude(report) }
  }

  var ranking: Ranking { bottom ? .least : .most }

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

  private func append(_ key: GroupKey, _ answer: TopAnswer, _ names: HostNameCells?, to text: inout [UInt8]) {
    if format == .table {
      text += table(key, answer, names).utf8
      return
    }
    var style = AnswerStyle()
    style.csv = csv.style
    var printer = RowPrinter(key.titles + FlowSums.columns, format, style)
    printer.appendHeader(to: &text)
    for row in answer.rows {
      key.append(row.key, to: &printer, &text)
      row.sums.append(over: answer.seconds, to: &printer, &text)
      printer.endRow(to: &text)
    }
  }

  private func table(_ key: GroupKey, _ answer: TopAnswer, _ hosts: HostNameCells?) -> String {
    let values = hosts?.named(answer.rows.map(\.key), of: key) ?? answer.rows.map(\.key)
    let isHuman = !exact && isatty(STDOUT_FILENO) == 1
    func number(_ value: UInt64) -> String { isHuman ? HumanNumber.text(Double(value)) : String(value) }
    func share(_ part: UInt64, _ whole: UInt64) -> String {
      whole == 0 ? "-" : String(format: "%.1f %%", Double(part) / Double(whole) * 100)
    }
    var table = TextTable(
      key.parts.map { ($0.name, .left) } + [
        ("flows", .right), ("%", .right), ("packets", .right), ("%", .right), ("bytes", .right), ("%", .right),
        ("pps", .right), ("bps", .right),
      ])
    for (row, values) in zip(answer.rows, values) {
      let rates = row.sums.rates(over: answer.seconds)
      table.append(
        key.tableTexts(values) + [
          number(row.sums.flows), share(row.sums.flows, answer.totals.flows), number(row.sums.packets),
          share(row.sums.packets, answer.totals.packets), number(row.sums.octets),
          share(row.sums.octets, answer.totals.octets), number(rates.packets), number(rates.bits),
        ])
    }
    let rates = answer.totals.rates(over: answer.seconds)
    table.append(
      ["total"] + [String](repeating: "", count: key.parts.count - 1) + [
        number(answer.totals.flows), "", number(answer.totals.packets), "", number(answer.totals.octets), "",
        number(rates.packets), number(rates.bits),
      ])
    return table.text + "\(answer.groupCount) groups; \(answer.report.summary), \(StatusReport.span(answer.seconds))\n"
  }
}

extension Statistic: ExpressibleByArgument {}

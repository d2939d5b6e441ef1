public import ArgumentParser
import Collector
import FlowAggregation
import FlowModel
import FlowQuery
import FlowStore
import FlowText
import Foundation
import Settings

struct Query: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query", abstract: "Prints matching flows, or their sums.",
    discussion: """
      Without --sort, flows are in the order of the files, which is roughly the order in which they ended. The table \
      shows some columns, CSV and JSON all of them; --columns selects.
      """)

  @Option(name: [.customShort("n"), .long], help: "Maximum number of flows.")
  var number: Int?

  @Option(help: "table, csv or json (one object per line).")
  var format: RowFormat = .table

  @Option(help: ArgumentHelp("Columns and their order, joined by commas.", valueName: "names"))
  var columns: String?

  @Option(help: "time_start, time_end (ascending), bytes, packets, duration (descending) or newest.")
  var sort: RowOrder?

  @Flag(help: "Print only the totals of flows, packets and bytes.")
  var count = false

  @Option(
    help: ArgumentHelp(
      "Sums over time, in bins such as 1m, 5m, or 1d for days of the time zone.", valueName: "duration"))
  var bin: String?

  @Option(
    help: ArgumentHelp(
      "How --bin counts bytes and packets: spread over the bins that a flow covers, or all at its start or end.",
      valueName: "rule"))
  var binBy: BinRule?

  @Flag(help: "Exact numbers in sums, on a terminal too.")
  var exact = false

  @OptionGroup var csv: CSVOptions

  @OptionGroup var hosts: HostOptions

  @OptionGroup var store: StoreOptions

  func validate() throws {
    try csv.check(format)
    try hosts.check(format)
    if hosts.resolve, count || bin != nil { throw ValidationError("--resolve: sums have no addresses; remove it") }
    if let number, number < 1 { throw ValidationError("--number \(number): expected at least 1") }
    if let bin, Quantity.seconds(bin).map({ !(1...Self.longestBin).contains($0) }) ?? true {
      throw ValidationError("--bin: expected a duration such as 60s or 5m, found '\(bin)'")
    }
    if bin == nil, binBy != nil { throw ValidationError("--bin-by: requires --bin") }
    if !count, bin == nil, store.whole { throw ValidationError("--whole: applies to sums; add --count or --bin") }
    if count || bin != nil, columns != nil || sort != nil || number != nil {
      throw ValidationError("--count and --bin print sums; remove --columns, --sort and --number")
    }
  }

  /// Seconds.
  private static let longestBin = 36_525 * 86_400

  func run() throws {
    let chosen = try chosenColumns()
    var scan = try store.scan()
    scan.style.csv = csv.style
    if let names = hosts.names() { scan.style.hostNames = { names.names(of: $0) } }
    let output = TextOutput()
    let report: Scan.Report
    do {
      report = count || bin != nil ? try sums(scan, output) : try rows(scan, chosen, output)
    } catch {
      throw CommandFailure(asking: error)
    }
    output.flush()
    if let failure = output.failure { throw CommandFailure(.inputOutput, "standard output: \(failure)") }
    try store.conclude(report)
  }

  private func chosenColumns() throws(CommandFailure) -> [FlowColumn] {
    guard let columns else { return format == .table ? FlowColumn.tableColumns : FlowColumn.allCases }
    var chosen: [FlowColumn] = []
    for name in columns.split(separator: ",", omittingEmptySubsequences: false).map({ $0.filter { $0 != " " } }) {
      guard let column = FlowColumn.allCases.named(name.lowercased()) else {
        let nearest = Spelling.nearest(to: name, among: FlowColumn.allCases.map(\.name))
        throw CommandFailure(
          .usage,
          "--columns: no column '\(name)'"
            + (nearest.isEmpty ? "; docs/store.md lists them" : "; did you mean \(nearest.joined(separator: ", "))?"))
      }
      chosen.append(column)
    }
    return chosen
  }

  private func rows(_ scan: Scan, _ columns: [FlowColumn], _ output: TextOutput) throws -> Scan.Report {
    let header = Scan.header(columns, format: format)
    output.write { $0 += header }
    return try scan.rows(columns, format: format, limit: number ?? .max, order: sort) { text in
      let text = copy text
      output.write { $0 += text }
      return output.failure == nil
    }
  }

  private func sums(_ scan: Scan, _ output: TextOutput) throws -> Scan.Report {
    let width = bin.flatMap { Quantity.seconds($0) }
    let answer = try scan.series(bin: width.map { Int64($0) * 1000 }, by: binBy ?? .spread)
    let text = SeriesReport(answer, scan.style, binSeconds: width, isHuman: !exact && isatty(STDOUT_FILENO) == 1)
    output.write { text.append(format, to: &$0) }
    return answer.report
  }
}

extension RowFormat: ExpressibleByArgument {}
extension RowOrder: ExpressibleByArgument {}
extension BinRule: ExpressibleByArgument {}

/// Sums, or a time series, as text.
struct SeriesReport {
  private let answer: SeriesAnswer
  private let style: AnswerStyle
  private let binSeconds: Int?
  private let isHuman: Bool

  init(_ answer: SeriesAnswer, _ style: AnswerStyle, binSeconds: Int?, isHuman: Bool) {
    self.answer = answer
    self.style = style
    self.binSeconds = binSeconds
    self.isHuman = isHuman
  }

  func append(_ format: RowFormat, to text: inout [UInt8]) {
    if format == .table {
      text += table.utf8
      return
    }
    let rows =
      binSeconds == nil
      ? [(nil, answer.totals, answer.seconds)]
      : answer.bins.map { (Optional($0.start), $0.sums, answer.seconds(of: $0)) }
    var printer = RowPrinter((binSeconds == nil ? [] : [.init("time", .left)]) + FlowSums.columns, format, style)
    printer.appendHeader(to: &text)
    for (time, sums, seconds) in rows {
      if let time { printer.append(time: time, to: &text) }
      sums.append(over: seconds, to: &printer, &text)
      printer.endRow(to: &text)
    }
  }

  private func number(_ value: UInt64) -> String { isHuman ? HumanNumber.text(Double(value)) : String(value) }

  private static let barWidth = 40

  private var table: String {
    var columns: [(String, TableLayout.Alignment)] =
      binSeconds == nil ? [] : [(style.zone == nil ? "time (UTC)" : "time (local)", .left)]
    columns += [("flows", .right), ("packets", .right), ("bytes", .right), ("pps", .right), ("bps", .right)]
    if binSeconds != nil { columns.append(("", .left)) }
    var table = TextTable(columns.map { (title: $0.0, alignment: $0.1) })
    let most = answer.bins.map(\.sums.octets).max() ?? 0
    func cells(_ sums: FlowSums, _ seconds: Double) -> [String] {
      let rates = sums.rates(over: seconds)
      return [sums.flows, sums.packets, sums.octets, rates.packets, rates.bits].map(number)
    }
    if binSeconds == nil {
      table.append(cells(answer.totals, answer.seconds))
    } else {
      for bin in answer.bins {
        let time = String(style.tableText(bin.start).dropLast(4))
        table.append([time] + cells(bin.sums, answer.seconds(of: bin)) + [Self.bar(bin.sums.octets, of: most)])
      }
    }
    return table.text + "\(answer.report.summary), \(StatusReport.span(answer.seconds))\n"
  }

  /// Returns a bar proportional to the maximum, in eighths of a character.
  private static func bar(_ value: UInt64, of most: UInt64) -> String {
    guard most > 0 else { return "" }
    let eighths = Int(Double(value) / Double(most) * Double(barWidth * 8))
    let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
  }
}

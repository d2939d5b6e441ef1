import FlowModel
import FlowQuery
import FlowText
import NetworkBytes

/// One look of `top --watch` as text.
struct WatchReport {
  let keys: [GroupKey]
  let statistic: Statistic
  let format: RowFormat
  /// Whether numbers have units.
  let isHuman: Bool
  /// Number of intervals in a history.
  let intervals: Int
  /// Host names shown after addresses in tables; nil for none.
  var hosts: HostNameCells?

  // MARK: Tables

  /// Returns the lines above the tables: time, interval, age of the data, and totals, within 80 columns.
  private func head(_ answer: WatchAnswer, _ style: AnswerStyle) -> String {
    let time = style.tableText(answer.time).dropLast(4)
    let interval = answer.isFirst ? StatusReport.span(answer.seconds) : "\(Self.tenths(answer.seconds)) s"
    var head = "sagflow top, \(time): rates of the last \(interval); "
    if let until = answer.until {
      head += "flows until \(StatusReport.span(Double(answer.time - min(until, answer.time)) / 1000)) ago"
    } else {
      head += "no flows yet"
    }
    let unread = answer.report.failures.unread.count
    if unread > 0 { head += "; \(unread) unread" }
    let rates = answer.totals.rates(over: answer.seconds)
    return head
      + "\ntotal: \(flows(answer.totals, answer.seconds)) flows/s, \(number(rates.packets)) pps, \(number(rates.bits)) bps\n"
  }

  /// - Parameter rows: height of the terminal; nil to show everything.
  func table(_ answer: WatchAnswer, _ style: AnswerStyle, rows: Int?) -> String {
    var text = head(answer, style)
    // A blank line and the titles precede each table.
    let room = rows.map { max(1, ($0 - 2) / max(1, keys.count) - 2) } ?? .max
    for (key, table) in zip(keys, answer.tables) {
      var lines = TextTable(
        key.parts.map { ($0.name, .left) } + [
          ("flows/s", .right), ("pps", .right), ("bps", .right), ("%", .right), ("history", .left),
        ])
      let shown = table.rows.prefix(room)
      let values = hosts?.named(shown.map(\.key), of: key) ?? shown.map(\.key)
      for (row, values) in zip(shown, values) {
        let rates = row.sums.rates(over: answer.seconds)
        lines.append(
          key.tableTexts(values) + [
            flows(row.sums, answer.seconds), number(rates.packets), number(rates.bits),
            share(row.sums, answer.totals), sparkline(row.history),
          ])
      }
      text += "\n" + lines.text
    }
    return text
  }

  private func number(_ value: UInt64) -> String { isHuman ? HumanNumber.text(Double(value)) : String(value) }

  private func flows(_ sums: FlowSums, _ seconds: Double) -> String {
    let rate = seconds > 0 ? Double(sums.flows) / seconds : 0
    return isHuman ? HumanNumber.text(rate) : Self.tenths(rate)
  }

  private func share(_ part: FlowSums, _ whole: FlowSums) -> String {
    let (part, whole) = (value(part), value(whole))
    if whole == 0 { return "-" }
    let tenths = Int((Double(part) / Double(whole) * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10) %"
  }

  private func value(_ sums: FlowSums) -> UInt64 {
    switch statistic {
    case .octets, .bitsPerSecond: sums.octets
    case .packets, .packetsPerSecond: sums.packets
    case .flows: sums.flows
    }
  }

  private static let blocks: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  /// Returns a block per interval, relative to the row's maximum; the last interval is on the right.
  func sparkline(_ history: [UInt64]) -> String {
    let most = history.max() ?? 0
    let blocks = history.map { value -> Character in
      value == 0 ? " " : Self.blocks[min(7, Int(Double(value) / Double(most) * 8))]
    }
    return String(repeating: " ", count: max(0, intervals - blocks.count)) + String(blocks)
  }

  /// With one decimal place.
  private static func tenths(_ value: Double) -> String {
    let tenths = UInt64(exactly: (value * 10).rounded()) ?? .max
    return "\(tenths / 10).\(tenths % 10)"
  }

  // MARK: CSV and JSON

  /// Appends the header of CSV.
  func appendHeader(to text: inout [UInt8]) {
    guard format == .csv, let key = keys.first else { return }
    printer(key).appendHeader(to: &text)
  }

  private func printer(_ key: GroupKey, _ style: AnswerStyle = AnswerStyle()) -> RowPrinter {
    RowPrinter([.init("time", .left)] + key.titles + FlowSums.columns, format, style)
  }

  func appendCSV(_ answer: WatchAnswer, _ style: AnswerStyle, to text: inout [UInt8]) {
    for (key, table) in zip(keys, answer.tables) {
      var printer = printer(key, style)
      for row in table.rows {
        printer.append(time: answer.time, to: &text)
        key.append(row.key, to: &printer, &text)
        row.sums.append(over: answer.seconds, to: &printer, &text)
        printer.endRow(to: &text)
      }
    }
  }

  /// Appends one object per look, which contains its tables.
  func appendJSON(_ answer: WatchAnswer, _ style: AnswerStyle, to text: inout [UInt8]) {
    var object = JSONObject()
    object.append("time", style.text(answer.time), to: &text)
    object.appendName("seconds", to: &text)
    text += "\(answer.seconds)".utf8
    object.appendName("until", to: &text)
    if let until = answer.until {
      JSONText.append(style.text(until), to: &text)
    } else {
      JSONText.appendNull(to: &text)
    }
    object.append("unread", UInt64(answer.report.failures.unread.count), to: &text)
    object.appendName("totals", to: &text)
    var totals = RowPrinter(FlowSums.columns, .json)
    answer.totals.append(over: answer.seconds, to: &totals, &text)
    Self.end(&totals, to: &text)
    object.appendName("tables", to: &text)
    JSONText.appendArray(Array(zip(keys, answer.tables)), to: &text) { pair, text in
      append(pair.0, pair.1, answer.seconds, style, to: &text)
    }
    object.end(to: &text)
    text += "\n".utf8
  }

  private func append(
    _ key: GroupKey, _ table: WatchAnswer.Table, _ seconds: Double, _ style: AnswerStyle, to text: inout [UInt8]
  ) {
    var object = JSONObject()
    object.appendName("by", to: &text)
    JSONText.appendArray(key.parts.map(\.name), to: &text) { JSONText.append($0, to: &$1) }
    object.append("groups", UInt64(table.groupCount), to: &text)
    object.appendName("rows", to: &text)
    let columns = key.titles + FlowSums.columns + [.init("history", .right)]
    JSONText.appendArray(table.rows, to: &text) { row, text in
      var printer = RowPrinter(columns, .json, style)
      key.append(row.key, to: &printer, &text)
      row.sums.append(over: seconds, to: &printer, &text)
      var history: [UInt8] = []
      JSONText.appendArray(row.history, to: &history) { JSONText.append($0, to: &$1) }
      printer.append(numeral: history[...], to: &text)
      Self.end(&printer, to: &text)
    }
    object.end(to: &text)
  }

  /// Ends a row that is a value within a line.
  private static func end(_ printer: inout RowPrinter, to text: inout [UInt8]) {
    printer.endRow(to: &text)
    text.removeLast()
  }
}

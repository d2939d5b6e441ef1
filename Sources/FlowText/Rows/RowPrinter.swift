package import FlowModel
package import NetworkBytes

/// Prints rows, one line each: append the values of a row in column order, then call `endRow`.
///
/// This is the only place that knows the form of a row in each format, whatever the rows contain.
package struct RowPrinter: Sendable {
  package let format: RowFormat
  package let style: AnswerStyle
  private let layout: TableLayout
  /// Column names as JSON keys.
  private let keys: [[UInt8]]
  /// The column of the next value.
  private var column = 0
  private var object = JSONObject()
  /// Form of times in JSON and CSV.
  private var timeForm = FieldNames.TimeForm.iso
  /// The column whose texts are upper-cased; negative for none.
  private var capitalColumn = -1
  /// Nil if no member is in a nested object.
  private var nests: JSONNests?

  /// - Parameter columns: their titles are the names in JSON and CSV, and must need no escape.
  package init(_ columns: [TableLayout.Column], _ format: RowFormat, _ style: AnswerStyle = AnswerStyle()) {
    self.format = format
    self.style = style
    layout = TableLayout(columns)
    keys = columns.map { column in
      var key: [UInt8] = []
      JSONText.appendKey(column.title, to: &key)
      return key
    }
  }

  /// Prints rows with the field names of another program.
  ///
  /// - Parameter fields: fields of `names`, whose columns in this order make up a row.
  package init(_ fields: [FieldNames.Field], of names: FieldNames, _ format: RowFormat) {
    self.init(fields.map { TableLayout.Column($0.name, .left) }, format)
    timeForm = names.timeForm
    capitalColumn = fields.firstIndex { $0.isCapital } ?? -1
    if names.isNested, format == .json { nests = JSONNests(fields.map(\.name)) }
  }

  package init(_ columns: [FlowColumn], _ format: RowFormat, _ style: AnswerStyle = AnswerStyle()) {
    self.init(
      columns.map { column in
        let isRight = !column.isText && column.kind != .time
        return TableLayout.Column(column.name, isRight ? .right : .left, width: column.tableWidth)
      }, format, style)
  }

  /// Appends the header above the first row.
  package func appendHeader(to text: inout [UInt8]) {
    switch format {
    case .table: layout.appendHeader(to: &text)
    case .csv: text += (layout.columns.map(\.title).joined(separator: ",") + "\n").utf8
    case .json: break
    }
  }

  package mutating func endRow(to text: inout [UInt8]) {
    column = 0
    switch format {
    case .table: layout.endLine(to: &text)
    case .csv: text.append(UInt8(ascii: "\n"))
    case .json where style.hasArrays: text += "],\n".utf8
    case .json:
      nests?.end(&object, to: &text)
      object.end(to: &text)
      text.append(UInt8(ascii: "\n"))
    }
  }

  /// Appends what precedes the next value.
  ///
  /// - Returns: start of its text, for `end`.
  private mutating func begin(to text: inout [UInt8]) -> Int {
    switch format {
    case .table: return layout.begin(column, to: &text)
    case .csv: if column > 0 { text.append(UInt8(ascii: ",")) }
    case .json where style.hasArrays: text.append(column == 0 ? UInt8(ascii: "[") : UInt8(ascii: ","))
    case .json:
      if nests == nil {
        object.append(key: keys[column], to: &text)
      } else {
        nests?.append(column, &object, to: &text)
      }
    }
    return text.count
  }

  private mutating func end(_ start: Int, to text: inout [UInt8]) {
    if format == .table { layout.end(column, from: start, to: &text) }
    if column == capitalColumn { Self.capitalize(from: start, &text) }
    column &+= 1
  }

  private static func capitalize(from start: Int, _ text: inout [UInt8]) {
    for place in start..<text.count where (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(text[place]) {
      text[place] -= 0x20
    }
  }

  private func appendQuote(to text: inout [UInt8]) {
    if format == .json { text.append(UInt8(ascii: "\"")) }
  }
}

// Values.
extension RowPrinter {
  /// Appends an absent value: a JSON object omits the member.
  package mutating func appendNone(to text: inout [UInt8]) {
    if format == .json {
      if style.hasArrays { return appendNull(to: &text) }
      column &+= 1
    } else {
      end(begin(to: &text), to: &text)
    }
  }

  /// Appends an absent value: null in JSON.
  package mutating func appendNull(to text: inout [UInt8]) {
    let start = begin(to: &text)
    if format == .json { JSONText.appendNull(to: &text) }
    end(start, to: &text)
  }

  package mutating func append(_ number: UInt64, to text: inout [UInt8]) {
    let start = begin(to: &text)
    JSONText.append(number, to: &text)
    end(start, to: &text)
  }

  /// Appends a number that is text already.
  package mutating func append(numeral: ArraySlice<UInt8>, to text: inout [UInt8]) {
    let start = begin(to: &text)
    text += numeral
    end(start, to: &text)
  }

  /// Appends a time, milliseconds since 1970 UTC.
  package mutating func append(time: UnixMilliseconds, to text: inout [UInt8]) {
    let start = begin(to: &text)
    if format == .table {
      style.appendForTable(time, to: &text)
    } else {
      appendValue(time, to: &text)
    }
    end(start, to: &text)
  }

  private func appendValue(_ time: UnixMilliseconds, to text: inout [UInt8]) {
    switch timeForm {
    case .iso, .spaced:
      appendQuote(to: &text)
      if timeForm == .iso { style.append(time, to: &text) } else { style.appendForTable(time, to: &text) }
      appendQuote(to: &text)
    case .nanoseconds:
      let (nanoseconds, isBeyond) = time.multipliedReportingOverflow(by: 1_000_000)
      JSONText.append(isBeyond ? (time < 0 ? .min : .max) : nanoseconds, to: &text)
    case .seconds: JSONText.append(time.dividedDown(by: 1000).quotient, to: &text)
    }
  }

  package mutating func append(_ address: IPAddress, to text: inout [UInt8]) {
    let start = begin(to: &text)
    appendQuote(to: &text)
    address.appendText(to: &text)
    appendQuote(to: &text)
    end(start, to: &text)
  }

  /// - Parameter mac: 48 bits.
  package mutating func append(mac: UInt64, to text: inout [UInt8]) {
    let start = begin(to: &text)
    appendQuote(to: &text)
    ValueText.appendMAC(mac, to: &text)
    appendQuote(to: &text)
    end(start, to: &text)
  }

  /// Appends any text.
  package mutating func append(_ string: String, to text: inout [UInt8]) {
    let start = begin(to: &text)
    switch format {
    case .table: ShownText.append(string.utf8, to: &text)
    case .csv: CSVText.append(string.utf8, style.csv, to: &text)
    case .json: JSONText.append(string, to: &text)
    }
    end(start, to: &text)
  }

  /// Appends UTF-8 text.
  ///
  /// - Parameter isPlain: whether it contains nothing that tables, CSV or JSON escape.
  package mutating func append(_ octets: ArraySlice<UInt8>, isPlain: Bool, to text: inout [UInt8]) {
    if !isPlain, format == .json { return append(String(decoding: octets, as: UTF8.self), to: &text) }
    let start = begin(to: &text)
    switch format {
    case .csv where !isPlain || style.csv.guardsFormulas: CSVText.append(octets, style.csv, to: &text)
    case .table where !isPlain: ShownText.append(octets, to: &text)
    case .table, .csv, .json:
      appendQuote(to: &text)
      text += octets
      appendQuote(to: &text)
    }
    end(start, to: &text)
  }

  /// Appends a JSON object on one line, unchanged in JSON except that unprintable characters are escaped.
  package mutating func append(json: ArraySlice<UInt8>, to text: inout [UInt8]) { append(object: json, to: &text) }

  package mutating func append(json: String, to text: inout [UInt8]) { append(object: json.utf8, to: &text) }

  @inline(__always)
  private func appendShown(_ json: some Collection<UInt8>, to text: inout [UInt8]) {
    if format == .csv { CSVText.append(json, isQuoted: true, to: &text) } else { text += json }
  }

  @inline(__always)
  private mutating func append(object json: some Collection<UInt8>, to text: inout [UInt8]) {
    let start = begin(to: &text)
    if ShownText.isPlain(json) {
      appendShown(json, to: &text)
    } else {
      var shown: [UInt8] = []
      ShownText.append(json, to: &shown)
      appendShown(shown, to: &text)
    }
    end(start, to: &text)
  }
}

import FlowModel
import FlowQuery
import FlowStore
import FlowText
import TestSupport
import Testing

@Suite("Rows against a model")
struct RowModelTests {
  private static let columns: [FlowColumn] = [
    .timeStart, .sourceAddress, .sourcePort, .octets, .nextHop, .applicationName,
  ]

  /// Returns a row's value in each column; nil where it has none.
  private static func values(_ row: FlowTable.Row) -> [(value: String?, isText: Bool)] {
    [
      (AnswerStyle().text(row.start), true), (row["src_addr"].text, true),
      (String(row["src_port"].number), false),
      (String(row.octets), false), (row["next_hop"].text, true), (row["app_name"].text, true),
    ]
  }

  private static func csv(_ row: FlowTable.Row) -> String {
    values(row).map { value, _ in
      guard let value, value.contains(where: { ",\"\n".contains($0) }) else { return value ?? "" }
      return "\"" + value.replacing("\"", with: "\"\"") + "\""
    }.joined(separator: ",")
  }

  private static func json(_ row: FlowTable.Row) -> String {
    let members = zip(columns, values(row)).compactMap { column, cell -> String? in
      guard let value = cell.value else { return nil }
      return "\"\(column.name)\":"
        + (cell.isText ? "\"\(value.replacing("\"", with: "\\\""))\"" : value)
    }
    return "{" + members.joined(separator: ",") + "}"
  }

  private static func ordered(_ rows: [FlowTable.Row], by order: RowOrder?) -> [FlowTable.Row] {
    func value(_ row: FlowTable.Row) -> Int64 {
      switch order {
      case nil: 0
      case .timeStart: row.start
      case .timeEnd: row.end
      case .octets: -Int64(row.octets)
      case .packets: -Int64(row.packets)
      case .duration: row.start - row.end
      case .newest: -row.end
      }
    }
    // Equal rows keep the files' order.
    return rows.enumerated().sorted {
      (value($0.element), $0.offset) < (value($1.element), $1.offset)
    }.map(\.element)
  }

  private static func lines(
    _ scan: Scan, _ columns: [FlowColumn], _ format: RowFormat, limit: Int = .max,
    order: RowOrder? = nil
  ) throws -> [String] {
    var text: [UInt8] = []
    _ = try scan.rows(columns, format: format, limit: limit, order: order) {
      text += copy $0
      return true
    }
    return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test(
    "sorted and limited, as CSV and as JSON",
    arguments: [nil] + RowOrder.allCases.map(Optional.some))
  func sorted(order: RowOrder?) throws {
    let seed = runSeed("FLOWQUERY_ROW_SEED")
    var random = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    let tables = (0..<2).map { _ in FlowTable.random(150, &random) }
    for (number, table) in tables.enumerated() {
      try table.write(to: folder.file("\(number).parquet"), groupRows: 40)
    }
    let wanted = Self.ordered(tables.flatMap(\.rows), by: order)
    var scan = Scan((0..<2).map { folder.file("\($0).parquet") })
    for workers in [1, 3] {
      scan.workers = workers
      for limit in [1, 7, 100, 299, 300, .max] {
        let note: Comment = "seed \(seed), limit \(limit), \(workers) workers"
        let rows = wanted.prefix(limit)
        #expect(
          try Self.lines(scan, Self.columns, .csv, limit: limit, order: order)
            == rows.map(Self.csv), note)
        #expect(
          try Self.lines(scan, Self.columns, .json, limit: limit, order: order)
            == rows.map(Self.json), note)
      }
    }
  }

  @Test("a table has the same values, its times without T and zone")
  func table() throws {
    var random = SeededGenerator(seed: 3)
    let folder = try TemporaryFolder()
    let table = FlowTable.random(50, &random)
    try table.write(to: folder.file("a.parquet"))
    let columns: [FlowColumn] = [.timeStart, .sourceAddress, .sourcePort, .octets]
    let lines = try Self.lines(Scan([folder.file("a.parquet")]), columns, .table)
    func cells(_ line: String) -> [String] {
      line.split(separator: "  ").map { String($0.drop { $0 == " " }) }.filter { !$0.isEmpty }
    }
    let wanted = table.rows.map { row in
      let time = AnswerStyle().text(row.start).replacing("T", with: " ").replacing("Z", with: "")
      return [time] + Self.values(row)[1...3].compactMap(\.value)
    }
    #expect(lines.map(cells) == wanted)
    #expect(
      cells(String(decoding: Scan.header(columns, format: .table).dropLast(), as: UTF8.self))
        == columns.map(\.name))
  }

  @Test("the first line of CSV names the columns, and JSON has none")
  func header() {
    let names = "time_start,src_addr,src_port,bytes,next_hop,app_name\n"
    #expect(String(decoding: Scan.header(Self.columns, format: .csv), as: UTF8.self) == names)
    #expect(Scan.header(Self.columns, format: .json) == [])
  }

  @Test("whoever takes the lines can end it", arguments: [nil, RowOrder.octets])
  func ended(order: RowOrder?) throws {
    var random = SeededGenerator(seed: 4)
    let folder = try TemporaryFolder()
    try FlowTable.random(200, &random).write(to: folder.file("a.parquet"), groupRows: 10)
    var calls = 0
    _ = try Scan([folder.file("a.parquet")]).rows(Self.columns, format: .csv, order: order) { _ in
      calls += 1
      return calls < 3
    }
    #expect(calls == 3)
  }
}

import FlowModel
import Foundation
import TestSupport
import Testing

import ClickHouse

@Suite("The tables of ClickHouse follow from the columns of flows")
struct SchemaTests {
  private static func schema(_ change: (inout ClickHouseSchema) -> Void = { _ in }) -> ClickHouseSchema {
    var schema = ClickHouseSchema(ClickHouseOptions())
    change(&schema)
    return schema
  }

  @Test(
    "the SQL is what it was when it was last looked at and tried on a server",
    arguments: ["server", "cluster", "bare"])
  func text(name: String) throws {
    let schema = Self.schema {
      switch name {
      case "cluster":
        ($0.options.cluster, $0.options.database, $0.hasDistinct) = ("c1", "net`flow", true)
      case "bare": ($0.rollups, $0.days, $0.options.table) = ([], 0, "fl\\ows")
      default: break
      }
    }
    let path = Fixtures.path("clickhouse/\(name).sql")
    if ProcessInfo.processInfo.environment["UPDATE_SHIPPED_FILES"] != nil {
      try Data(schema.text.utf8).write(to: URL(fileURLWithPath: path))
    }
    let expected = try String(contentsOfFile: path, encoding: .utf8)
    #expect(
      schema.text == expected,
      "\(path) differs; UPDATE_SHIPPED_FILES=1 swift test --filter SchemaTests writes it, `make test-engines` tries it")
  }

  @Test("every column of flows is in the table, with a type that holds its values", arguments: FlowColumn.allCases)
  func columns(column: FlowColumn) throws {
    let found = try #require(Self.schema().flows.columns.first { $0.name == column.name })
    let inner = TableComparison.plain(found.type)
    switch column.kind {
    case .time: #expect(inner == "DateTime64(3,'UTC')")
    case .counter: #expect(inner == (column.isNullable ? "Nullable(UInt64)" : "UInt64"))
    case .number(let width): #expect(inner == "UInt\(width.rawValue)")
    case .address: #expect(inner.contains("IPv6"))
    case .mac, .text, .json: #expect(inner.contains("String"))
    }
    #expect(inner.hasPrefix("Nullable(") == column.isNullable)
    #expect((found.expression == .defaultValue("1")) == (column.absentNumber == 1))
  }

  private static let added: [FlowColumn] = [
    FlowColumn(59, "added_counter", .counter { $0.octets }, ""),
    FlowColumn(60, "added_hop", .optionalAddress { $0.nextHop }, ""),
    FlowColumn(61, "added_u8", .number { UInt8(truncatingIfNeeded: $0.sourceAS) }, "", absent: 7),
  ]

  @Test("a column that is added to the table of columns is in the SQL, a counter also in rollups and views")
  func addedColumn() {
    let schema = ClickHouseSchema(ClickHouseOptions(), columns: FlowColumn.allCases + Self.added)
    #expect(schema.text.contains("\n    added_hop Nullable(IPv6) CODEC(ZSTD(1)),\n"))
    #expect(schema.text.contains("\n    added_u8 UInt8 DEFAULT 7 CODEC(ZSTD(1)),\n"))
    #expect(schema.text.contains("added_counter_est UInt64 ALIAS added_counter * greatest(sampling_rate, 1)"))
    for rollup in Rollup.all {
      #expect(schema.table(of: rollup).columns.contains { $0.name == "added_counter" })
      #expect(schema.select(of: rollup).contains("sum(f.added_counter) AS added_counter"))
      #expect(!schema.select(of: rollup).contains("reverse_bytes"))
    }
  }

  @Test("columns of a rollup and results of its view have the same names, in the same order", arguments: [false, true])
  func views(hasDistinct: Bool) throws {
    let schema = Self.schema { $0.hasDistinct = hasDistinct }
    for rollup in Rollup.all {
      let names = schema.select(of: rollup).matches(of: /(?m) AS (\w+),?$/).map { String($0.1) }.dropLast()
      #expect(Array(names) == schema.table(of: rollup).columns.map(\.name))
      #expect(schema.table(of: rollup).columns.allSatisfy { !$0.type.contains("Nullable") })
    }
  }

  @Test("names are quoted, whatever characters they have")
  func quoted() {
    #expect(SQLText.identifier("flows") == "`flows`")
    #expect(SQLText.identifier("a`b\\c\"d'e") == "`a\\`b\\\\c\"d'e`")
    #expect(SQLText.literal("a'b\\c`d\ne") == "'a\\'b\\\\c`d\\ne'")
    #expect(ServerRequest.encoded("a b&c=`ü'/+~") == "a%20b%26c%3D%60%C3%BC%27%2F%2B~")
  }

  @Test("an address may have a path and parameters of its own")
  func url() {
    let request = ServerRequest(parameters: [("query", "SELECT 1"), ("a", "b")], contentType: "")
    #expect(request.url(at: "http://h:8123") == "http://h:8123/?query=SELECT%201&a=b")
    #expect(request.url(at: "https://h/") == "https://h/?query=SELECT%201&a=b")
    #expect(request.url(at: "https://h/ch") == "https://h/ch/?query=SELECT%201&a=b")
    #expect(request.url(at: "https://h/?role=x") == "https://h/?role=x&query=SELECT%201&a=b")
  }
}

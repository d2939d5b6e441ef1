import FlowModel
import FlowText
import Foundation
import NetworkBytes
import Testing

@Suite("Rows are printed")
struct RowPrinterTests {
  private static let columns: [TableLayout.Column] = [
    .init("time", .left, width: 23), .init("who", .left, width: 10), .init("count", .right, width: 6),
    .init("name", .left, width: 5), .init("extra", .left),
  ]

  /// Returns two rows: one with all values, one with only the time.
  private static func text(_ format: RowFormat, _ style: AnswerStyle = AnswerStyle()) -> [String] {
    var printer = RowPrinter(columns, format, style)
    var text: [UInt8] = []
    printer.appendHeader(to: &text)
    printer.append(time: 1_767_225_600_123, to: &text)
    printer.append(IPAddress(v4: 0x0a00_0001), to: &text)
    printer.append(42, to: &text)
    printer.append("a\"b,c", to: &text)
    printer.append(json: #"{"x":1}"#, to: &text)
    printer.endRow(to: &text)
    printer.append(time: 1_767_225_600_000, to: &text)
    printer.appendNone(to: &text)
    printer.appendNull(to: &text)
    printer.appendNone(to: &text)
    printer.appendNone(to: &text)
    printer.endRow(to: &text)
    return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test("JSON can have rows as arrays, with null for what is not there and a comma behind each")
  func arrays() {
    var style = AnswerStyle()
    style.hasArrays = true
    #expect(
      Self.text(.json, style) == [
        #"["2026-01-01T00:00:00.123Z","10.0.0.1",42,"a\"b,c",{"x":1}],"#,
        #"["2026-01-01T00:00:00.000Z",null,null,null,null],"#,
      ])
    #expect(Self.text(.csv, style) == Self.text(.csv))
  }

  @Test("as JSON: an object a line, without what has no value")
  func json() {
    #expect(
      Self.text(.json) == [
        #"{"time":"2026-01-01T00:00:00.123Z","who":"10.0.0.1","count":42,"name":"a\"b,c","extra":{"x":1}}"#,
        #"{"time":"2026-01-01T00:00:00.000Z","count":null}"#,
      ])
  }

  @Test("as CSV: below a header, quoted where need be")
  func csv() {
    #expect(
      Self.text(.csv) == [
        "time,who,count,name,extra",
        "2026-01-01T00:00:00.123Z,10.0.0.1,42,\"a\"\"b,c\",\"{\"\"x\"\":1}\"",
        "2026-01-01T00:00:00.000Z,,,,",
      ])
  }

  @Test("as a table: below a header, times without T and zone")
  func table() {
    #expect(
      Self.text(.table) == [
        "time                     who          count  name   extra",
        "2026-01-01 00:00:00.123  10.0.0.1        42  a\"b,c  {\"x\":1}",
        "2026-01-01 00:00:00.000",
      ])
  }

  @Test("with times as a zone's clocks show them, and their offset where there is no header to say it")
  func zone() throws {
    var style = AnswerStyle()
    style.zone = LocalZone(try #require(TimeZone(identifier: "Europe/Berlin")))
    #expect(Self.text(.csv, style)[2] == "2026-01-01T01:00:00.000+01:00,,,,")
    #expect(Self.text(.table, style)[2] == "2026-01-01 01:00:00.000")
  }

  @Test("the same from octets as from text", arguments: RowFormat.allCases, ["plain", "a\"b", "a,b", #"a\b"#, "ñ\n"])
  func octets(format: RowFormat, value: String) {
    var (text, octets): ([UInt8], [UInt8]) = ([], [])
    var printer = RowPrinter([TableLayout.Column("name", .left)], format)
    printer.append(value, to: &text)
    printer.endRow(to: &text)
    printer.append(Array(value.utf8)[...], isPlain: value == "plain", to: &octets)
    printer.endRow(to: &octets)
    #expect(text == octets)
  }

  @Test("as an empty object where nothing has a value")
  func nothing() {
    var text: [UInt8] = []
    var printer = RowPrinter([TableLayout.Column("name", .left)], .json)
    printer.appendNone(to: &text)
    printer.endRow(to: &text)
    #expect(text == Array("{}\n".utf8))
  }
}

@Suite("Flows are printed")
struct FlowPrinterTests {
  private static var flow: FlowRow {
    var record = FlowRecord()
    record.start = 1_767_225_600_000
    record.end = 1_767_225_601_005
    record.protocolIdentifier = 6
    record.source = IPAddress(v4: 0x0a00_0001)
    record.destination = IPAddress(high: 0x2001_0db8_0000_0000, low: 1)
    record.sourcePort = 1234
    record.destinationPort = 443
    record.packets = 3
    record.octets = 1500
    let exporter = IPAddress(v4: 0xc000_0201)
    return FlowRow(record, origin: FlowOrigin(exporter: exporter, domain: 7, version: 9), rare: nil)
  }

  private static func text(_ format: RowFormat, _ columns: [FlowColumn]) -> String {
    var printer = FlowPrinter(format, columns)
    var text: [UInt8] = []
    printer.appendHeader(to: &text)
    printer.append(flow, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  private static let columns: [FlowColumn] = [.timeEnd, .sourceAddress, .octets, .flowType, .nextHop]

  @Test("as JSON and CSV by the columns of the table of columns")
  func columns() {
    #expect(
      Self.text(.json, Self.columns)
        == #"{"time_end":"2026-01-01T00:00:01.005Z","src_addr":"10.0.0.1","bytes":1500,"flow_type":"netflow_v9"}"#
        + "\n")
    #expect(
      Self.text(.csv, Self.columns)
        == "time_end,src_addr,bytes,flow_type,next_hop\n2026-01-01T00:00:01.005Z,10.0.0.1,1500,netflow_v9,\n")
  }

  @Test("as a table of what nfdump's users look for")
  func table() {
    #expect(
      Self.text(.table, FlowColumn.allCases) == """
        first seen (UTC)          seconds proto                   source              destination  packets      bytes records exporter
        2026-01-01 00:00:00.000     1.005 TCP              10.0.0.1:1234        [2001:db8::1]:443        3       1500       1 192.0.2.1

        """)
  }
}

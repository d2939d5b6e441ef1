import FlowModel
import FlowText
import Foundation
import NetworkBytes
import Testing

@Suite("Rows under the names of other programs")
struct NamedRowTests {
  private static var row: FlowRow {
    var record = FlowRecord()
    record.source = IPAddress(v4: 0x0a00_0001)
    record.destination = IPAddress(v4: 0x0a00_0002)
    record.sourcePort = 1234
    record.octets = 40
    record.start = 1_767_225_600_123
    record.end = -1
    record.sourceMAC = 0x001b_4411_3ab7
    return FlowRow(
      record, origin: FlowOrigin(exporter: IPAddress(v4: 0xc000_0201), domain: 7, version: 9), rare: nil)
  }

  private static func lines(_ names: FieldNames, _ format: RowFormat, rows: Int = 1) -> [String] {
    var printer = FlowPrinter(format, names: names)
    var text: [UInt8] = []
    printer.appendHeader(to: &text)
    for _ in 0..<rows { printer.append(row, to: &text) }
    return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private static func object(_ names: FieldNames) throws -> [String: Any] {
    let line = try #require(lines(names, .json).first)
    return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }

  @Test("ours are what the store's columns are called, and the same as without names")
  func own() {
    var printer = FlowPrinter(.json)
    var text: [UInt8] = []
    printer.append(Self.row, to: &text)
    #expect(Self.lines(.sagflow, .json) == [String(decoding: text.dropLast(), as: UTF8.self)])
  }

  @Test("goflow2 has nanoseconds, and its types in capital letters")
  func goflow2() throws {
    let object = try Self.object(.goflow2)
    #expect(object["type"] as? String == "NETFLOW_V9")
    #expect(object["time_flow_start_ns"] as? Int64 == 1_767_225_600_123_000_000)
    #expect(object["sampler_address"] as? String == "192.0.2.1")
    #expect(object["src_addr"] as? String == "10.0.0.1")
    #expect(object["src_mac"] as? String == "00:1b:44:11:3a:b7")
  }

  @Test("the Elastic Common Schema has objects in objects, each once, in every row")
  func ecs() throws {
    let lines = Self.lines(.ecs, .json, rows: 2)
    #expect(lines.count == 2 && lines[0] == lines[1])
    #expect(lines[0].components(separatedBy: #""source":{"#).count == 2)
    let object = try Self.object(.ecs)
    let (source, observer) = (object["source"] as? [String: Any], object["observer"] as? [String: Any])
    #expect(source?["ip"] as? String == "10.0.0.1")
    #expect(source?["port"] as? Int == 1234)
    #expect((source?["as"] as? [String: Any])?["number"] as? Int == 0)
    #expect(observer?["ip"] as? String == "192.0.2.1")
    #expect((object["network"] as? [String: Any])?["bytes"] as? Int == 40)
    #expect((object["event"] as? [String: Any])?["end"] as? String == object["@timestamp"] as? String)
    // The application is unknown: no member, and no object for it.
    #expect((object["network"] as? [String: Any])?["application"] == nil)
    #expect((object["destination"] as? [String: Any])?["mac"] == nil)
  }

  @Test("the gateway's flow log has seconds, rounded down")
  func flowLog() throws {
    let object = try Self.object(.sls)
    #expect(object["start"] as? Int64 == 1_767_225_600)
    #expect(object["end"] as? Int64 == -1)
    #expect(object["srcaddr"] as? String == "10.0.0.1")
    #expect(object.count == 13)
  }

  @Test("CSV has the names as its header, dots included, and as many values")
  func csv() {
    for names in FieldNames.allCases {
      let lines = Self.lines(names, .csv)
      #expect(lines.first == names.fields().map(\.name).joined(separator: ","))
      #expect(lines.last?.split(separator: ",", omittingEmptySubsequences: false).count == names.fields().count)
    }
    #expect(Self.lines(.nfdump, .csv)[1].hasPrefix("2026-01-01 00:00:00.123,"))
  }
}

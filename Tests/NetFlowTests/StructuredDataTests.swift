import FlowModel
import Foundation
import NetFlow
import NetworkBytes
import Testing

@Suite("Structured data")
struct StructuredDataTests {
  /// A list's octets, the expected result, and the expected number of bad lists.
  struct ListCase: Sendable, CustomTestStringConvertible {
    var element: Int
    var octets: String
    var json: String
    var bad: UInt64

    init(_ element: Int, _ octets: String, _ json: String, bad: UInt64 = 0) {
      (self.element, self.octets, self.json, self.bad) = (element, octets, json, bad)
    }

    init(bad element: Int, _ octets: String, count: UInt64 = 1) {
      self.init(element, octets, "\"\(octets.filter { $0 != " " })\"", bad: count)
    }

    var testDescription: String { "\(element): \(octets)" }
  }

  /// Inner templates: 300 has fixed length, 301 has variable length, 302 and 303 contain lists, 304 repeats an element
  /// and has padding.
  private static let templates = Wire.set(
    2,
    Wire.template(300, [[8, 4], [1, 2]]) + Wire.template(301, [[82, 65535], [4, 1]])
      + Wire.template(302, [[291, 65535]]) + Wire.template(303, [[292, 65535]])
      + Wire.template(304, [[4, 1], [210, 1], [4, 1]]))

  private static func decode(_ element: Int, _ content: [UInt8]) -> Decoded {
    Decoded([
      Wire.ipfix(
        templates, Wire.set(2, Wire.template(256, [[element, 65535], [5, 1]])),
        Wire.set(256, Wire.variable(content) + [7]))
    ])
  }

  private func check(_ list: ListCase) {
    let decoded = Self.decode(list.element, Wire.hex(list.octets))
    let name = InformationElement.named(InformationElementID(rawValue: UInt16(list.element)))?.name ?? ""
    #expect(decoded.json == ["{\"\(name)\":\(list.json),\"ipClassOfService\":7}"])
    #expect(decoded.counters[.badList] == list.bad)
    #expect(decoded.counters.flowRecords == 1)
  }

  @Test(
    "shows a basicList with its element's name and values",
    arguments: [
      ListCase(
        291, "03 0010 0004 0000fbf4 0000fbf5", #"{"semantic":3,"field":"bgpSourceAsNumber","values":[64500,64501]}"#),
      ListCase(291, "ff 0010 0004", #"{"semantic":255,"field":"bgpSourceAsNumber","values":[]}"#),
      ListCase(
        291, "00 0052 ffff 02 6c6f 00 ff0004 65746830",
        #"{"semantic":0,"field":"interfaceName","values":["lo","","eth0"]}"#),
      ListCase(291, "01 8001 0002 00000009 abcd", #"{"semantic":1,"field":"9/1","values":["abcd"]}"#),
      ListCase(291, "01 8001 0002 00007279 0102", #"{"semantic":1,"field":"29305/1","values":[258]}"#),
      ListCase(291, "01 8001 0002 00000000 0102", #"{"semantic":1,"field":"octetDeltaCount","values":[258]}"#),
      ListCase(291, "02 00d2 0001 0000", #"{"semantic":2,"field":"paddingOctets","values":["00","00"]}"#),
      ListCase(291, "04 0008 0002 0a01", #"{"semantic":4,"field":"sourceIPv4Address","values":["0a01"]}"#),
      ListCase(291, "01 0001 0000", #"{"semantic":1,"field":"octetDeltaCount","values":[]}"#),
      ListCase(484, "03 01e3 0004 00010002", #"{"semantic":3,"field":"bgpCommunity","values":[65538]}"#),
    ])
  func basicList(_ list: ListCase) { check(list) }

  @Test(
    "shows the records of a subTemplateList",
    arguments: [
      ListCase(
        292, "03 012c 0a000001 000a 0a000002 0014",
        #"{"semantic":3,"template":300,"records":[{"sourceIPv4Address":"10.0.0.1","octetDeltaCount":10},"#
          + #"{"sourceIPv4Address":"10.0.0.2","octetDeltaCount":20}]}"#),
      ListCase(292, "ff 012c", #"{"semantic":255,"template":300,"records":[]}"#),
      ListCase(
        292, "03 012d 00 06 02 6c6f 11",
        #"{"semantic":3,"template":301,"records":[{"interfaceName":"","protocolIdentifier":6},"#
          + #"{"interfaceName":"lo","protocolIdentifier":17}]}"#),
      ListCase(
        292, "03 0130 06 00 11", #"{"semantic":3,"template":304,"records":[{"protocolIdentifier":[6,17]}]}"#),
      ListCase(
        292, "03 012e 06 03 0004 0001 07",
        #"{"semantic":3,"template":302,"records":[{"basicList":{"semantic":3,"field":"protocolIdentifier","values":[7]}}]}"#
      ),
    ])
  func subTemplateList(_ list: ListCase) { check(list) }

  @Test(
    "shows the entries of a subTemplateMultiList",
    arguments: [
      ListCase(
        293, "03 012c 000a 0a000001 000a 012d 0006 00 06",
        #"{"semantic":3,"entries":[{"template":300,"records":[{"sourceIPv4Address":"10.0.0.1","octetDeltaCount":10}]},"#
          + #"{"template":301,"records":[{"interfaceName":"","protocolIdentifier":6}]}]}"#),
      ListCase(293, "ff", #"{"semantic":255,"entries":[]}"#),
      ListCase(293, "03 012c 0004", #"{"semantic":3,"entries":[{"template":300,"records":[]}]}"#),
    ])
  func subTemplateMultiList(_ list: ListCase) { check(list) }

  @Test(
    "that cannot be taken apart to its last octet is its octets, and its record stays",
    arguments: [
      ListCase(bad: 291, "03"), ListCase(bad: 291, "03 0010 00"), ListCase(bad: 291, "03 0010 0004 000001"),
      ListCase(bad: 291, "03 0010 0004 00000001 0000"), ListCase(bad: 291, "03 8010 0004 000000"),
      ListCase(bad: 291, "03 0052 ffff 05 6c6f"), ListCase(bad: 291, "03 0052 ffff ff 00"),
      ListCase(bad: 291, "03 0001 0000 00"), ListCase(bad: 292, "03 01"), ListCase(bad: 292, "03 012c 0a000001 00"),
      ListCase(bad: 292, "03 012d 02 6c"), ListCase(bad: 292, "03 0190 00"), ListCase(bad: 292, "03 0190"),
      ListCase(bad: 292, "03 0000"), ListCase(bad: 293, "03 012c 00"), ListCase(bad: 293, "03 012c 0003"),
      ListCase(bad: 293, "03 012c 000b 0a000001 000a"), ListCase(bad: 293, "03 012c 0009 0a000001 00"),
      ListCase(bad: 293, "03 012c 0004 0190 0004"),
    ])
  func bad(_ list: ListCase) { check(list) }

  @Test(
    "within structured data is bad by itself: what holds it is shown",
    arguments: [
      ListCase(
        292, "03 012e 02 0300 06 03 0004 0001 07",
        #"{"semantic":3,"template":302,"records":[{"basicList":"0300"},"#
          + #"{"basicList":{"semantic":3,"field":"protocolIdentifier","values":[7]}}]}"#, bad: 1),
      ListCase(
        291, "03 0124 ffff 03 03 0190 03 03 012c",
        #"{"semantic":3,"field":"subTemplateList","values":["030190",{"semantic":3,"template":300,"records":[]}]}"#,
        bad: 1),
    ])
  func badWithin(_ list: ListCase) { check(list) }

  @Test("of no octets at all is an empty text like any empty value", arguments: [291, 292, 293])
  func empty(_ element: Int) { check(ListCase(element, "", "\"\"")) }

  @Test("takes the inner template as it stands when the record is decoded")
  func innerTemplateOfTheMoment() {
    let list = Wire.set(256, Wire.variable(Wire.hex("03 012c 0a00 0001")))
    let decoded = Decoded([
      Wire.ipfix(
        Wire.set(2, Wire.template(256, [[292, 65535]])), list, Wire.set(2, Wire.template(300, [[8, 4]])), list,
        Wire.set(2, Wire.template(300, [[4, 1], [10, 3]])), list)
    ])
    #expect(
      decoded.json == [
        #"{"subTemplateList":"03012c0a000001"}"#,
        #"{"subTemplateList":{"semantic":3,"template":300,"records":[{"sourceIPv4Address":"10.0.0.1"}]}}"#,
        #"{"subTemplateList":{"semantic":3,"template":300,"records":[{"protocolIdentifier":10,"ingressInterface":1}]}}"#,
      ])
    #expect(decoded.issues == ["bad_list": 1])
  }

  // MARK: Bombs

  /// Returns `content` wrapped in as many lists as a message can hold.
  private static func nested(_ header: [UInt8]) -> [UInt8] {
    var content = header
    while content.count < 65_000 { content = header + Wire.variable(content) }
    return content
  }

  @Test(
    "nested through a whole message is shown to a bounded depth, on a small stack too",
    arguments: [(291, "03 0123 ffff"), (292, "03 012f"), (293, "03 0131 ")])
  func depth(_ element: Int, _ header: String) async throws {
    let content = element == 293 ? Self.nestedMultiList() : Self.nested(Wire.hex(header))
    let message = Wire.ipfix(
      Wire.set(2, Wire.template(303, [[292, 65535]]) + Wire.template(305, [[293, 65535]])),
      Wire.set(2, Wire.template(256, [[element, 65535]])), Wire.set(256, Wire.variable(content)))
    let (json, bad) = await withCheckedContinuation { continuation in
      let thread = Thread {
        let decoded = Decoded([message])
        continuation.resume(returning: (decoded.json, decoded.counters[.badList]))
      }
      thread.stackSize = 512 << 10
      thread.start()
    }
    #expect(json.count == 1)
    #expect(bad == 1)
    #expect(json.first?.matches(of: /"semantic"/).count == 128)
  }

  private static func nestedMultiList() -> [UInt8] {
    var content: [UInt8] = [3]
    while content.count < 65_000 {
      let record = Wire.variable(content)
      content = [3] + Wire.be16(305) + Wire.be16(4 + record.count) + record
    }
    return content
  }

  @Test("whose fields take no octets is bad beyond a bound, before it takes much memory")
  func emptyFields() {
    let empty = Array(repeating: [1, 0], count: 12_000)
    let decoded = Decoded([
      Wire.ipfix(Wire.set(2, Wire.template(300, [[4, 1]] + empty) + Wire.template(256, [[292, 65535], [5, 1]]))),
      Wire.ipfix(
        Wire.set(256, Wire.variable([3] + Wire.be16(300) + Array(repeating: 6, count: 20_000)) + [7])),
    ])
    #expect(decoded.issues == ["bad_list": 1])
    #expect(decoded.records.first?.fields.last?.value == .unsigned(7))
  }
}

import NetFlow
import NetworkBytes
import Testing

@Suite("Messages and sets")
struct MessageRuleTests {
  /// Octets after a valid template and a data set of one record, and their effect on the message.
  struct Framing: Sendable, CustomTestStringConvertible {
    var what: String
    var after: String
    var issues: [String: UInt64]
    /// Protocol identifiers of all records.
    var records: [Int]

    init(_ what: String, _ after: String, _ issues: [String: UInt64], records: [Int] = [6]) {
      (self.what, self.after, self.issues, self.records) = (what, after, issues, records)
    }

    var testDescription: String { what }
  }

  static let framings = [
    Framing("nothing", "", [:]),
    Framing("another set", "0100 0006 1112", [:], records: [6, 17, 18]),
    Framing("a set without content", "0100 0004", [:]),
    Framing("a set of length 3", "0100 0003 0100 0005 11", ["bad_set_length": 1]),
    Framing("a set of length 0", "0100 0000 0100 0005 11", ["bad_set_length": 1]),
    Framing("a set longer than the message", "0100 0007 1112", ["bad_set_length": 1]),
    Framing("one stray octet", "01", ["bad_set_length": 1]),
    Framing("three stray octets", "010000", ["bad_set_length": 1]),
    Framing("one zero", "00", [:]),
    Framing("zeros", "00000000 00000000 00", [:]),
    Framing("zeros and something", "00000000 00000001", ["bad_set_length": 1]),
    Framing("an unknown template", "0101 0005 11 0100 0005 12", ["unknown_template": 1], records: [6, 18]),
    Framing("an unknown template twice", "0101 0005 11 0101 0004", ["unknown_template": 2]),
    Framing("a reserved set", "0005 0006 1112 0100 0005 12", ["reserved_set": 1], records: [6, 18]),
    Framing("set 255", "00ff 0004", ["reserved_set": 1]),
  ]

  @Test("of v9 are read to the end of the payload", arguments: framings)
  func v9(_ framing: Framing) {
    check(framing, [Wire.v9(Wire.set(0, Wire.template(256, [[4, 1]])), Wire.set(256, [6]), Wire.hex(framing.after))])
  }

  @Test("of IPFIX are read to the end of the message", arguments: framings)
  func ipfix(_ framing: Framing) {
    check(
      framing, [Wire.ipfix(Wire.set(2, Wire.template(256, [[4, 1]])), Wire.set(256, [6]), Wire.hex(framing.after))])
  }

  private func check(_ framing: Framing, _ messages: [[UInt8]]) {
    let decoded = Decoded(messages)
    #expect(decoded.json == framing.records.map { "{\"protocolIdentifier\":\($0)}" })
    #expect(decoded.issues == framing.issues)
  }

  @Test(
    "keep reserved ids for later use",
    arguments: [
      (9, 2), (9, 3), (9, 255), (10, 0), (10, 1), (10, 4), (10, 255),
    ])
  func reserved(_ version: Int, _ id: Int) {
    let set = Wire.set(id, Wire.template(256, [[4, 1]]))
    #expect(Decoded([version == 9 ? Wire.v9(set) : Wire.ipfix(set)]).issues == ["reserved_set": 1])
  }

  @Test(
    "with fewer octets than the shortest record at a set's end have padding there",
    arguments: ["06 0000 0007", "06 0000 0007 00", "06 0000 0007 0000"])
  func padding(_ set: String) {
    let decoded = Decoded([
      Wire.ipfix(Wire.set(2, Wire.template(256, [[4, 1], [10, 4]])), Wire.set(256, Wire.hex(set)))
    ])
    #expect(decoded.json == [#"{"protocolIdentifier":6,"ingressInterface":7}"#])
    #expect(decoded.issues.isEmpty)
  }

  @Test("whose variable-length record runs past its set lose the rest of this set only")
  func truncatedRecord() {
    let template = Wire.set(2, Wire.template(256, [[82, 65535], [4, 1]]))
    let decoded = Decoded([
      Wire.ipfix(template, Wire.set(256, Wire.hex("026c6f 06 00 11 ff0200 61 06")), Wire.set(256, Wire.hex("0161 12")))
    ])
    #expect(
      decoded.json == [
        #"{"interfaceName":"lo","protocolIdentifier":6}"#, #"{"interfaceName":"","protocolIdentifier":17}"#,
        #"{"interfaceName":"a","protocolIdentifier":18}"#,
      ])
    #expect(decoded.issues == ["truncated_record": 1])
  }

  @Test("may have variable-length fields in v9 too, in the short and the long form")
  func variableV9() {
    let long = Array(repeating: UInt8(ascii: "x"), count: 300)
    let decoded = Decoded([
      Wire.v9(
        Wire.set(0, Wire.template(256, [[82, 65535]])),
        Wire.set(256, Wire.variable(long) + Wire.hex("ff0001 61") + Wire.variable([])))
    ])
    #expect(decoded.json == [String(repeating: "x", count: 300), "a", ""].map { "{\"interfaceName\":\"\($0)\"}" })
  }

  @Test(
    "that are too short or of another version are rejected",
    arguments: [
      ("", "short_datagram"), ("00", "short_datagram"), ("0005", "short_datagram"),
      ("0005" + String(repeating: "00", count: 21), "short_datagram"),
      ("0009" + String(repeating: "00", count: 17), "short_datagram"),
      ("000a 0010" + String(repeating: "00", count: 11), "short_datagram"),
      ("000a 000f" + String(repeating: "00", count: 12), "short_datagram"),
      ("000a 0011" + String(repeating: "00", count: 12), "short_datagram"),
      ("0001 0000", "bad_version"), ("0007 0000", "bad_version"), ("000b", "bad_version"),
      ("6865 6c6c 6f", "bad_version"),
    ])
  func rejected(_ octets: String, _ issue: String) {
    let decoded = Decoded([Wire.hex(octets)])
    #expect(decoded.issues == [issue: 1])
    #expect(decoded.counters.datagrams == 1)
    #expect(decoded.counters.rejectedDatagrams == 1)
  }

  @Test("of IPFIX that are shorter than their datagram leave its rest unread")
  func shortMessage() {
    let sets = Wire.set(2, Wire.template(256, [[4, 1]])) + Wire.set(256, [6])
    let decoded = Decoded([Wire.ipfix(sets, Wire.set(256, [17]), length: 16 + sets.count)])
    #expect(decoded.json == [#"{"protocolIdentifier":6}"#])
    #expect(decoded.issues.isEmpty)
  }

  @Test("tell of each record where it came from")
  func facts() throws {
    let decoded = Decoded([
      Wire.v9(
        Wire.set(0, Wire.template(300, [[4, 1]])), Wire.set(300, [6]), sequence: 77, domain: 0xdead_beef,
        exportTime: 1_444_331_189)
    ])
    let record = try #require(decoded.records.first)
    #expect(record.exporter == Wire.exporter)
    #expect(record.template == 300)
    #expect(record.header.version == 9)
    #expect(record.header.domain == 0xdead_beef)
    #expect(record.header.sequence == 77)
    #expect(record.header.exportTime == 1_444_331_189)
  }

  private struct Stop: Error {}

  @Test("end where their taker stops taking")
  func stops() {
    var decoder = RecordDecoder()
    var taken = 0
    let message = Wire.ipfix(Wire.set(2, Wire.template(256, [[4, 1]])), Wire.set(256, [1, 2, 3]))
    #expect(throws: Stop.self) {
      try decoder.decode(message.rawSpan, from: Wire.exporter, arrival: 0) { (_) throws(Stop) in
        taken += 1
        if taken == 2 { throw Stop() }
      }
    }
    #expect(taken == 2)
    #expect(decoder.counters.flowRecords == 2)
  }
}

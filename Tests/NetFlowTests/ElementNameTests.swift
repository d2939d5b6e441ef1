import FlowModel
import NetFlow
import NetworkBytes
import TestSupport
import Testing

/// RFC 5610: options data with the names and types of an exporter's own elements.
@Suite("Elements that the registry does not have")
struct ElementNameTests {
  private static let template = Wire.set(
    3, Wire.optionsTemplate(400, scopes: 2, [[346, 4], [303, 2], [339, 1], [344, 1], [345, 2], [341, 65535]]))

  private static func report(_ enterprise: Int, _ number: Int, _ type: UInt8, _ name: String) -> [UInt8] {
    Wire.be32(enterprise) + Wire.be16(number) + [type, 0, 0, 0] + Wire.variable(text(name))
  }

  private static let flows =
    Wire.set(2, Wire.template(256, [[8, 4], [1, 4], [40, 4, 6871], [41, 4, 6871]]))
  private static let flow = Wire.set(256, Wire.hex("0a000001 00000005 00000007 c0000201"))

  /// Reports the names and types of two elements.
  static let reports = Wire.ipfix(
    template, Wire.set(400, report(6871, 40, 3, "exampleCount") + report(6871, 0x8029, 18, "exampleAddress")))

  private static let messages = [Wire.ipfix(flows, flow), reports, Wire.ipfix(flow)]

  private static let named = #""exampleCount":7,"exampleAddress":"192.0.2.1"}"#
  private static let numbered = #""6871/40":"00000007","6871/41":"c0000201"}"#

  @Test("are called and read as their exporter reports, from then on, in whole records and in extra")
  func reported() throws {
    let json = Decoded(Self.messages).json
    #expect(json.first == #"{"sourceIPv4Address":"10.0.0.1","octetDeltaCount":5,"# + Self.numbered)
    #expect(json.last == #"{"sourceIPv4Address":"10.0.0.1","octetDeltaCount":5,"# + Self.named)
    let extras = FlowDecoded(Self.messages) { $0.keepsExtra = true }.contents.map { $0["extra"] }
    #expect(extras == ["{" + Self.numbered, "{" + Self.named])
  }

  @Test("are known again after a restart")
  func restarts() throws {
    var options = FlowDecoderOptions()
    options.keepsExtra = true
    var first = FlowDecoder(options: options)
    _ = FlowDecoded(Self.messages, by: &first)
    var second = FlowDecoder(options: options)
    second.restore(try first.state.reread())
    #expect(FlowDecoded([Wire.ipfix(Self.flow)], by: &second).contents.map { $0["extra"] } == ["{" + Self.named])
  }

  @Test("are of one exporter: another's of the same number keeps its number")
  func sessions() {
    var decoder = RecordDecoder()
    var records: [DecodedRecord] = []
    for message in Self.messages { decoder.decode(message.rawSpan, from: Wire.exporter, arrival: 0, into: &records) }
    let other = Endpoint(address: IPAddress(v4: 1), port: 1)
    records = []
    let message = Wire.ipfix(Self.flows, Self.flow)
    decoder.decode(message.rawSpan, from: other, arrival: 0, into: &records)
    #expect(
      records.map { $0.fields.json } == [#"{"sourceIPv4Address":"10.0.0.1","octetDeltaCount":5,"# + Self.numbered])
  }

  @Test("are called as the settings say, whatever the exporter reports")
  func configured() throws {
    var names = ElementNames()
    try names.set("ours", .unsigned32, for: FieldElement(40, enterprise: 6871))
    let extras = FlowDecoded(Self.messages) {
      $0.keepsExtra = true
      $0.elements = names
    }.contents.map { $0["extra"] }
    #expect(extras == [#"{"ours":7,"6871/41":"c0000201"}"#, #"{"ours":7,"exampleAddress":"192.0.2.1"}"#])
    var decoder = RecordDecoder(elements: names)
    var records: [DecodedRecord] = []
    let first = Self.messages[0]
    decoder.decode(first.rawSpan, from: Wire.exporter, arrival: 0, into: &records)
    #expect(records.map { $0.fields.json }.first?.contains(#""ours":7"#) == true)
  }

  /// Reports that must have no effect.
  private static let unfit: [(what: String, report: [UInt8])] = [
    ("IANA's element", report(0, 8, 3, "mine")), ("a reverse element", report(29305, 1, 3, "mine")),
    ("IANA's name", report(6871, 40, 3, "octetDeltaCount")), ("no name", report(6871, 40, 3, "")),
    ("a name like numbers", report(6871, 40, 3, "9/40")), ("a type that nobody knows", report(6871, 40, 77, "mine")),
    ("a name of another element", report(6871, 99, 3, "taken") + report(6871, 40, 3, "taken")),
  ]

  @Test("keep their numbers where a report is not fit", arguments: unfit.indices)
  func refused(_ index: Int) {
    let json = Decoded([
      Wire.ipfix(Self.flows, Self.template), Wire.ipfix(Wire.set(400, Self.unfit[index].report)), Wire.ipfix(Self.flow),
    ]).json
    #expect(
      json.last == #"{"sourceIPv4Address":"10.0.0.1","octetDeltaCount":5,"# + Self.numbered, "\(Self.unfit[index].what)"
    )
  }

  @Test("have the last name that was reported, and are of a bounded number")
  func bound() throws {
    var names = ElementNames()
    for number in 0..<UInt16(5000) {
      try? names.set("element\(number)", .unsigned8, for: FieldElement(number, enterprise: 9))
    }
    #expect(names.count == ElementNames.maximumCount)
    #expect(names[FieldElement(0, enterprise: 9)]?.name == "element0")
    try names.set("other", .string, for: FieldElement(0, enterprise: 9))
    try names.set("element0", .string, for: FieldElement(1, enterprise: 9))
    #expect(names[FieldElement(0, enterprise: 9)]?.name == "other")
  }
}

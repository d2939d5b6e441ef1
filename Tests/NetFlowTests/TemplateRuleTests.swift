import NetFlow
import NetworkBytes
import Testing

@Suite("Templates")
struct TemplateRuleTests {
  @Test("keep each field in eight octets, whatever element it is of")
  func fields() {
    #expect(MemoryLayout<FieldSpecifier>.stride == 8)
    for number: UInt16 in [0, 1, 2, 5, 0x7fff, 0x8000, 0x8001, 0xffff] {
      for length: UInt16 in [0, 4, 0x8000, 0xffff] {
        for isV9Scope in [false, true] {
          let field = FieldSpecifier(FieldElement(number), length: length, isV9Scope: isV9Scope)
          #expect(field.element == FieldElement(number))
          #expect(field.isV9Scope == isV9Scope)
          #expect(field.length == length)
          #expect(field.isVariable == (length == 0xffff))
        }
        for enterprise: UInt32 in [1, 2, 9, 29305, .max] where number < 0x8000 {
          let field = FieldSpecifier(FieldElement(number, enterprise: enterprise), length: length)
          #expect(field.element == FieldElement(number, enterprise: enterprise))
          #expect(!field.isV9Scope)
        }
      }
    }
  }

  /// A malformed template, and whether the next one in its set can still be found.
  struct BadTemplate: Sendable, CustomTestStringConvertible {
    var what: String
    var version: Int
    var set: Int
    var octets: [UInt8]
    var nextIsRead: Bool

    init(_ what: String, v9 set: Int, _ octets: [UInt8], nextIsRead: Bool) {
      (self.what, version, self.set, self.octets, self.nextIsRead) = (what, 9, set, octets, nextIsRead)
    }

    init(_ what: String, ipfix set: Int, _ octets: [UInt8], nextIsRead: Bool) {
      (self.what, version, self.set, self.octets, self.nextIsRead) = (what, 10, set, octets, nextIsRead)
    }

    var testDescription: String { "v\(version): \(what)" }
  }

  static let bad = [
    BadTemplate("id below 256", v9: 0, Wire.template(255, [[8, 4]]), nextIsRead: false),
    BadTemplate("id below 256", ipfix: 2, Wire.template(255, [[8, 4]]), nextIsRead: false),
    BadTemplate(
      "options id below 256", v9: 1, Wire.optionsTemplateV9(1, scopes: [[1, 4]], [[34, 4]]), nextIsRead: false),
    BadTemplate("more fields than the set holds", v9: 0, Wire.template(258, [[8, 4]], count: 99), nextIsRead: false),
    BadTemplate(
      "more fields than the set holds", ipfix: 2, Wire.template(258, [[8, 4]], count: 65535), nextIsRead: false),
    BadTemplate(
      "more option fields than the set holds", ipfix: 3, Wire.be16(258) + Wire.be16(99) + Wire.be16(1),
      nextIsRead: false),
    BadTemplate("no field", v9: 0, Wire.template(258, []), nextIsRead: true),
    BadTemplate("fields of no length only", v9: 0, Wire.template(258, [[8, 0], [1, 0]]), nextIsRead: true),
    BadTemplate("fields of no length only", ipfix: 2, Wire.template(258, [[8, 0], [1, 0, 9]]), nextIsRead: true),
    BadTemplate(
      "options of no length only", v9: 1, Wire.optionsTemplateV9(258, scopes: [[1, 0]], [[34, 0]]), nextIsRead: true),
    BadTemplate(
      "scope length no multiple of 4", v9: 1,
      Wire.optionsTemplateV9(258, scopes: [[1, 4]], [[34, 4]], scopeOctets: 3, optionOctets: 5), nextIsRead: true),
    BadTemplate(
      "option length no multiple of 4", v9: 1,
      Wire.optionsTemplateV9(258, scopes: [[1, 4]], [[34, 4]], scopeOctets: 4, optionOctets: 6) + [0, 0],
      nextIsRead: true),
    BadTemplate(
      "scope length beyond the set", v9: 1,
      Wire.optionsTemplateV9(258, scopes: [[1, 4]], [[34, 4]], scopeOctets: 400), nextIsRead: false),
    BadTemplate(
      "option length beyond the set", v9: 1,
      Wire.optionsTemplateV9(258, scopes: [[1, 4]], [[34, 4]], optionOctets: 65532), nextIsRead: false),
    BadTemplate("no scope", ipfix: 3, Wire.optionsTemplate(258, scopes: 0, [[149, 4], [41, 8]]), nextIsRead: true),
    BadTemplate(
      "more scopes than fields", ipfix: 3, Wire.optionsTemplate(258, scopes: 3, [[149, 4], [41, 8]]), nextIsRead: true),
  ]

  /// Returns a valid template of the same kind with one field of one octet.
  private static func good(_ id: Int, like bad: BadTemplate) -> [UInt8] {
    switch bad.set {
    case 1: Wire.optionsTemplateV9(id, scopes: [], [[4, 1]])
    case 3: Wire.optionsTemplate(id, scopes: 1, [[4, 1]])
    default: Wire.template(id, [[4, 1]])
    }
  }

  @Test("that are malformed are not stored; the next of the set is read where it can be found", arguments: bad)
  func malformed(_ bad: BadTemplate) {
    let sets = [
      Wire.set(bad.set, Self.good(258, like: bad)), Wire.set(bad.set, bad.octets + Self.good(257, like: bad)),
      Wire.set(bad.set, Self.good(259, like: bad)), Wire.set(257, [1]), Wire.set(258, [2]), Wire.set(259, [3]),
    ].flatMap(\.self)
    let decoded = Decoded([bad.version == 9 ? Wire.v9(sets) : Wire.ipfix(sets)])
    let kept = decoded.records.map { Int($0.template) }
    #expect(kept == (bad.nextIsRead ? [257, 258, 259] : [258, 259]))
    #expect(decoded.issues == (bad.nextIsRead ? ["bad_template": 1] : ["bad_template": 1, "unknown_template": 1]))
    #expect(decoded.json.last == #"{"protocolIdentifier":3}"#)
  }

  @Test("whose enterprise number is cut are not stored")
  func cutEnterprise() {
    let cut = Wire.be16(256) + Wire.be16(2) + Wire.hex("0008 0004 8001 0004 0000")
    let decoded = Decoded([Wire.ipfix(Wire.set(2, cut), Wire.set(2, Wire.template(257, [[4, 1]])), Wire.set(257, [6]))])
    #expect(decoded.json == [#"{"protocolIdentifier":6}"#])
    #expect(decoded.issues == ["bad_template": 1])
  }

  @Test("may be followed by zeros as padding", arguments: 0..<9)
  func padding(_ count: Int) {
    let zeros = Array(repeating: UInt8(0), count: count)
    let flow = Wire.set(2, Wire.template(256, [[4, 1]]) + zeros)
    let options = Wire.set(3, Wire.optionsTemplate(257, scopes: 1, [[149, 1]]) + zeros)
    let decoded = Decoded([Wire.ipfix(flow, options, Wire.set(256, [6]), Wire.set(257, [7]))])
    #expect(decoded.json == [#"{"protocolIdentifier":6}"#, #"{"observationDomainId":7}"#])
    #expect(decoded.issues.isEmpty)
  }

  @Test("may have fields of no length beside others")
  func emptyFields() {
    let decoded = Decoded([
      Wire.v9(Wire.set(0, Wire.template(256, [[1, 0], [4, 1], [82, 0]])), Wire.set(256, [6, 17]))
    ])
    #expect(
      decoded.json == [
        #"{"octetDeltaCount":"","protocolIdentifier":6,"interfaceName":""}"#,
        #"{"octetDeltaCount":"","protocolIdentifier":17,"interfaceName":""}"#,
      ])
  }

  @Test("hold from where they stand, the newest last, flow and options templates alike")
  func redefinition() {
    let data = Wire.set(256, [1, 2])
    let decoded = Decoded([
      Wire.ipfix(
        data, Wire.set(2, Wire.template(256, [[7, 2]])), data, Wire.set(2, Wire.template(256, [[11, 2]])), data),
      Wire.ipfix(data, Wire.set(3, Wire.optionsTemplate(256, scopes: 1, [[4, 1]])), data),
    ])
    #expect(
      decoded.json == [
        #"{"sourceTransportPort":258}"#, #"{"destinationTransportPort":258}"#,
        // Data that precede every template wait until the end of the message, and follow the first.
        #"{"sourceTransportPort":258}"#, #"{"destinationTransportPort":258}"#, #"{"protocolIdentifier":1}"#,
        #"{"protocolIdentifier":2}"#,
      ])
    #expect(decoded.records.map(\.kind) == [.flow, .flow, .flow, .flow, .options, .options])
    #expect(decoded.issues == ["unknown_template": 1])
    #expect(decoded.counters.flowRecords == 4)
    #expect(decoded.counters.optionsRecords == 2)
  }

  @Test(
    "are not withdrawn over UDP",
    arguments: [
      (2, 256, ["withdrawal_ignored": 1]), (2, 2, ["withdrawal_ignored": 1]), (3, 3, ["withdrawal_ignored": 1]),
      (2, 3, ["bad_template": 1]),
    ]
      as [(Int, Int, [String: UInt64])])
  func withdrawal(_ set: Int, _ id: Int, _ issues: [String: UInt64]) {
    let decoded = Decoded([
      Wire.ipfix(
        Wire.set(2, Wire.template(256, [[4, 1]])), Wire.set(set, Wire.be16(id) + [0, 0]), Wire.set(256, [6]))
    ])
    #expect(decoded.json == [#"{"protocolIdentifier":6}"#])
    #expect(decoded.issues == issues)
  }

  @Test("belong to their exporter's address, port, version and domain")
  func sessions() {
    var decoder = RecordDecoder()
    var records: [DecodedRecord] = []
    let template = Wire.set(2, Wire.template(256, [[4, 1]]))
    let data = Wire.set(256, [6])
    var other = Wire.exporter
    decoder.decode(Wire.ipfix(template).rawSpan, from: other, arrival: 0, into: &records)
    decoder.decode(Wire.ipfix(data, domain: 2).rawSpan, from: other, arrival: 0, into: &records)
    decoder.decode(Wire.v9(data).rawSpan, from: other, arrival: 0, into: &records)
    other.port += 1
    decoder.decode(Wire.ipfix(data).rawSpan, from: other, arrival: 0, into: &records)
    other = Endpoint(address: IPAddress(v4: 1), port: Wire.exporter.port)
    decoder.decode(Wire.ipfix(data).rawSpan, from: other, arrival: 0, into: &records)
    #expect(records.isEmpty)
    #expect(decoder.counters[.unknownTemplate] == 4)
    decoder.decode(Wire.ipfix(data).rawSpan, from: Wire.exporter, arrival: 0, into: &records)
    #expect(records.count == 1)
  }

  @Test("of another source port serve a session that continues it where a directory tells of it")
  func continued() {
    var decoder = RecordDecoder(directory: ExporterDirectory())
    var records: [DecodedRecord] = []
    let data = Wire.set(256, [6, 1])
    func port(_ number: UInt16) -> Endpoint { Endpoint(address: Wire.exporter.address, port: number) }
    decoder.decode(
      Wire.ipfix(Wire.set(2, Wire.template(256, [[4, 1]])), sequence: 5).rawSpan, from: port(1), arrival: 0,
      into: &records)
    decoder.decode(Wire.ipfix(data, sequence: 5).rawSpan, from: port(2), arrival: 0, into: &records)
    #expect(records.map(\.fields.json) == [#"{"protocolIdentifier":6}"#, #"{"protocolIdentifier":1}"#])
    decoder.decode(Wire.ipfix(data, sequence: 70).rawSpan, from: port(3), arrival: 0, into: &records)
    #expect(records.count == 2, "port 3 does not go on where another stopped")
  }

  @Test("of v9 have scopes of a number space of their own, and no enterprises")
  func v9Names() {
    let options = Wire.optionsTemplateV9(
      256, scopes: [[1, 4], [2, 2], [9, 1]], [[34, 4], [0x8001, 2], [40005, 1]])
    let decoded = Decoded([
      Wire.v9(Wire.set(1, options), Wire.set(256, Wire.hex("0a000001 0003 09 00000064 abcd ef")))
    ])
    #expect(
      decoded.json == [
        #"{"scope/1":167772161,"scope/2":3,"scope/9":9,"samplingInterval":100,"0/32769":"abcd","0/40005":"ef"}"#
      ])
  }

  @Test("of IPFIX name enterprise, reverse and unnamed elements by number; paddingOctets are left out")
  func ipfixNames() {
    let fields = [
      [1, 2, 9], [1, 2, 29305], [8, 4, 0], [40, 1, 29305], [999, 1], [210, 3], [210, 1, 29305], [149, 1],
    ]
    let decoded = Decoded([
      Wire.ipfix(
        Wire.set(3, Wire.optionsTemplate(256, scopes: 1, fields)),
        Wire.set(256, Wire.hex("0102 0304 0a000001 05 06 000000 07 08")))
    ])
    #expect(
      decoded.json == [
        #"{"9/1":"0102","29305/1":772,"sourceIPv4Address":"10.0.0.1","29305/40":5,"0/999":"06","29305/210":"07","#
          + #""observationDomainId":8}"#
      ])
  }

  @Test("that repeat an element make one member of its values in wire order")
  func repeated() {
    let fields = [[7, 1], [4, 1], [7, 1], [210, 1], [1, 0], [7, 3], [1, 1, 9], [1, 1], [1, 1, 9]]
    let decoded = Decoded([
      Wire.ipfix(Wire.set(2, Wire.template(256, fields)), Wire.set(256, Wire.hex("01 06 02 00 000003 aa 04 bb")))
    ])
    #expect(
      decoded.json == [
        #"{"sourceTransportPort":[1,2,3],"protocolIdentifier":6,"octetDeltaCount":["",4],"9/1":["aa","bb"]}"#
      ])
  }
}

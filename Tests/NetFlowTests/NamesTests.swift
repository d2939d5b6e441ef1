import FlowModel
import NetFlow
import NetworkBytes
import Testing

@Suite("Names from options data")
struct NamesTests {
  private static let origin = FlowOrigin(exporter: Wire.exporter.address, domain: 1, version: 9)

  private static func learnt(_ messages: [[UInt8]], by decoder: inout FlowDecoder) -> NameTable {
    _ = FlowDecoded(messages, by: &decoder)
    decoder.refreshNames()
    return decoder.names
  }

  private static func learnt(_ messages: [UInt8]...) -> NameTable {
    var decoder = FlowDecoder()
    return learnt(messages, by: &decoder)
  }

  private static func v9(_ scopes: [[Int]], _ fields: [[Int]], _ records: [UInt8]...) -> [UInt8] {
    Wire.set(1, Wire.optionsTemplateV9(300, scopes: scopes, fields)) + Wire.set(300, Array(records.joined()))
  }

  private static func ipfix(_ fields: [[Int]], _ records: [UInt8]...) -> [UInt8] {
    Wire.set(3, Wire.optionsTemplate(300, scopes: 1, fields)) + Wire.set(300, Array(records.joined()))
  }

  private static func padded(_ text: String, _ count: Int) -> [UInt8] {
    Array(text.utf8) + Array(repeating: 0, count: count - text.utf8.count)
  }

  @Test("interfaces by the v9 scope, by ingressInterface and by egressInterface; the name before the description")
  func interfaces() {
    let v9 = Self.learnt(
      Wire.v9(
        Self.v9(
          [[2, 4]], [[82, 8], [83, 12]], Wire.be32(7) + Self.padded("Gi0/7", 8) + Self.padded("to Berlin", 12),
          Wire.be32(8) + Self.padded("", 8) + Self.padded("to Rome", 12))))
    #expect(v9.name(.interface, 7, of: Self.origin) == "Gi0/7")
    #expect(v9.name(.interface, 8, of: Self.origin) == "to Rome")
    #expect(v9.name(.interface, 9, of: Self.origin) == nil)
    for element in [10, 14, 252, 253] {
      let ipfix = Self.learnt(
        Wire.ipfix(Self.ipfix([[element, 4], [82, 65535]], Wire.be32(3) + Wire.variable(Array("eth3".utf8)))))
      #expect(ipfix.name(.interface, 3, of: Self.origin) == "eth3")
      #expect(ipfix.has(.interface))
      #expect(!ipfix.has(.vrf))
      #expect(!ipfix.has(.application))
      #expect(!ipfix.has(.sampler))
    }
  }

  @Test("VRFs, applications and samplers by their ids")
  func others() {
    let vrf = Self.learnt(
      Wire.v9(Self.v9([[1, 4]], [[234, 4], [236, 8]], Wire.be32(0) + Wire.be32(2) + Self.padded("red", 8))))
    #expect(vrf.name(.vrf, 2, of: Self.origin) == "red")
    let application = Self.learnt(
      Wire.ipfix(
        Self.ipfix(
          [[95, 4], [96, 65535], [94, 65535]],
          [3, 0, 1, 187] + Wire.variable(Array("https".utf8)) + Wire.variable(Array("Secure web".utf8)),
          [13, 0, 0, 80] + Wire.variable([]) + Wire.variable(Array("Bittorrent".utf8)))))
    #expect(
      application.name(.application, ExporterNames.applicationNumber(engine: 3, selector: 443), of: Self.origin)
        == "https")
    #expect(
      application.name(.application, ExporterNames.applicationNumber(engine: 13, selector: 80), of: Self.origin)
        == "Bittorrent")
    let sampler = Self.learnt(
      Wire.v9(Self.v9([[1, 4]], [[48, 1], [84, 10]], Wire.be32(0) + [5] + Self.padded("edge", 10))))
    #expect(sampler.name(.sampler, 5, of: Self.origin) == "edge")
    let selector = Self.learnt(
      Wire.ipfix(
        Self.ipfix([[302, 8], [335, 65535]], Wire.be32(0) + Wire.be32(6) + Wire.variable(Array("core".utf8)))))
    #expect(selector.name(.sampler, 6, of: Self.origin) == "core")
  }

  @Test("applications of enterprises by the whole identifier, in as many octets as either side takes")
  func enterpriseApplications() {
    var decoder = FlowDecoder()
    // Engine 20, enterprise number, selector (RFC 6759 §4.1).
    let first: [UInt8] = [20, 0, 0, 0x7e, 0xd9]
    let second: [UInt8] = [20, 0, 0, 0x7e, 0xda]
    let told = Self.v9(
      [[1, 2]], [[95, 9], [96, 8]], [0, 0] + first + Wire.be32(4242) + Self.padded("first", 8),
      [0, 0] + second + Wire.be32(4242) + Self.padded("second", 8))
    let names = Self.learnt([Wire.v9(told)], by: &decoder)
    let flows = FlowMessage(
      version: 9, fields: [[95, 8]], records: [[first + [0, 0x10, 0x92]], [second + [0, 0x10, 0x92]]])
    let decoded = FlowDecoded([flows.octets], by: &decoder)
    let found = decoded.extensions.map { fields in
      ExporterNames.applicationNumber(fields).flatMap { names.name(.application, $0, of: Self.origin) }
    }
    #expect(found == ["first", "second"])
    #expect(decoded.extensions.map(\.shownApplicationSelector) == [4242, 4242])
  }

  @Test("what a terminal would not show is left out, the rest stays as it was sent")
  func texts() {
    func name(_ octets: [UInt8]) -> String? {
      Self.learnt(Wire.ipfix(Self.ipfix([[10, 4], [82, 65535]], Wire.be32(1) + Wire.variable(octets))))
        .name(.interface, 1, of: Self.origin)
    }
    #expect(name(Array("  größe, \"☃\" \\ \0\0".utf8)) == "größe, \"☃\" \\")
    #expect(name(Array("\u{1b}[31mred\u{202e}\r\n".utf8)) == "[31mred")
    #expect(name([0xff, 0x41, 0xfe]) == "A")
    #expect(name(Array(repeating: 0x61, count: 400)) == String(repeating: "a", count: 255))
    #expect(name([0, 0, 0]) == nil)
    #expect(name([]) == nil)
  }

  @Test(
    "names change with what is told last, are the exporter's own, and another domain's only where there is no other")
  func scopes() {
    var decoder = FlowDecoder()
    func message(_ name: String, domain: Int) -> [UInt8] {
      Wire.ipfix(
        Self.ipfix([[10, 4], [82, 65535]], Wire.be32(1) + Wire.variable(Array(name.utf8))), domain: domain)
    }
    #expect(Self.learnt([message("a", domain: 1)], by: &decoder).name(.interface, 1, of: Self.origin) == "a")
    #expect(Self.learnt([message("b", domain: 1)], by: &decoder).name(.interface, 1, of: Self.origin) == "b")
    let names = Self.learnt([message("c", domain: 2)], by: &decoder)
    var origin = Self.origin
    #expect(names.name(.interface, 1, of: origin) == "b")
    origin.domain = 2
    #expect(names.name(.interface, 1, of: origin) == "c")
    origin.domain = 3
    #expect(names.name(.interface, 1, of: origin) == "b")
    origin.exporter = IPAddress(v4: 1)
    #expect(names.name(.interface, 1, of: origin) == nil)
  }

  @Test("other workers know them, a restart keeps them, and there is a bound")
  func kept() throws {
    let directory = ExporterDirectory(maximumCount: 3)
    var first = FlowDecoder(directory: directory)
    var second = FlowDecoder(directory: directory)
    let messages = (1...5).map { number in
      Wire.ipfix(Self.ipfix([[10, 4], [82, 65535]], Wire.be32(number) + Wire.variable(Array("eth\(number)".utf8))))
    }
    _ = Self.learnt(messages, by: &first)
    let names = Self.learnt([], by: &second)
    #expect((1...5).map { names.name(.interface, $0, of: Self.origin) } == ["eth1", "eth2", "eth3", nil, nil])
    let state = try first.state.reread()
    var third = FlowDecoder()
    third.restore(state)
    let restored = Self.learnt([], by: &third)
    #expect((1...5).map { restored.name(.interface, $0, of: Self.origin) } == ["eth1", "eth2", "eth3", nil, nil])
    #expect(restored[Wire.exporter.address, 1]?.all(.interface).map(\.name) == ["eth1", "eth2", "eth3"])
  }
}

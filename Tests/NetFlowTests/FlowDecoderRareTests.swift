import FlowModel
import NetFlow
import NetworkBytes
import Testing

@Suite("Rare fields of flow records")
struct FlowDecoderRareTests {
  private static func icmp(_ message: FlowMessage) -> [[UInt8]] {
    let types = FlowDecoded([message.octets]).records.map { [$0.icmpType, $0.icmpCode] }
    #expect(FlowDecoded([message.variable.octets]).records.map { [$0.icmpType, $0.icmpCode] } == types, "measured")
    return types
  }

  @Test("take ICMP from the destination port where nothing else says it, of ICMP alone", arguments: [9, 10])
  func icmpFromPort(_ version: Int) {
    let message = FlowMessage(
      version: version, fields: [[4, 1], [11, 2]],
      records: [[[1], [8, 0]], [[58], [128, 1]], [[6], [8, 0]], [[17], [3, 3]]])
    #expect(Self.icmp(message) == [[8, 0], [128, 1], [0, 0], [0, 0]])
  }

  @Test("take ICMP from v5's destination port")
  func icmpFromV5() {
    var record = Wire.v5Record
    record[38] = 1
    record.replaceSubrange(34..<36, with: [3, 4])
    let decoded = FlowDecoded([Wire.v5(record + Wire.v5Record)])
    #expect(decoded.records.map { [$0.icmpType, $0.icmpCode] } == [[3, 4], [0, 0]])
    #expect(decoded.records[0].destinationPort == 0x0304)
  }

  @Test("take ICMP from its own elements before the port", arguments: [32, 139, 176, 178])
  func icmpFromElements(_ element: Int) {
    let isType = element > 139
    let message = FlowMessage(
      fields: [[11, 2], [4, 1], [element, isType ? 1 : 2]], records: [[[8, 0], [1], isType ? [3] : [3, 1]]])
    #expect(Self.icmp(message) == [isType ? [3, 0] : [3, 1]])
  }

  @Test("take ICMP from the family that has it in a template made for IPv4 and IPv6")
  func icmpDualStack() {
    let message = FlowMessage(
      fields: [[139, 2], [32, 2]], records: [[[0, 0], [8, 1]], [[0, 0], [0, 0]], [[129, 2], [0, 0]]])
    #expect(Self.icmp(message) == [[8, 1], [0, 0], [129, 2]])
  }

  @Test("go into extensions, for the records that have them, beside others that have none")
  func extensions() {
    let rare = FlowMessage(
      fields: [[8, 4], [225, 4], [228, 2], [70, 3], [79, 3], [95, 4]],
      records: [
        [[10, 0, 0, 1], [1, 2, 3, 4], [0, 80], [0, 1, 0x31], [0, 2, 0], [3, 0, 0, 80]],
        [[10, 0, 0, 2], [1, 2, 3, 5], [0, 81], [0, 1, 0x41], [0, 0, 0], [0, 0, 0, 0]],
      ])
    let plain = FlowMessage(fields: [[8, 4]], records: [[[10, 0, 0, 3]]])
    let decoded = FlowDecoded([plain.octets, rare.octets, plain.octets, rare.variable.octets])
    #expect(decoded.records.map(\.extensionNumber) == [0, 1, 2, 0, 3, 4])
    #expect(Array(decoded.extensions[..<2]) == Array(decoded.extensions[2...]))
    let common = FlowDecoderMappingTests.empty(10)
    let expected = [
      [
        "source": "10.0.0.1", "postNATSource": "1.2.3.4", "postNATDestinationPort": "80", "mpls0": "305",
        "mpls9": "512", "applicationEngine": "3", "applicationSelector": "80",
      ],
      ["source": "10.0.0.2", "postNATSource": "1.2.3.5", "postNATDestinationPort": "81", "mpls0": "321"],
    ].map { common.merging($0) { $1 } }
    #expect(Array(decoded.contents[1...2]) == expected)
    #expect(Array(decoded.contents[4...5]) == expected)
  }

  @Test("take translated addresses of the family that has them")
  func natDualStack() {
    let none = [UInt8](repeating: 0, count: 16)
    let message = FlowMessage(
      fields: [[225, 4], [281, 16], [226, 4], [282, 16]], records: [[[1, 1, 1, 1], none, [2, 2, 2, 2], none]])
    let rare = FlowDecoded([message.octets]).extensions
    #expect(
      rare.map { [$0.postNATSource.description, $0.postNATDestination.description] } == [["1.1.1.1", "2.2.2.2"]])
  }

  @Test("leave no extension where a varying field has no width that fits")
  func noExtension() {
    let message = FlowMessage(
      fields: [[225, 65535], [4, 1]], records: [[[1, 2], [6]], [[], [6]], [[9, 9, 9, 9], [6]]])
    #expect(FlowDecoded([message.octets]).records.map(\.extensionNumber) == [0, 0, 1])
  }

  // MARK: Original exporters

  @Test("name the exporter behind a mediator, each record its own")
  func exporters() {
    let message = FlowMessage(
      fields: [[130, 4], [4, 1]],
      records: [[[192, 0, 2, 1], [6]], [[192, 0, 2, 2], [6]], [[0, 0, 0, 0], [6]], [[198, 18, 0, 1], [6]]])
    for octets in [message.octets, message.variable.octets] {
      let decoded = FlowDecoded([octets])
      let exporters = decoded.contents.map { $0["exporter"] ?? "" }
      #expect(exporters == ["192.0.2.1", "192.0.2.2", "198.18.0.1", "198.18.0.1"])
      #expect(decoded.contents.allSatisfy { $0["domain"] == "1" && $0["version"] == "10" })
      // The session's own origin keeps its number.
      #expect(decoded.records[2].origin == decoded.records[3].origin)
    }
  }

  @Test("name an IPv6 exporter, and through the configured view of origins")
  func exportersV6() {
    let address: [UInt8] = [0x20, 1, 0xd, 0xb8] + Array(repeating: 0, count: 11) + [9]
    let message = FlowMessage(
      fields: [[130, 4], [131, 16]],
      records: [[[192, 0, 2, 1], address], [[192, 0, 2, 1], Array(repeating: 0, count: 16)]])
    let decoded = FlowDecoded([message.octets]) { options in
      options.origin = { FlowOrigin(exporter: $0.exporter, domain: 0, version: 0) }
    }
    #expect(decoded.contents.map { $0["exporter"] ?? "" } == ["2001:db8::9", "192.0.2.1"])
    #expect(decoded.contents.allSatisfy { $0["domain"] == nil && $0["version"] == nil })
  }

  // MARK: Extra

  @Test("go into extra beside NAT and MPLS, if that is kept", arguments: [false, true])
  func extra(_ isKept: Bool) {
    let message = FlowMessage(
      fields: [[4, 1], [225, 4], [12, 4], [45, 4], [7, 2, 9], [98, 1]],
      records: [[[6], [1, 2, 3, 4], [10, 0, 0, 1], [10, 0, 0, 2], [1, 2], [5]]])
    for octets in [message.octets, message.variable.octets] {
      let contents = FlowDecoded([octets]) { $0.keepsExtra = isKept }.contents
      let text = contents[0]["extra"]
      let own = #""9/7":"0102","postIpDiffServCodePoint":5}"#
      // The measured form has an empty interface name.
      #expect(text == (isKept ? "{" + own : nil))
      #expect(contents[0]["postNATSource"] == "1.2.3.4")
      #expect(contents[0]["destination"] == "10.0.0.1")
    }
  }
}

import CAllocationCounter
import FlowModel
import NetFlow
import NetworkBytes
import TestSupport
import Testing

/// Once a session is warm, its datagrams are decoded without a single allocation.
@Suite("Decoding allocates nothing")
struct FlowDecoderAllocationTests {
  /// Messages that teach the decoder, then messages that are decoded repeatedly.
  struct Traffic: Sendable, CustomTestStringConvertible {
    var what: String
    var before: [[UInt8]]
    var messages: [[UInt8]]
    var keepsExtra = false

    init(_ what: String, before: [[UInt8]] = [], _ messages: [[UInt8]]) {
      (self.what, self.before, self.messages) = (what, before, messages)
    }

    init(_ what: String, _ message: FlowMessage, options: [UInt8] = []) {
      let make: ([UInt8]) -> [UInt8] = { message.version == 9 ? Wire.v9($0) : Wire.ipfix($0) }
      self.init(
        what, before: [make(message.template + options)], [make(message.data), make(message.data + message.data)])
    }

    var testDescription: String { what }
  }

  private static let fields = [
    [8, 4], [12, 4], [27, 16], [28, 16], [10, 4], [14, 4], [1, 8], [2, 4], [22, 4], [21, 4], [7, 2], [11, 2], [4, 1],
    [6, 1], [5, 1], [16, 4], [17, 4], [9, 1], [13, 1],
  ]

  private static func message(_ version: Int, _ more: [[Int]] = []) -> FlowMessage {
    var numbers = SeededGenerator(seed: 1)
    let fields = fields + more
    return FlowMessage(
      version: version, fields: fields,
      records: (0..<20).map { _ in fields.map { numbers.octets($0[1] == 65535 ? 9 : $0[1]) } })
  }

  /// Interfaces with name and description, applications of varying length, samplers with their rate.
  private static let naming =
    Wire.set(3, Wire.optionsTemplate(300, scopes: 1, [[10, 4], [82, 32], [83, 40]]))
    + Wire.set(3, Wire.optionsTemplate(301, scopes: 1, [[95, 65535], [96, 65535]]))
    + Wire.set(3, Wire.optionsTemplate(302, scopes: 1, [[302, 4], [335, 8], [34, 4], [160, 8]]))

  private static let names: [UInt8] = {
    let interfaces = (1...10).flatMap { number in
      Wire.be32(number) + Array("GigabitEthernet0/0/\(number % 10)/00000000000".utf8.prefix(32))
        + Array(repeating: 0x62, count: 40)
    }
    let applications = (1...10).flatMap { number in
      Wire.variable([13] + Wire.be32(number).suffix(3)) + Wire.variable(Array("application \(number)".utf8))
    }
    let sampler = Wire.be32(1) + Array("sampler1".utf8) + Wire.be32(100) + Wire.be32(0) + Wire.be32(1_700_000)
    return Wire.set(300, interfaces) + Wire.set(301, applications) + Wire.set(302, sampler)
  }()

  static let traffic: [Traffic] = {
    let told9 = FlowDecoderSamplingTests.announcements[4].options
    let byInterface = FlowDecoderSamplingTests.announcements[7].options
    let message = Self.message(10)
    return [
      Traffic("v5", [Wire.v5(Array(repeatElement(Wire.v5Record, count: 30).joined()), sampling: 100)]),
      Traffic("v9", Self.message(9)),
      Traffic("v9 with samplers", Self.message(9, [[48, 1]]), options: told9),
      Traffic("v9 with rates of interfaces", Self.message(9), options: byInterface),
      Traffic("IPFIX", message),
      Traffic("IPFIX of varying length", Self.message(10, [[82, 65535], [371, 65535]])),
      Traffic(
        "IPFIX with NAT and MPLS", Self.message(10, [[225, 4], [226, 4], [227, 2], [70, 3], [95, 4], [130, 4]])),
      Traffic("IPFIX with running totals", Self.message(10, [[85, 8], [86, 4], [152, 8], [85, 8, 29305]])),
      Traffic("IPFIX of varying length with running totals", Self.message(10, [[82, 65535], [85, 8]])),
      Traffic("v9 with firewall events", Self.message(9, [[233, 1], [231, 4], [232, 4], [148, 4], [323, 8]])),
      Traffic(
        "biflows", Self.message(10, [[1, 8, 29305], [2, 4, 29305], [6, 1, 29305], [152, 8, 29305], [225, 4]])),
      Traffic(
        "sampled packets",
        FlowMessage(
          fields: [[10, 4], [312, 2], [315, 65535], [104, 64]],
          records: PacketSamples.frames.map { [[0, 0, 0, 1], [5, 0xdc], $0, Array(($0 + zeros(64)).prefix(64))] })),
      Traffic("biflows of varying length", Self.message(10, [[82, 65535], [1, 8, 29305]])),
      Traffic("IPFIX of varying length with NAT", Self.message(10, [[82, 65535], [225, 4]])),
      Traffic("IPFIX with unmapped fields that are not kept", Self.message(10, [[98, 1], [7, 4, 9]])),
      Traffic(
        "options data", before: [Wire.v9(told9)],
        [Wire.v9(Wire.set(300, Wire.hex("00000001 01 02 0000000a 00000001 02 02 00000014")))]),
      Traffic("names that are repeated", before: [Wire.ipfix(Self.naming)], [Wire.ipfix(Self.names)]),
      Traffic("names and rates that are repeated with their templates", [Wire.ipfix(Self.naming + Self.names)]),
      Traffic("elements that are repeated", [ElementNameTests.reports]),
      Traffic("templates that are repeated", [Wire.ipfix(message.template), Wire.v9(Self.message(9).template)]),
      Traffic("data cut short", before: [Wire.ipfix(message.template)], [Array(Wire.ipfix(message.data).dropLast(9))]),
      Traffic("what is no message", [[1, 2, 3], Array(repeating: 0xff, count: 60)]),
    ]
  }()

  @Test("for any kind of message", arguments: traffic, FlowDecoderOptions.Biflows.allCases)
  func warm(_ traffic: Traffic, _ biflows: FlowDecoderOptions.Biflows) {
    var options = FlowDecoderOptions()
    options.biflows = biflows
    var decoder = FlowDecoder(options: options)
    var batch = FlowBatch(capacity: 1024)
    for message in traffic.before { decoder.decode(message.rawSpan, from: Wire.exporter, arrival: 0, into: &batch) }
    var sequence = 0
    func stamp(_ message: inout [UInt8]) {
      // In order, lost and repeated: the sequence tracker has its own memory.
      sequence += [0, 1, 30, 40][sequence % 4]
      let place = message.count > 20 ? (message[1] == 10 ? 8 : message[1] == 9 ? 12 : 16) : nil
      if let place { message.replaceSubrange(place..<(place + 4), with: Wire.be32(sequence)) }
    }
    var allocations: UInt64 = 0
    for round in 0..<200 {
      for index in traffic.messages.indices {
        var message = traffic.messages[index]
        stamp(&message)
        let before = allocation_count()
        decoder.decode(message.rawSpan, from: Wire.exporter, arrival: 0, into: &batch)
        batch.removeAll()
        if round >= 100 { allocations += allocation_count() - before }
      }
    }
    #expect(allocations == 0)
    #expect(decoder.counters.datagrams == UInt64(200 * traffic.messages.count + traffic.before.count))
  }

  @Test("for templates of a session that is continued")
  func borrowed() {
    var decoder = FlowDecoder()
    var batch = FlowBatch(capacity: 1024)
    let message = Self.message(10)
    let octets = Wire.ipfix(message.data)
    decoder.decode(Wire.ipfix(message.template).rawSpan, from: Wire.exporter, arrival: 0, into: &batch)
    var allocations: UInt64 = 0
    for round in 0..<100 {
      let before = allocation_count()
      decoder.decode(octets.rawSpan, from: Wire.exporter, to: 9996, arrival: 0, into: &batch)
      batch.removeAll()
      if round >= 20 { allocations += allocation_count() - before }
    }
    #expect(allocations == 0)
    #expect(decoder.counters.flowRecords == 100 * 20)
  }

  @Test("is told by a counter that counts")
  func counter() {
    let before = allocation_count()
    var lists: [[Int]] = []
    for count in 1...10 { lists.append(Array(repeating: 1, count: count * Int.random(in: 1...3))) }
    #expect(allocation_count() - before >= 10)
    #expect(lists.count == 10)
  }
}

import NetFlow
import NetworkBytes
import Testing

/// One device may send from several ports, and templates may come from one of them only.
@Suite("Templates of an exporter's other ports")
struct FlowDecoderBorrowingTests {
  /// The ports of one exporter, at one decoder or at several that share a directory.
  struct Ports: ~Copyable {
    let directory: ExporterDirectory
    var workers: [Int: FlowDecoder.Box] = [:]

    init(_ directory: ExporterDirectory = ExporterDirectory()) { self.directory = directory }

    /// Gives a message to the worker that has the port.
    ///
    /// - Returns: octets of each record; nil if the template was not known.
    mutating func send(_ message: [UInt8], port: UInt16, worker: Int = 0, address: UInt32 = 0xc612_0001) -> [UInt64]? {
      let box = workers[worker] ?? FlowDecoder.Box(directory)
      workers[worker] = box
      let before = box.decoder.counters[.unknownTemplate]
      let decoded = FlowDecoded(
        [message], by: &box.decoder, from: Endpoint(address: IPAddress(v4: address), port: port))
      return box.decoder.counters[.unknownTemplate] == before ? decoded.records.map(\.octets) : nil
    }
  }

  private static let flows = FlowMessage(fields: [[1, 4]], records: [[Wire.be32(7)]])
  /// The same id and length, another meaning.
  private static let others = FlowMessage(fields: [[2, 4]], records: [[Wire.be32(7)]])
  private static var data: [UInt8] { Wire.ipfix(flows.data) }

  @Test("serve a port that lacks its own, at the same worker and at another", arguments: [0, 1])
  func serve(_ worker: Int) {
    var ports = Ports()
    #expect(ports.send(Self.data, port: 2, worker: worker) == nil)
    #expect(ports.send(Wire.ipfix(Self.flows.template), port: 1) == [])
    #expect(ports.send(Self.data, port: 2, worker: worker) == [7])
    #expect(ports.send(Self.data, port: 3, worker: worker) == [7])
  }

  @Test("serve no other address, version, domain or id")
  func strangers() {
    var ports = Ports()
    _ = ports.send(Wire.ipfix(Self.flows.template), port: 1)
    #expect(ports.send(Self.data, port: 2, address: 0xc612_0002) == nil)
    #expect(ports.send(Wire.ipfix(Self.flows.data, domain: 2), port: 2) == nil)
    #expect(ports.send(Wire.v9(Self.flows.data), port: 2) == nil)
    #expect(ports.send(Wire.ipfix(Wire.set(257, Wire.be32(7))), port: 2) == nil)
    #expect(ports.send(Self.data, port: 2) == [7])
  }

  @Test("do not serve where two ports disagree, until they agree again", arguments: [0, 1])
  func disagree(_ worker: Int) {
    var ports = Ports()
    _ = ports.send(Wire.ipfix(Self.flows.template), port: 1)
    _ = ports.send(Wire.ipfix(Self.others.template), port: 2)
    #expect(ports.send(Self.data, port: 3, worker: worker) == nil)
    // Each of the two has its own.
    #expect(ports.send(Self.data, port: 1) == [7])
    #expect(ports.send(Self.data, port: 2) == [0])
    _ = ports.send(Wire.ipfix(Self.flows.template), port: 2)
    #expect(ports.send(Self.data, port: 3, worker: worker) == [7])
  }

  @Test("are followed when their port defines them anew, until the port has its own", arguments: [0, 1])
  func redefined(_ worker: Int) {
    var ports = Ports()
    _ = ports.send(Wire.ipfix(Self.flows.template), port: 1)
    #expect(ports.send(Self.data, port: 2, worker: worker) == [7])
    _ = ports.send(Wire.ipfix(Self.others.template), port: 1)
    #expect(ports.send(Self.data, port: 2, worker: worker) == [0])
    _ = ports.send(Wire.ipfix(Self.flows.template), port: 2, worker: worker)
    #expect(ports.send(Self.data, port: 2, worker: worker) == [7])
    #expect(ports.send(Self.data, port: 1) == [0])
  }

  @Test("are withdrawn with the session that told them", arguments: [0, 1])
  func sessionEvicted(_ worker: Int) {
    let directory = ExporterDirectory()
    var options = FlowDecoderOptions()
    options.limits.sessions = 1
    var teller = FlowDecoder(options: options, directory: directory)
    var ports = Ports(directory)
    _ = FlowDecoded([Wire.ipfix(Self.flows.template)], by: &teller)
    #expect(ports.send(Self.data, port: 2, worker: worker) == [7])
    let stranger = Endpoint(address: IPAddress(v4: 1), port: 1)
    _ = FlowDecoded([Wire.ipfix(Self.others.template)], by: &teller, from: stranger)
    #expect(teller.counters[.sessionEvicted] == 1)
    #expect(ports.send(Self.data, port: 2, worker: worker) == nil)
  }

  @Test("are withdrawn when their own session has no room for them")
  func templateEvicted() {
    let directory = ExporterDirectory()
    var options = FlowDecoderOptions()
    options.limits.templatesPerSession = 1
    var teller = FlowDecoder(options: options, directory: directory)
    var ports = Ports(directory)
    _ = FlowDecoded([Wire.ipfix(Self.flows.template)], by: &teller)
    #expect(ports.send(Self.data, port: 2) == [7])
    _ = FlowDecoded([Wire.ipfix(Wire.set(2, Wire.template(300, [[4, 1]])))], by: &teller)
    #expect(teller.counters[.templateEvicted] == 1)
    #expect(ports.send(Self.data, port: 2) == nil)
  }

  @Test("are shared within the directory's bound, and of 64 ports at most")
  func bounds() {
    var ports = Ports(ExporterDirectory(maximumCount: 1))
    _ = ports.send(Wire.ipfix(Self.flows.template), port: 1)
    _ = ports.send(Wire.ipfix(Wire.set(2, Wire.template(257, [[1, 4]]))), port: 1)
    #expect(ports.send(Self.data, port: 2) == [7])
    #expect(ports.send(Wire.ipfix(Wire.set(257, Wire.be32(7))), port: 2) == nil)

    var many = Ports()
    for port in UInt16(1)...64 { _ = many.send(Wire.ipfix(Self.flows.template), port: port) }
    // One more that disagrees is not asked.
    _ = many.send(Wire.ipfix(Self.others.template), port: 65)
    #expect(many.send(Self.data, port: 66) == [7])
  }

  @Test("serve options data as well")
  func options() {
    var ports = Ports()
    let template = Wire.set(1, Wire.optionsTemplateV9(300, scopes: [[1, 4]], [[34, 4], [35, 1]]))
    _ = ports.send(Wire.v9(template), port: 1)
    #expect(ports.send(Wire.v9(Wire.set(300, Wire.hex("00000001 00000064 01"))), port: 2) == [])
    #expect(ports.workers[0]?.decoder.counters.optionsRecords == 1)
  }
}

extension FlowDecoder {
  /// A decoder in a collection: it cannot be copied.
  final class Box {
    var decoder: FlowDecoder

    init(_ directory: ExporterDirectory) { decoder = FlowDecoder(directory: directory) }
  }
}

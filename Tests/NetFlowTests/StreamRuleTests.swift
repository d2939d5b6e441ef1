import FlowModel
import NetFlow
import NetworkBytes
import Testing

@Suite("IPFIX over connections")
struct StreamRuleTests {
  /// A decoder, and the results of the messages of its connections.
  private struct Stage: ~Copyable {
    var decoder: FlowDecoder
    private var batch = FlowBatch()
    private var taken = 0

    init(_ configure: (inout FlowDecoderOptions) -> Void = { _ in }) {
      var options = FlowDecoderOptions()
      configure(&options)
      decoder = FlowDecoder(options: options)
    }

    /// Returns the octets of each record of a message.
    mutating func send(
      _ message: [UInt8], over connection: UInt32 = 1, _ event: StreamPart.Event = .next, at second: Int64 = 0
    ) -> [UInt64] {
      decoder.decode(
        message.rawSpan, from: Wire.exporter, to: 4739, over: StreamPart(connection: connection, event: event),
        arrival: (1_750_000_000 + second) * 1_000_000_000, into: &batch)
      defer { taken = batch.count }
      return batch.records[taken...].map(\.octets)
    }

    var issues: [String: UInt64] { decoder.counters.issues }
    /// Dropped early data, which must include each data set without a template for the ledger to balance.
    var givenUp: UInt64 { decoder.counters.earlyGivenUp }
  }

  private let template = Wire.ipfix(Layout.usual.template(10))

  private func data(_ octets: Int, domain: Int = 1, sequence: Int = 0) -> [UInt8] {
    Wire.ipfix(Layout.usual.data(octets), sequence: sequence, domain: domain)
  }

  @Test("a template comes before its data, or the data are given up and counted")
  func order() {
    var stage = Stage()
    #expect(stage.send(data(5), .first) == [])
    #expect(stage.decoder.waitingSets == 0)
    #expect(stage.givenUp == 1)
    #expect(stage.send(template) == [])
    #expect(stage.send(data(6)) == [6])
    #expect(stage.issues == ["unknown_template": 1])
  }

  @Test("a template is of its connection and domain alone, and ends with the connection")
  func lifetime() {
    var stage = Stage()
    #expect(stage.send(template, .first) == [])
    #expect(stage.send(data(1), over: 2, .first) == [], "another connection of the same socket")
    #expect(stage.send(data(2, domain: 7)) == [])
    #expect(stage.send(data(3)) == [3])
    #expect(stage.send([], .end) == [])
    #expect(stage.send(data(4)) == [])
    #expect(stage.issues == ["unknown_template": 3])
    #expect(stage.decoder.counters.flowRecords == 1, "what has ended is counted on")
  }

  @Test("a connection that begins under a known number ends what was known under it")
  func sameNumber() {
    var stage = Stage()
    #expect(stage.send(template, .first) == [])
    #expect(stage.send(data(1), .first) == [])
    #expect(stage.issues == ["unknown_template": 1])
  }

  @Test("the same address, ports and domain over UDP are another session")
  func beside() {
    var stage = Stage()
    #expect(stage.send(template, .first) == [])
    var batch = FlowBatch()
    stage.decoder.decode(
      data(1).rawSpan, from: Wire.exporter, to: 4739, arrival: 1_750_000_000_000_000_000, into: &batch)
    #expect(batch.count == 0)
    #expect(stage.decoder.waitingSets == 1, "over UDP its template may still come")
  }

  @Test(
    "withdrawals hold: of one template, or of all of its kind",
    arguments: [(2, 256, false), (2, 2, false), (2, 257, true), (3, 3, true), (3, 256, true)])
  func withdrawal(_ set: Int, _ id: Int, isKept: Bool) {
    var stage = Stage()
    #expect(stage.send(template, .first) == [])
    #expect(stage.send(Wire.ipfix(Wire.set(set, Wire.be16(id) + [0, 0]))) == [])
    #expect(stage.send(data(1)) == (isKept ? [1] : []))
    let isUnknown = isKept && id > 255
    #expect(stage.issues["withdrawal_ignored"] ?? 0 == (isUnknown ? 1 : 0), "what is not known cannot be withdrawn")
  }

  @Test("templates that are not repeated do not expire, and numbers far behind are no restart")
  func holds() {
    var stage = Stage { $0.rules.limits.templateLifetime = 60_000 }
    #expect(stage.send(template, .first) == [])
    #expect(stage.send(Wire.ipfix(Layout.usual.template(10)), at: 1) == [])
    for second in 2..<20 as Range<Int64> {
      #expect(stage.send(data(1, sequence: Int(second) << 20), at: second) == [1])
    }
    stage.decoder.advance(to: 1_750_100_000_000)
    #expect(stage.send(data(2, sequence: 1), at: 100_000) == [2])
    #expect(stage.send(data(3, sequence: 2), at: 100_001) == [3])
    #expect(stage.issues["template_expired"] == nil)
  }

  @Test("other versions than IPFIX are rejected, and counted")
  func versions() {
    var stage = Stage()
    #expect(stage.send(Wire.v9(Layout.usual.template(9)), .first) == [])
    #expect(stage.issues == ["bad_version": 1])
    #expect(stage.decoder.counters.rejectedDatagrams == 1)
  }

  @Test("a connection whose session had to be forgotten is to be closed, once")
  func severed() {
    var stage = Stage { $0.rules.limits.sessions = 4 }
    for connection in 1...5 as ClosedRange<UInt32> {
      #expect(stage.send(template, over: connection, .first, at: Int64(connection)) == [])
    }
    #expect(stage.decoder.takeSevered() == [1])
    #expect(stage.decoder.takeSevered() == [])
  }

  @Test("the state keeps connections for the journal's messages behind it; then all of them end")
  func state() {
    var stage = Stage()
    #expect(stage.send(template, .first) == [])
    #expect(stage.send(data(1)) == [1])
    var next = Stage()
    next.decoder.restore(stage.decoder.state)
    #expect(next.send(data(2)) == [2])
    next.decoder.endConnections()
    #expect(next.send(data(3)) == [])
    #expect(next.decoder.counters.flowRecords == 2)
    #expect(next.decoder.sessionSummaries.contains { $0.key.stream == 0 && $0.counters.flowRecords == 2 })
  }
}

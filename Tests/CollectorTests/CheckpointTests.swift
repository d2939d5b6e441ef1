import Capture
import Collector
import FlowAggregation
import FlowModel
import FlowOutput
import FlowPipeline
import Foundation
import Journal
import NetFlow
import NetworkBytes
import Parquet
import TestSupport
import Testing

@Suite("A checkpoint has all that a pipeline knows")
struct CheckpointTests {
  /// Takes flows as text, with whose they are and their rare fields.
  private final class Rows: FlowSink {
    var texts: [String] = []
    var hasRoom: Bool { true }
    var counters: SinkCounters { SinkCounters() }

    func take(_ flows: inout FlowBatch, _ context: FlowContext, _ backpressure: Backpressure) {
      for record in flows.records {
        var plain = record
        let rare = record.extensionNumber == 0 ? "" : "\(flows.extensions[Int(record.extensionNumber) - 1])"
        plain.extensionNumber = 0
        plain.origin = 0
        texts.append("\(context.origins[Int(record.origin)]) \(plain) \(rare)")
      }
      flows.removeAll()
    }

    func advance(to context: FlowContext, _ backpressure: Backpressure) {}
    func finish(_ context: FlowContext) {}
  }

  private struct Sent {
    var octets: [UInt8]
    var source: Endpoint
    var arrival: Int64
  }

  private static func datagrams(_ path: String) throws -> [Sent] {
    var capture = try CaptureFile(path: path)
    var sent: [Sent] = []
    while try capture.next() {
      let datagram = capture.datagram
      sent.append(Sent(octets: datagram.bytes.copied(), source: datagram.source, arrival: datagram.arrival))
    }
    return sent
  }

  private static func pipeline(_ rows: Rows, extra: Bool = true) -> Pipeline {
    var options = PipelineOptions()
    options.aging.activeTimeout = 20
    options.aging.inactiveTimeout = 5
    options.decoder.keepsExtra = extra
    options.batchSize = 16
    return Pipeline(options, sink: rows, backpressure: .drop)
  }

  private static func octets(_ checkpoint: Checkpoint) throws -> Data {
    var file = Data()
    try checkpoint.write { file += $0 }
    return file
  }

  @Test(
    "cut anywhere and gone on with, a stream gives the rows and counters of one that was not",
    arguments: Fixtures.realCaptures)
  func cuts(name: String) throws {
    let seed = runSeed("CHECKPOINT_SEED")
    var random = SeededGenerator(seed: seed)
    let sent = try Self.datagrams(Fixtures.path("real/\(name).pcap"))
    let wanted = Rows()
    var undisturbed = Self.pipeline(wanted)
    for datagram in sent {
      undisturbed.ingest(datagram.octets.rawSpan, from: datagram.source, arrival: datagram.arrival)
    }
    undisturbed.finish()
    let found = Rows()
    var current = Self.pipeline(found)
    for datagram in sent {
      if random.below(max(2, sent.count / 4)) == 0 {
        let isEmpty = current.handOverAll()
        #expect(isEmpty)
        let file = try Self.octets(Checkpoint(current.state))
        current = Self.pipeline(found)
        current.restore(try Checkpoint(file).state)
      }
      current.ingest(datagram.octets.rawSpan, from: datagram.source, arrival: datagram.arrival)
    }
    current.finish()
    #expect(found.texts.sorted() == wanted.texts.sorted(), "seed \(seed)")
    #expect(current.ledger().decode == undisturbed.ledger().decode, "seed \(seed)")
    #expect(current.ledger().flows == undisturbed.ledger().flows, "seed \(seed)")
    #expect(current.ledger().sessions.count == undisturbed.ledger().sessions.count)
  }

  @Test("running totals go on from the last ones")
  func totals() throws {
    let rows = Rows()
    var current = Self.pipeline(rows, extra: false)
    func ingest(_ total: UInt64, at second: UInt32, into pipeline: inout Pipeline) {
      let message = ipfix(sequence: second, time: sampleTime + second) {
        template(256, f(8, 4), f(12, 4), f(152, 8), f(85, 8))
        data(256, u32(1, 2), bigEndian(UInt64(sampleTime) * 1000), bigEndian(total))
      }
      pipeline.ingest(
        message.octets.rawSpan, from: Endpoint(address: IPAddress(v4: 1), port: 1),
        arrival: Int64(sampleTime + second) * 1_000_000_000)
    }
    ingest(1000, at: 0, into: &current)
    _ = current.handOverAll()
    let file = try Self.octets(Checkpoint(current.state))
    var next = Self.pipeline(rows, extra: false)
    next.restore(try Checkpoint(file).state)
    ingest(3000, at: 100, into: &next)
    next.finish()
    #expect(next.ledger().flows.octetsOut == 3000)
    #expect(next.ledger().imbalances.filter { $0.contains("flow") && !$0.contains("committed") } == [])
  }

  @Test("one that was changed or cut off is never taken for one")
  func damage() throws {
    let seed = runSeed("CHECKPOINT_DAMAGE_SEED")
    var random = SeededGenerator(seed: seed)
    let rows = Rows()
    var pipeline = Self.pipeline(rows)
    for datagram in try Self.datagrams(Fixtures.path("real/softflowd-v9.pcap")) {
      pipeline.ingest(datagram.octets.rawSpan, from: datagram.source, arrival: datagram.arrival)
    }
    #expect(pipeline.ledger().liveFlows > 0)
    let isEmpty = pipeline.handOverAll()
    #expect(isEmpty)
    let whole = try Self.octets(Checkpoint(pipeline.state))
    _ = try Checkpoint(whole)
    for _ in 0..<300 {
      var file = whole
      if random.below(3) == 0 {
        file = file.prefix(random.below(file.count))
      } else {
        file[random.below(file.count)] ^= UInt8(1 << random.below(8))
      }
      #expect(throws: CheckpointFault.self, "seed \(seed)") { try Checkpoint(Data(file)) }
    }
  }

  @Test("flows of the layout before are read: their TCP flags and masks were beside the VRF")
  func formerLayout() throws {
    let rows = Rows()
    var pipeline = Self.pipeline(rows)
    let message = ipfix(sequence: 0, time: sampleTime) {
      template(256, f(8, 4), f(12, 4), f(1, 4), f(234, 4), f(56, 6))
      data(256, u32(1, 2, 100, 7), [0, 1, 2, 3, 4, 5])
    }
    pipeline.ingest(
      message.octets.rawSpan, from: Endpoint(address: IPAddress(v4: 1), port: 1),
      arrival: Int64(sampleTime) * 1_000_000_000)
    _ = pipeline.handOverAll()
    var file = [UInt8](try Self.octets(Checkpoint(pipeline.state)))
    // The words of eight octets behind the magic: the head's size comes first; then the flow, of which the route word is the 12th.
    func word(_ place: Int) -> Int { (0..<8).reduce(0) { $0 | Int(file[place + $1]) << (8 * $1) } }
    func set(_ value: UInt64, at place: Int) {
      for index in 0..<8 { file[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
    }
    let flow = 80 + word(8)
    set(7 << 32 | 24 << 24 | 16 << 16 | 0x112, at: flow + 11 * 8)
    file.replaceSubrange(0..<8, with: "SAGFCKP2".utf8)
    set(UInt64(CRC32.checksum(file.span.extracting(flow..<(flow + word(24))))), at: 8 + 6 * 8)
    set(UInt64(CRC32.checksum(file.span.extracting(0..<72))), at: 72)
    let former = try Checkpoint(Data(file))
    var batch = FlowBatch()
    var cache = FlowCache()
    let state = former.state
    cache.restore(FlowCacheState(flows: state.flows, extensions: state.extensions, totals: state.known.flows))
    cache.drain(into: &batch)
    let record = try #require(batch.records.first)
    #expect(batch.count == 1)
    #expect((record.vrf, record.sourceMask, record.destinationMask, record.tcpFlags) == (7, 24, 16, 0x112))
    #expect((record.layer2Segment, record.forwardingStatus, record.sourceMAC) == (0, 0, 0x0001_0203_0405))
    #expect(record.octets == 100)
  }

  @Test("a clock that is set back or forward makes no flow of negative length, loses none and doubles none")
  func clockSteps() {
    let rows = Rows()
    var pipeline = Self.pipeline(rows, extra: false)
    let start: Int64 = 1_750_000_000_000
    var sent = 0
    // An hour back, a day forward, and as it was.
    for (step, offset) in [Int64(0), -3_600_000, 86_400_000, 0, -5000, 4000].enumerated() {
      for number in 0..<20 {
        let time = start + offset + Int64(step * 1000 + number * 10)
        var octets = u16(5, 1) + bigEndian(UInt32(60_000)) + bigEndian(UInt32(start / 1000))
        octets += zeros(4) + bigEndian(UInt32(sent)) + zeros(4)
        // The source tells each apart; they lasted a second.
        octets += bigEndian(UInt32(sent + 1)) + zeros(12) + bigEndian(UInt32(1)) + bigEndian(UInt32(100))
        octets += bigEndian(UInt32(58_000)) + bigEndian(UInt32(59_000)) + zeros(16)
        pipeline.ingest(
          octets.rawSpan, from: Endpoint(address: IPAddress(v4: 1), port: 1), arrival: time * 1_000_000)
        sent += 1
      }
      pipeline.advance(to: start + offset + Int64(step * 1000) + 500)
    }
    pipeline.finish()
    #expect(rows.texts.count == sent)
    #expect(Set(rows.texts).count == sent)
    #expect(pipeline.ledger().imbalances.filter { $0.contains("flow") && !$0.contains("committed") } == [])
  }
}

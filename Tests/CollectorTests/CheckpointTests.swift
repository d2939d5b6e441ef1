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
  /// Records flows as text, with their origin and rare fields.
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
    try checkpoint.write { file.append(contentsOf: $0) }
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

  /// For the input of the programs that wrote `Fixtures/checkpoints`, see `make-checkpoints.py`.
  @Test("of a former version is read, with all that it has", arguments: ["SAGFCKP2", "SAGFCKP3"])
  func formerVersions(name: String) throws {
    let file = try Data(contentsOf: URL(fileURLWithPath: Fixtures.path("checkpoints/\(name)")))
    #expect(file.prefix(8).elementsEqual(name.utf8))
    let rows = Rows()
    var pipeline = Self.pipeline(rows, extra: false)
    pipeline.restore(try Checkpoint(file).state)
    let before = pipeline.ledger()
    #expect(before.liveFlows == 183)
    #expect(before.flows.octetsIn == 185_052)
    #expect(before.decode.datagrams == 20)
    #expect((before.decode.flowRecords, before.decode.optionsRecords, before.decode.templates) == (183, 4, 30))
    #expect(before.waitingSets == 1)
    #expect(before.sessions.count == 7)
    let own = try #require(before.sessions.first { $0.key.domain == 1 && $0.key.version == 10 })
    #expect(own.templateCount == 4)
    // The template of the waiting set, and data of another template: the running total continues from 1000, and the
    // interface has its name.
    let time = UInt32(own.lastSeen / 1_000_000_000) + 1
    let message = ipfix(domain: 1, sequence: 5, time: time) {
      template(300, f(8, 4), f(12, 4))
      data(256, u32(0x0a00_0001, 0x0a00_0002), u16(1, 53), [17], bigEndian(UInt64(3000)), u32(7))
    }
    pipeline.ingest(
      message.octets.rawSpan, from: own.key.exporter, to: own.key.localPort, arrival: Int64(time) * 1_000_000_000)
    pipeline.advance(to: Int64(time + 2) * 1000)
    #expect(pipeline.ledger().waitingSets == 0)
    #expect(pipeline.ledger().decode.earlyDecoded == 1)
    #expect(pipeline.ledger().sessions.first { $0.key == own.key }?.sampling.rate == 10)
    _ = pipeline.handOverAll()
    #expect(pipeline.context.names[own.key.exporter.address, 1]?.all(.interface).map(\.name) == ["uplink"])
    pipeline.finish()
    #expect(pipeline.ledger().flows.octetsOut == 185_052 + 2000)
    #expect(pipeline.ledger().imbalances.filter { $0.contains("flow") && !$0.contains("committed") } == [])
  }

  @Test("flows of the layout before are read: their TCP flags and masks were beside the VRF")
  func formerLayout() throws {
    var file = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Fixtures.path("checkpoints/SAGFCKP2"))))
    // Words of eight octets after the magic: first the size of the head; then the flow, whose route word is the 12th.
    func word(_ place: Int) -> Int { (0..<8).reduce(0) { $0 | Int(file[place + $1]) << (8 * $1) } }
    func set(_ value: UInt64, at place: Int) {
      for index in 0..<8 { file[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
    }
    let (flow, count, size) = (80 + word(8), word(16), word(24))
    set(7 << 32 | 24 << 24 | 16 << 16 | 0x112, at: flow + 11 * 8)
    let flows = CRC32.checksum(file.span.extracting(flow..<(flow + count * size)))
    set(UInt64(flows), at: 8 + 6 * 8)
    set(UInt64(CRC32.checksum(file.span.extracting(0..<72))), at: 72)
    let state = try Checkpoint(Data(file)).state
    var batch = FlowBatch()
    var cache = FlowCache()
    cache.restore(FlowCacheState(flows: state.flows, extensions: state.extensions, totals: state.known.flows))
    cache.drain(into: &batch)
    #expect(batch.count == count)
    let record = try #require(batch.records.first { $0.vrf == 7 })
    #expect((record.sourceMask, record.destinationMask, record.tcpFlags) == (24, 16, 0x112))
    #expect((record.layer2Segment, record.forwardingStatus) == (0, 0))
  }

  @Test("parts that are changed and have their checksums all the same are refused, or gone on with")
  func changedParts() throws {
    let seed = runSeed("CHECKPOINT_PARTS_SEED")
    var random = SeededGenerator(seed: seed)
    let rows = Rows()
    var pipeline = Self.pipeline(rows)
    for name in ["softflowd-v9", "pmacctd-v10-classes", "softflowd-v10-biflow"] {
      for datagram in try Self.datagrams(Fixtures.path("real/\(name).pcap")) {
        pipeline.ingest(datagram.octets.rawSpan, from: datagram.source, arrival: datagram.arrival)
      }
    }
    _ = pipeline.handOverAll()
    let whole = [UInt8](try Self.octets(Checkpoint(pipeline.state)))
    let parts = Self.parts(of: whole)
    #expect(parts.count > 6)
    for _ in 0..<400 {
      var file = whole
      let part = parts[random.below(parts.count)]
      guard !part.isEmpty else { continue }
      for _ in 0...random.below(3) { file[part.lowerBound + random.below(part.count)] = UInt8(random.below(256)) }
      Self.seal(part, in: &file)
      guard let checkpoint = try? Checkpoint(Data(file)) else { continue }
      var next = Self.pipeline(Rows())
      next.restore(checkpoint.state)
      next.finish()
    }
    // A missing or duplicate part is detected.
    for part in parts {
      let place = (part.lowerBound - 20)..<part.upperBound
      #expect(throws: CheckpointFault.self) {
        try Checkpoint(Data(whole[..<place.lowerBound] + whole[place.upperBound...]))
      }
      #expect(throws: CheckpointFault.self) {
        try Checkpoint(Data(whole[..<place.upperBound] + whole[place.lowerBound...]))
      }
    }
  }

  /// Returns the content ranges of a file's parts. Each content is preceded by 20 octets, of which the last four are
  /// their checksum.
  private static func parts(of file: [UInt8]) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var place = 8
    while place < file.count {
      let size = (0..<8).reduce(0) { $0 | Int(file[place + 8 + $1]) << (8 * $1) }
      parts.append((place + 20)..<(place + 20 + size))
      place += 20 + size
    }
    return parts
  }

  /// Recomputes a part's checksums.
  private static func seal(_ part: Range<Int>, in file: inout [UInt8]) {
    func set(_ checksum: UInt32, at place: Int, _ file: inout [UInt8]) {
      for index in 0..<4 { file[place + index] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * index)) }
    }
    let start = part.lowerBound - 20
    set(CRC32.checksum(file.span.extracting(part)), at: start + 4, &file)
    set(CRC32.checksum(file.span.extracting(start..<(start + 16))), at: start + 16, &file)
  }

  @Test("a clock that is set back or forward makes no flow of negative length, loses none and doubles none")
  func clockSteps() {
    let rows = Rows()
    var pipeline = Self.pipeline(rows, extra: false)
    let start: Int64 = 1_750_000_000_000
    var sent = 0
    // An hour back, a day forward, and as before.
    for (step, offset) in [Int64(0), -3_600_000, 86_400_000, 0, -5000, 4000].enumerated() {
      for number in 0..<20 {
        let time = start + offset + Int64(step * 1000 + number * 10)
        var octets = u16(5, 1) + bigEndian(UInt32(60_000)) + bigEndian(UInt32(start / 1000))
        octets += zeros(4) + bigEndian(UInt32(sent)) + zeros(4)
        // The source makes each flow distinct; each lasted a second.
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

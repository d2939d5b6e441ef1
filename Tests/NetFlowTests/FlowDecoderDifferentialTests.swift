import Capture
import FlowModel
import Foundation
import NetFlow
import NetworkBytes
import TestSupport
import Testing

/// Both decoders read the same datagrams: their results must agree, record by record and counter by counter.
@Suite("The flow decoder and the lossless one agree")
struct FlowDecoderDifferentialTests {
  /// Both decoders side by side.
  private struct Pair: ~Copyable {
    var flows: FlowDecoder
    var records = RecordDecoder(directory: ExporterDirectory())
    var batch = FlowBatch()
    /// Source of the datagrams, for failure messages.
    private let origin: String
    /// Number of padding records so far.
    private var known = 0
    /// Options records of zeros so far.
    private var zeros: UInt64 = 0
    /// Records of reverse directions so far.
    private var reverse = 0

    init(of origin: String) {
      self.origin = origin
      var options = FlowDecoderOptions()
      options.maximumClockSkew = nil
      // The lossless decoder uses the newest definition, even if the exporter has restarted.
      options.rules.detectsRestarts = false
      options.rules.limits = .capture
      flows = FlowDecoder(options: options)
    }

    /// Decodes one datagram with both decoders.
    ///
    /// - Parameter isSound: whether to compare fields, too.
    /// - Returns: the flow records of each.
    mutating func decode(_ message: RawSpan, from exporter: Endpoint, isSound: Bool = true) -> [(
      FlowRecord, DecodedRecord
    )] {
      batch.removeAll()
      flows.decode(message, from: exporter, arrival: 0, into: &batch)
      // If there are many early records, they are decoded after those of the datagram that contained their template.
      let before = batch.count
      while flows.decodeEarly(limit: 1000, into: &batch).isMore {}
      let inOrder = batch.count == before
      var decoded: [DecodedRecord] = []
      records.decode(message, from: exporter, arrival: 0, into: &decoded)
      let found = decoded.filter { $0.kind == .flow }
      zeros += UInt64(decoded.count { $0.kind == .options && $0.fields.allSatisfy { Self.mayBeZeros($0.value) } })
      // Padding is a record to the lossless one: which of them it is, shows the other one's count only.
      let padding = Int(flows.counters[.paddingRecord]) - known
      known += padding
      let reversed = Int(flows.counters.reverseRecords) - reverse
      reverse += reversed
      #expect(found.count == batch.count - reversed + padding, "\(origin)")
      if padding > 0 || !inOrder { return [] }
      if reversed > 0 {
        if isSound { compareBiflows(found.map { ExpectedFlow($0) }) }
        return []
      }
      return Array(zip(batch.records, found))
    }

    /// Compares records including reverse ones, which follow all records of their set.
    private func compareBiflows(_ expected: [ExpectedFlow]) {
      // Totals depend on earlier records, and options data may have changed the sampling rate.
      if expected.contains(where: \.readsTotals) { return }
      let isSampled = flows.counters.optionsRecords > 0
      func sorted(_ contents: [[String: String]]) -> [String] {
        contents.map { fields in
          fields.filter { !isSampled || $0.key != "samplingRate" }.sorted { $0.key < $1.key }
            .map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        }.sorted()
      }
      let all = expected.map(\.contents) + expected.compactMap(\.reverse)
      #expect(sorted(batch.records.map { contents($0) }) == sorted(all), "\(origin)")
    }

    /// Whether a value may be of zeros alone.
    private static func mayBeZeros(_ value: FieldValue) -> Bool {
      switch value {
      case .unsigned(let number), .mac(let number): number == 0
      case .signed(let number): number == 0
      case .ipv4(let address): address == 0
      case .ipv6(let address): address.isUnspecified
      case .string(let text): text.isEmpty
      case .wide(let octets), .octets(let octets): octets.allSatisfy { $0 == 0 }
      case .repeated(let values): values.allSatisfy(mayBeZeros)
      default: true
      }
    }

    /// The counters of each, but for lists, which only one of them reads.
    var counters: (DecodeCounters, DecodeCounters) {
      var lossless = records.counters
      lossless[.badList] = 0
      var own = flows.counters
      for issue in [DecodeIssue.endBeforeStart, .implausibleTime] { own[issue] = 0 }
      own.reverseRecords = 0
      // At the end of a set they are padding, of which options data have no count.
      if lossless.optionsRecords > own.optionsRecords, lossless.optionsRecords - own.optionsRecords <= zeros {
        own.optionsRecords = lossless.optionsRecords
      }
      if known > 0 {
        lossless.flowRecords -= UInt64(known)
        own[.paddingRecord] = 0
        (own.sequence, lossless.sequence) = (SequenceCounters(), SequenceCounters())
      }
      return (own, lossless)
    }

    func contents(_ record: FlowRecord) -> [String: String] {
      let rare = record.extensionNumber > 0 ? batch.extensions[Int(record.extensionNumber) - 1] : FlowExtension()
      let apart = ["exporter", "domain", "version", "start", "end"]
      return record.contents(rare, flows.origins.origins).filter { !apart.contains($0.key) }
    }
  }

  private static func agree(_ times: (start: Int64, end: Int64), _ record: FlowRecord) -> Bool {
    (-1...1).contains(record.start &- times.start) && (-1...1).contains(record.end &- times.end)
  }

  @Test("on random messages, field by field")
  func random() {
    let seed = UInt64.random(in: .min ... .max)
    var messages = RandomMessages(seed: seed)
    var pair = Pair(of: "seed \(seed)")
    for round in 0..<3000 {
      let message = messages.next()
      for (record, decoded) in pair.decode(message.rawSpan, from: Wire.exporter) {
        let expected = ExpectedFlow(decoded)
        #expect(pair.contents(record) == expected.contents, "seed \(seed), round \(round)")
        #expect(Self.agree(expected.times, record), "seed \(seed), round \(round): \(decoded.fields)")
      }
    }
    #expect(pair.counters.0 == pair.counters.1, "seed \(seed)")
    #expect(pair.counters.0.flowRecords > 10_000, "seed \(seed)")
    #expect(pair.flows.counters.reverseRecords > 300, "seed \(seed)")
    #expect(pair.counters.0.optionsRecords > 100, "seed \(seed)")
  }

  @Test("on spoiled messages, in number and counters")
  func spoiled() {
    let seed = UInt64.random(in: .min ... .max)
    var messages = RandomMessages(seed: seed)
    var pair = Pair(of: "seed \(seed)")
    for round in 0..<8000 {
      var message = messages.next()
      if round % 3 > 0 { messages.spoil(&message) }
      let exporter = Endpoint(address: Wire.exporter.address, port: UInt16(round % 3))
      _ = pair.decode(message.rawSpan, from: exporter, isSound: false)
      if round % 100 == 99 { #expect(pair.counters.0 == pair.counters.1, "seed \(seed), round \(round)") }
    }
    for issue in [DecodeIssue.badTemplate, .truncatedRecord, .badSetLength, .unknownTemplate, .badCount, .reservedSet] {
      #expect(pair.counters.0[issue] > 0, "\(issue.name), seed \(seed)")
    }
  }

  // MARK: Captures

  private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The captures of the test fixtures, and of `../shared/corpus` if it exists.
  static let captures: [String] = ["Tests/Fixtures/real", "../shared/corpus"].flatMap { folder in
    let folder = package.appendingPathComponent(folder)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().filter { $0.contains(".pcap") }.map { folder.appendingPathComponent($0).path }
  }

  @Test("on captures of real exporters", .tags(.slow), .unlessFast, arguments: captures)
  func realExporters(_ path: String) throws {
    var capture = try CaptureFile(path: path)
    var pair = Pair(of: path)
    while true {
      // A truncated capture ends at the cut.
      guard (try? capture.next()) == true else { break }
      let datagram = capture.datagram
      for (record, decoded) in pair.decode(datagram.bytes, from: datagram.source) {
        let expected = ExpectedFlow(decoded)
        if expected.holdsSection { continue }
        var contents = pair.contents(record)
        var expectedContents = expected.contents
        if pair.flows.counters.optionsRecords > 0 {
          // Options data may have changed the sampling rate.
          contents["samplingRate"] = nil
          expectedContents["samplingRate"] = nil
        }
        for name in ["octets", "packets"] where expected.readsTotals {
          contents[name] = nil
          expectedContents[name] = nil
        }
        #expect(contents == expectedContents)
        if !expected.readsUpTimeOfIPFIX { #expect(Self.agree(expected.times, record), "\(expected.times)") }
      }
    }
    #expect(pair.counters.0 == pair.counters.1)
  }
}

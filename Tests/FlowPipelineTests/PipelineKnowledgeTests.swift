import Enrichment
import FlowModel
import FlowOutput
import FlowPipeline
import NetFlow
import NetworkBytes
import TestSupport
import Testing

@Suite("Flows get what is known of them as they leave")
struct PipelineKnowledgeTests {
  /// Records each flow's source and label.
  private final class Reader: FlowSink {
    var labels: [UInt32: String?] = [:]
    var isOpen = true

    var hasRoom: Bool { isOpen }
    var counters: SinkCounters { SinkCounters() }

    func take(_ flows: inout FlowBatch, _ context: FlowContext, _ backpressure: Backpressure) {
      for (index, record) in flows.records.enumerated() {
        labels[record.source.v4] = context.names.texts[flows.facts(of: index).sourceLabel]
      }
      flows.removeAll()
    }

    func advance(to context: FlowContext, _ backpressure: Backpressure) {}
    func finish(_ context: FlowContext) {}
  }

  private static let start: Int64 = 1_750_000_200_000
  private let folder: TemporaryFolder
  private let source = KnowledgeSource()

  init() throws { folder = try TemporaryFolder() }

  /// Gives addresses below 2^31 this label.
  private func know(_ label: String, _ files: inout KnowledgeFiles) throws {
    var options = EnrichmentOptions()
    options.prefixes = try folder.write("prefix,site\n0.0.0.0/1,\(label)\n", as: label)
    source.publish(try #require(files.refresh(options, at: 0).knowledge))
  }

  private func pipeline(_ reader: Reader) -> Pipeline {
    var options = PipelineOptions()
    options.window = 3600
    options.decoder.maximumClockSkew = nil
    options.knowledge = source
    return Pipeline(options, sink: reader, backpressure: .drop)
  }

  private func ingest(_ addresses: [UInt32], at second: Int64, into pipeline: inout Pipeline) {
    var octets =
      u16(5, UInt16(addresses.count)) + bigEndian(UInt32(60_000)) + bigEndian(UInt32(Self.start / 1000 + second))
    octets += zeros(12)
    for address in addresses { octets += bigEndian(address) + zeros(44) }
    pipeline.ingest(
      octets.rawSpan, from: Endpoint(address: IPAddress(v4: 1), port: 1),
      arrival: (Self.start + second * 1000) * 1_000_000)
  }

  @Test("A flow that left keeps its label, one that leaves later has the next")
  func change() throws {
    let reader = Reader()
    var pipeline = pipeline(reader)
    var files = KnowledgeFiles()
    ingest([1, 2, 0x8000_0001], at: 0, into: &pipeline)
    try know("first", &files)
    pipeline.advance(to: Self.start + 100_000)
    // Flows that left the cache wait for a full batch.
    let isAll = pipeline.handOverAll()
    #expect(isAll)
    #expect(reader.labels == [1: "first", 2: "first", 0x8000_0001: nil])
    try know("second", &files)
    ingest([3], at: 100, into: &pipeline)
    pipeline.finish()
    #expect(reader.labels == [1: "first", 2: "first", 0x8000_0001: nil, 3: "second"])
  }

  @Test("A copy of live flows has the labels of the present, and leaves those that follow alone")
  func live() throws {
    let reader = Reader()
    var pipeline = pipeline(reader)
    var files = KnowledgeFiles()
    try know("first", &files)
    ingest([1, 2], at: 0, into: &pipeline)
    pipeline.beginCapture()
    var labels: [String?] = []
    while true {
      let piece = pipeline.capture()
      for index in 0..<piece.flows.count {
        labels.append(piece.context.names.texts[piece.flows.facts(of: index).sourceLabel])
      }
      if piece.isLast { break }
    }
    #expect(labels == ["first", "first"])
    try know("second", &files)
    pipeline.finish()
    #expect(reader.labels == [1: "second", 2: "second"])
  }
}

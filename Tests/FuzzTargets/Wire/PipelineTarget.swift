import FlowAggregation
import FlowFilter
import FlowModel
import FlowOutput
import FlowPipeline
import NetFlow
import NetworkBytes

extension FuzzTarget {
  /// Datagrams through the whole pipeline: its ledger balances whenever it is idle, references in its output are valid,
  /// and limits hold.
  package static let pipeline = FuzzTarget("pipeline", longest: 16_384, seeds: WireSeeds.pipeline) {
    octets throws(FuzzViolation) in
    var choices = Choices(octets)
    var run = PipelineRun(&choices)
    while !choices.isEmpty, run.received < 64 { try run.step(&choices) }
    try run.finish()
  }
}

/// A pipeline with options from choices.
struct PipelineRun: ~Copyable {
  /// Accepts rows, and checks that all references in them are valid.
  private final class Rows: FlowSink {
    var count: UInt64 = 0
    var fault: String?
    var hasRoom = true

    var counters: SinkCounters { SinkCounters(printed: count) }

    func take(_ flows: inout FlowBatch, _ context: FlowContext, _ backpressure: Backpressure) {
      count += UInt64(flows.count)
      for record in flows.records {
        if Int(record.origin) >= context.origins.count { fault = "a row of no origin: \(record)" }
        if Int(record.extensionNumber) > flows.extensions.count { fault = "a row without its extension: \(record)" }
        if record.samplingRate == 0 { fault = "a row with the sampling rate 0: \(record)" }
      }
      flows.removeAll()
    }

    func advance(to context: FlowContext, _ backpressure: Backpressure) {}
    func finish(_ context: FlowContext) {}
  }

  private let rows = Rows()
  private let options: PipelineOptions
  private var pipeline: Pipeline
  private var messages = MessageMaker(.all)
  /// Milliseconds since 1970 UTC.
  private var time: Int64 = 1_750_000_000_000
  private(set) var received: UInt64 = 0

  private static let maximumSessions = 8

  init(_ choices: inout Choices) {
    options = Self.options(&choices)
    pipeline = Pipeline(options, directory: ExporterDirectory(maximumCount: 20), sink: rows, backpressure: .drop)
  }

  private static let filters = ["any", "proto tcp", "src net 10/8 or dst port 53", "bytes > 1000 and not ipv6"]
  private static let keys = [["src_addr"], ["exporter_addr", "src_addr/24/48", "dst_port"]]

  private static func options(_ choices: inout Choices) -> PipelineOptions {
    var options = PipelineOptions()
    options.batchSize = choices.pick([16, 1, 100])
    options.isPrompt = choices.isOne(in: 2)
    options.aging.enabled = !choices.isOne(in: 4)
    options.aging.maximumFlows = choices.pick([1000, 1, 7])
    options.aging.endOfFlow = choices.isOne(in: 2)
    if choices.isOne(in: 4), let key = try? FlowKey(parsing: choices.pick(keys)) { options.key = key }
    if choices.isOne(in: 4), let condition = try? FlowFilter(parsing: choices.pick(filters)) {
      options.filter = RecordFilter(condition, collector: "host")
    }
    options.decoder.keepsExtra = choices.isOne(in: 2)
    options.decoder.biflows = choices.pick(FlowDecoderOptions.Biflows.allCases)
    options.decoder.maximumClockSkew = choices.pick([600_000, nil, 0])
    options.decoder.maximumTotals = choices.pick([1000, 2])
    options.decoder.rules.limits.sessions = maximumSessions
    options.decoder.rules.limits.templatesPerSession = choices.pick([100, 3])
    options.decoder.rules.limits.templateFieldsPerSession = choices.pick([1000, 30])
    options.decoder.rules.limits.earlyOctetsPerSession = choices.pick([100_000, 500])
    return options
  }

  /// Ingests one datagram, or does something else that happens to a pipeline between two.
  mutating func step(_ choices: inout Choices) throws(FuzzViolation) {
    switch choices.number(0...15) {
    case 0: time += Int64(choices.pick([1, 1000, 16_000, 310_000, 2_000_000, -1000, -3_600_000, 86_400_000]))
    case 1: pipeline.advance(to: time)
    case 2: rows.hasRoom.toggle()
    case 3: capture()
    case 4: restart()
    default:
      let message = messages.next(&choices, at: time)
      let address: UInt32 = choices.isOne(in: 8) ? 2 : 1
      let exporter = Endpoint(address: IPAddress(v4: address), port: choices.isOne(in: 8) ? 2 : 1)
      pipeline.ingest(message.rawSpan, from: exporter, to: 2055, arrival: time * 1_000_000)
      received += 1
    }
    try check()
  }

  /// Captures all live flows, as a query does.
  private mutating func capture() {
    pipeline.beginCapture()
    while !pipeline.capture().isLast {}
    pipeline.endCapture()
  }

  /// Continues with another pipeline, as after a restart.
  private mutating func restart() {
    rows.hasRoom = true
    guard pipeline.handOverAll() else { return }
    let state = pipeline.state
    pipeline = Pipeline(options, directory: ExporterDirectory(maximumCount: 20), sink: rows, backpressure: .drop)
    pipeline.restore(state)
  }

  mutating func finish() throws(FuzzViolation) {
    rows.hasRoom = true
    pipeline.finish()
    try check()
    let ledger = pipeline.ledger()
    try FuzzViolation.check(ledger.liveFlows == 0 && ledger.waitingSets == 0, "something is left at the end")
    try FuzzViolation.check(ledger.flows.emitted == rows.count, "\(rows.count) rows of \(ledger.flows.emitted) flows")
  }

  private func check() throws(FuzzViolation) {
    if let fault = rows.fault { throw FuzzViolation(fault) }
    let ledger = pipeline.ledger(ReceptionCounters(received: received))
    try FuzzViolation.check(ledger.imbalances.isEmpty, ledger.imbalances.joined(separator: "; "))
    try FuzzViolation.check(ledger.sessions.count <= Self.maximumSessions, "\(ledger.sessions.count) sessions")
  }
}

public import Capture
import Enrichment
public import FlowAggregation
import FlowFilter
import FlowModel
public import FlowOutput
public import NetFlow
public import NetworkBytes

/// The way of a datagram: admit ─▶ decode ─▶ filter ─▶ age ─▶ enrich ─▶ sink. The same for `collect` and `replay`, which differ in source and clock.
///
/// Nothing here reads the time: the clock is what arrivals and ticks say. One pipeline belongs to one thread.
public struct Pipeline: ~Copyable {
  private var admission: Admission
  var decoder: FlowDecoder
  private var filter: RecordFilter
  /// Records that the filter did not let pass.
  private var filtered: UInt64 = 0
  var cache: FlowCache
  private let sink: any FlowSink
  private var backpressure: Backpressure
  private var clock: PipelineClock
  private var decoded = FlowBatch(capacity: 1024)
  var emitted: FlowBatch
  var enricher: Enricher
  /// The first of a copy that was begun.
  var captured = FlowBatch()
  private let batchSize: Int
  private var isPrompt: Bool
  /// Whether flows stay in the cache over their timer because the sink has no room.
  private var isBehind = false

  /// Records of one datagram at most, usually: a batch that had to hold more gives its memory back.
  private static var usualRecords: Int { 16_384 }
  /// Records of early data that are decoded at a time, and in all with each second that passes.
  private static var earlyRecords: Int { 4096 }
  private static var earlyRecordsPerTick: Int { 1 << 18 }

  /// Batches' worth of flows that left the cache and are kept for a sink without room, before they are dropped.
  private static var heldBatches: Int { 8 }

  /// - Parameters:
  ///   - directory: what exporters have made known to other pipelines.
  ///   - backpressure: what happens while the sink has no room.
  public init(
    _ options: PipelineOptions, directory: ExporterDirectory = ExporterDirectory(), sink: any FlowSink,
    backpressure: Backpressure
  ) {
    var decoderOptions = options.decoder
    let key = options.key
    // Flows merged over exporters, domains or versions have an origin that does not tell these apart.
    decoderOptions.origin = { options.aging.enabled ? key.origin(of: $0) : $0 }
    admission = Admission(options.admission)
    decoder = FlowDecoder(options: decoderOptions, directory: directory)
    filter = options.filter
    cache = FlowCache(key: key, aging: options.aging)
    clock = PipelineClock(window: options.window)
    batchSize = options.batchSize
    isPrompt = options.isPrompt
    emitted = FlowBatch(capacity: options.batchSize)
    enricher = Enricher(options.knowledge)
    self.sink = sink
    self.backpressure = backpressure
  }

  /// Takes one datagram.
  ///
  /// - Parameters:
  ///   - localPort: the UDP port that it was sent to; 0: not known.
  ///   - arrival: nanoseconds since 1970 UTC.
  @inline(__always)
  public mutating func ingest(
    _ payload: RawSpan, from exporter: Endpoint, to localPort: UInt16 = 0, arrival: UnixNanoseconds
  ) {
    advance(to: arrival / 1_000_000)
    guard admission.takes(exporter.address, arrival: arrival) else { return }
    decoder.decode(payload, from: exporter, to: localPort, arrival: arrival, into: &decoded)
    merge()
  }

  /// Takes one datagram, or what came over a connection.
  @inline(__always)
  public mutating func ingest(_ datagram: borrowing Datagram) {
    if let part = datagram.stream { return ingest(datagram, over: part) }
    ingest(datagram.bytes, from: datagram.source, to: datagram.localPort, arrival: datagram.arrival)
  }

  private mutating func ingest(_ datagram: borrowing Datagram, over part: StreamPart) {
    advance(to: datagram.arrival / 1_000_000)
    guard part.event == .end || admission.takesMessage(of: datagram.source.address) else { return }
    decoder.decode(
      datagram.bytes, from: datagram.source, to: datagram.localPort, over: part, arrival: datagram.arrival,
      into: &decoded)
    merge()
  }

  /// Ends the sessions of all connections: those of a process that has ended.
  package mutating func endConnections() { decoder.endConnections() }

  /// Connections to close, because what their exporter sends can no longer be decoded; see `FlowDecoder.takeSevered`.
  package mutating func takeSevered() -> Set<UInt32> { decoder.takeSevered() }

  @inline(__always)
  private mutating func merge() {
    guard !decoded.isEmpty else { return }
    if filter.condition != .any { applyFilter() }
    cache.merge(&decoded, at: clock.time, into: &emitted)
    if decoded.records.capacity > Self.usualRecords { decoded = FlowBatch(capacity: 1024) }
    if emitted.count >= batchSize { handOver() }
  }

  /// Leaves out of what was decoded what the filter does not let pass.
  private mutating func applyFilter() {
    let (filter, origins, extensions) = (filter, decoder.origins.origins, decoded.extensions)
    let before = decoded.count
    decoded.records.removeAll { record in
      !filter.condition.matches(
        record, extensions, from: origins[Int(record.origin)], collector: filter.collector)
    }
    filtered &+= UInt64(before - decoded.count)
  }

  /// Lets the clock go on to `time`, milliseconds since 1970 UTC: flows whose timer has run out leave the cache, and each
  /// window that ends on the way is closed.
  @inline(__always)
  public mutating func advance(to time: UnixMilliseconds) {
    // Once a second is enough to look for timers that have run out; flows are of the millisecond at which they were seen.
    if clock.isSameSecond(time) {
      clock.step(to: time)
      if isBehind { expire() }
    } else {
      age(to: time)
    }
  }

  private mutating func age(to time: UnixMilliseconds) {
    while let end = clock.nextWindowEnd(before: time), cache.liveCount > 0 || !emitted.isEmpty {
      clock.set(end - 1)
      expire()
      handOver()
      clock.set(end)
      sink.advance(to: context, backpressure)
    }
    let isNewWindow = clock.set(time)
    expire()
    if isNewWindow { sink.advance(to: context, backpressure) }
    decoder.advance(to: clock.time)
    decodeEarly(limit: Self.earlyRecordsPerTick)
    if isPrompt, !emitted.isEmpty { handOver() }
  }

  /// Decodes records whose template came after them, a few at a time, and merges them in between: many may be due at once.
  private mutating func decodeEarly(limit: Int) {
    var left = limit
    while left > 0 {
      let progress = decoder.decodeEarly(limit: Self.earlyRecords, into: &decoded)
      left -= max(progress.records, 1)
      merge()
      if !progress.isMore { return }
    }
  }

  /// Lets flows go whose timer has run out, as far as the sink has room: many may be due at once, and the cache keeps them.
  private mutating func expire() {
    isBehind = false
    while !cache.advance(to: clock.time, into: &emitted, limit: batchSize) {
      handOver()
      if emitted.count >= batchSize {
        isBehind = true
        return
      }
    }
    if emitted.count >= batchSize { handOver() }
  }

  /// What holds of the flows that leave the pipeline now.
  package var context: FlowContext {
    var context = FlowContext(
      time: clock.time, origins: decoder.origins.origins, lostBySequence: decoder.lostBySequence,
      names: decoder.names)
    context.names.texts = enricher.texts
    return context
  }

  /// Gives what left the cache to the sink. Without room there, it stays for a while: until there is more than that.
  private mutating func handOver() {
    decoder.refreshNames()
    if canHandOver || emitted.count >= Self.heldBatches * batchSize {
      handOver(backpressure)
    }
  }

  private mutating func handOver(_ backpressure: Backpressure) {
    enricher.enrich(&emitted, origins: decoder.origins.origins)
    sink.take(&emitted, context, backpressure)
  }

  /// Changes what happens from now on while the sink has no room.
  public mutating func apply(_ backpressure: Backpressure) { self.backpressure = backpressure }

  /// Ends all flows and hands them on, waiting for the sink: nothing may be ingested afterwards.
  public mutating func finish() {
    decoder.advance(to: clock.time)
    decodeEarly(limit: .max)
    decoder.endWaiting()
    decodeEarly(limit: .max)
    decoder.refreshNames()
    while !cache.drain(into: &emitted, limit: batchSize) { handOver(.wait) }
    handOver(.wait)
    sink.finish(context)
  }

  /// Windows that have ended so far.
  package var endedWindows: Int { clock.endedWindows }

  /// Whether what leaves the cache would be taken now.
  package var canHandOver: Bool { backpressure == .wait || sink.hasRoom }

  /// Hands over all that left the cache; false if the sink has no room.
  package mutating func handOverAll() -> Bool {
    handOver()
    return emitted.isEmpty
  }

  /// What is to be kept over a restart, between two datagrams and with all flows handed over that left the cache.
  package var state: PipelineState {
    let cache = cache.state
    return PipelineState(
      known: .init(
        time: clock.time, filtered: filtered, refused: admission.refused, decoder: decoder.state, flows: cache.totals),
      flows: cache.flows, extensions: cache.extensions)
  }

  /// Goes on from what an earlier run knew. To be called before anything is ingested.
  package mutating func restore(_ state: PipelineState) {
    clock.set(state.known.time)
    filtered = state.known.filtered
    admission.refused = state.known.refused
    decoder.restore(state.known.decoder)
    cache.restore(FlowCacheState(flows: state.flows, extensions: state.extensions, totals: state.known.flows))
  }

  /// Changes what can change while running. A new key needs a new pipeline.
  public mutating func reconfigure(
    admission: AdmissionOptions, aging: AgingConfiguration, decoder options: FlowDecoderOptions, filter: RecordFilter,
    isPrompt: Bool
  ) {
    self.isPrompt = isPrompt
    self.admission.reconfigure(admission)
    self.filter = filter
    cache.reconfigure(aging)
    decoder.reconfigure(options)
  }

  /// Where everything has gone so far, up to what was handed to an output.
  ///
  /// - Parameter reception: what was counted before the pipeline.
  public func ledger(_ reception: ReceptionCounters = ReceptionCounters()) -> Ledger {
    var ledger = Ledger()
    ledger.receivedDatagrams = reception.received
    ledger.streamedMessages = reception.streamed
    ledger.recoveredDatagrams = reception.recovered
    ledger.unjournaledDatagrams = reception.unjournaled
    ledger.unreadRings = reception.unreadRings
    ledger.kernelDrops = reception.kernelDrops
    ledger.untakenDatagrams = reception.untaken
    ledger.refused = admission.refused
    ledger.lastRefused = admission.lastRefused
    let sink = sink.counters
    ledger.handedOverRows = sink.handedOver
    ledger.droppedRows = sink.dropped
    ledger.printedRows = sink.printed
    ledger.decode = decoder.counters
    ledger.waitingSets = decoder.waitingSets
    ledger.filteredRecords = filtered
    ledger.flows = cache.totals
    ledger.liveFlows = UInt64(cache.liveCount)
    ledger.waitingRows = UInt64(emitted.count)
    ledger.droppedTexts = cache.droppedTexts
    ledger.mergedOrigins = decoder.origins.merged
    ledger.evictedTotals = decoder.evictedTotals
    ledger.sessions = decoder.sessionSummaries
    return ledger
  }
}

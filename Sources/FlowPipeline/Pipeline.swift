public import Capture
import Enrichment
public import FlowAggregation
import FlowFilter
import FlowModel
public import FlowOutput
public import NetFlow
public import NetworkBytes

/// Processes datagrams: admit ─▶ decode ─▶ filter ─▶ age ─▶ enrich ─▶ sink. `collect` and `replay` share it and differ
/// in source and clock.
///
/// Has no clock: time comes from arrivals and ticks. Confined to one thread.
public struct Pipeline: ~Copyable {
  private var admission: Admission
  var decoder: FlowDecoder
  private var filter: RecordFilter
  /// Number of records rejected by the filter.
  private var filtered: UInt64 = 0
  var cache: FlowCache
  private let sink: any FlowSink
  private var backpressure: Backpressure
  private var clock: PipelineClock
  private var decoded = FlowBatch(capacity: 1024)
  var emitted: FlowBatch
  var enricher: Enricher
  /// The first flows of a copy in progress.
  var captured = FlowBatch()
  private let batchSize: Int
  private var isPrompt: Bool
  /// Whether flows remain in the cache beyond their timeout because the sink is full.
  private var isBehind = false

  /// Usual maximum number of records of a datagram; a larger batch is freed.
  private static var usualRecords: Int { 16_384 }
  /// Early data records decoded at a time, and per second.
  private static var earlyRecords: Int { 4096 }
  private static var earlyRecordsPerTick: Int { 1 << 18 }

  /// Batches of flows kept for a full sink before they are dropped.
  private static var heldBatches: Int { 32 }

  /// - Parameters:
  ///   - directory: exporter information shared with other pipelines.
  ///   - backpressure: what to do while the sink is full.
  public init(
    _ options: PipelineOptions, directory: ExporterDirectory = ExporterDirectory(), sink: any FlowSink,
    backpressure: Backpressure
  ) {
    var decoderOptions = options.decoder
    let key = options.key
    // The origin of flows merged over exporters, domains or versions omits these.
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

  /// Processes a datagram.
  ///
  /// - Parameters:
  ///   - localPort: destination UDP port; 0 if unknown.
  ///   - arrival: nanoseconds since 1970 UTC.
  @inline(__always)
  public mutating func ingest(
    _ payload: RawSpan, from exporter: Endpoint, to localPort: UInt16 = 0, arrival: UnixNanoseconds
  ) {
    advance(to: arrival / 1_000_000)
    guard admission.takes(exporter.address, arrival: arrival) else { return }
    decode { decoder, batch in
      decoder.decode(payload, from: exporter, to: localPort, arrival: arrival, into: &batch)
    }
  }

  /// Decodes a message, and merges its records, or emits them as they are: decoded where they leave, because copying them would
  /// cost a twentieth of all.
  @inline(__always)
  private mutating func decode(_ message: (inout FlowDecoder, inout FlowBatch) -> Void) {
    if cache.aging.enabled || filter.condition != .any {
      message(&decoder, &decoded)
      merge()
    } else {
      let first = emitted.count
      message(&decoder, &emitted)
      cache.countUnmerged(emitted, from: first)
      if emitted.count >= batchSize { handOver() }
    }
  }

  /// Processes a datagram, or data of a connection.
  @inline(__always)
  public mutating func ingest(_ datagram: borrowing Datagram) {
    if let part = datagram.stream { return ingest(datagram, over: part) }
    ingest(datagram.bytes, from: datagram.source, to: datagram.localPort, arrival: datagram.arrival)
  }

  private mutating func ingest(_ datagram: borrowing Datagram, over part: StreamPart) {
    advance(to: datagram.arrival / 1_000_000)
    guard part.event == .end || admission.takesMessage(of: datagram.source.address) else { return }
    let (bytes, source, localPort, arrival) = (datagram.bytes, datagram.source, datagram.localPort, datagram.arrival)
    decode { decoder, batch in
      decoder.decode(bytes, from: source, to: localPort, over: part, arrival: arrival, into: &batch)
    }
  }

  /// Ends the sessions of all connections, whose process has ended.
  package mutating func endConnections() { decoder.endConnections() }

  /// Returns connections to close because their data can no longer be decoded; see `FlowDecoder.takeSevered`.
  package mutating func takeSevered() -> Set<UInt32> { decoder.takeSevered() }

  @inline(__always)
  private mutating func merge() {
    guard !decoded.isEmpty else { return }
    if filter.condition != .any { applyFilter() }
    cache.merge(&decoded, at: clock.time, into: &emitted)
    if decoded.records.capacity > Self.usualRecords { decoded = FlowBatch(capacity: 1024) }
    if emitted.count >= batchSize { handOver() }
  }

  /// Removes decoded records that the filter rejects.
  private mutating func applyFilter() {
    let (filter, origins, extensions) = (filter, decoder.origins.origins, decoded.extensions)
    let before = decoded.count
    decoded.records.removeAll { record in
      !filter.condition.matches(
        record, extensions, from: origins[Int(record.origin)], collector: filter.collector)
    }
    filtered &+= UInt64(before - decoded.count)
  }

  /// Advances the clock to `time`, milliseconds since 1970 UTC: emits expired flows, and closes each window that has
  /// ended.
  @inline(__always)
  public mutating func advance(to time: UnixMilliseconds) {
    // Checking for expired flows once a second suffices; flows have the millisecond in which they were seen.
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

  /// Decodes records that preceded their template, a few at a time with merging in between, because many may be due at
  /// once.
  private mutating func decodeEarly(limit: Int) {
    var left = limit
    while left > 0 {
      let progress = decoder.decodeEarly(limit: Self.earlyRecords, into: &decoded)
      left -= max(progress.records, 1)
      merge()
      if !progress.isMore { return }
    }
  }

  /// Emits expired flows as long as the sink has room; the rest stays in the cache, because many may be due at once.
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

  /// The context of flows that leave the pipeline now.
  package var context: FlowContext {
    var context = FlowContext(
      time: clock.time, origins: decoder.origins.origins, lostBySequence: decoder.lostBySequence,
      names: decoder.names)
    context.names.texts = enricher.texts
    return context
  }

  /// Passes emitted flows to the sink. While it is full, they are kept up to a limit, or wait here at once if they may.
  private mutating func handOver() {
    decoder.refreshNames()
    if backpressure == .wait || canHandOver || emitted.count >= Self.heldBatches * batchSize {
      handOver(backpressure)
    }
  }

  private mutating func handOver(_ backpressure: Backpressure) {
    enricher.enrich(&emitted, origins: decoder.origins.origins)
    sink.take(&emitted, context, backpressure)
  }

  /// Changes what to do while the sink is full.
  public mutating func apply(_ backpressure: Backpressure) { self.backpressure = backpressure }

  /// Emits all flows, waiting for the sink; nothing may be ingested afterwards.
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

  /// Number of windows that have ended.
  package var endedWindows: Int { clock.endedWindows }

  /// Whether emitted flows would be accepted now.
  package var canHandOver: Bool { backpressure == .wait || sink.hasRoom }

  /// Passes on all emitted flows; returns false if the sink is full.
  package mutating func handOverAll() -> Bool {
    handOver()
    return emitted.isEmpty
  }

  /// The state to keep over a restart; valid between two datagrams, after all emitted flows were passed on.
  package var state: PipelineState {
    let cache = cache.state
    return PipelineState(
      known: .init(
        time: clock.time, filtered: filtered, refused: admission.refused, decoder: decoder.state, flows: cache.totals),
      flows: cache.flows, extensions: cache.extensions)
  }

  /// Restores the state of an earlier run. Call before anything is ingested.
  package mutating func restore(_ state: PipelineState) {
    clock.set(state.known.time)
    filtered = state.known.filtered
    admission.refused = state.known.refused
    decoder.restore(state.known.decoder)
    cache.restore(FlowCacheState(flows: state.flows, extensions: state.extensions, totals: state.known.flows))
  }

  /// Applies settings that can change while running. A new key requires a new pipeline.
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

  /// Returns the ledger up to the output.
  ///
  /// - Parameter reception: counters from before the pipeline.
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

public import FlowModel
public import NetworkBytes

/// Datagrams in, flow records out: the hot path of the wire.
///
/// Header ─▶ session ─▶ sets ─▶ the template's plan over all records of a set. Nothing is allocated per datagram or
/// record, but for the `extra` column where that is kept. One decoder belongs to one thread; decoders share what they
/// learn of exporters through an `ExporterDirectory`.
public struct FlowDecoder: ~Copyable {
  var sessions: SessionTable
  let directory: ExporterDirectory
  private(set) var options: FlowDecoderOptions
  /// The origins that records refer to by number.
  public internal(set) var origins = OriginTable()
  /// What sequence numbers say was lost so far, in all sessions' own units (see `SequenceCounters`).
  public internal(set) var lostBySequence: UInt64 = 0
  /// What exporters call their interfaces, VRFs, applications and samplers, as of `refreshNames`.
  public private(set) var names = NameTable()
  private var nameGeneration: UInt64 = 0
  var variable = VariableRecordReader()
  var recentPlans = RecentPlans()
  var budget = LearningBudget()
  /// What options data have said lately.
  var memory = OptionsMemory()
  /// The last running totals of flows, and what connections have counted.
  var totals: TotalsMemory
  /// What the records of the last set with `TotalsPlan.hasReverse` count of the other direction, one for each.
  package internal(set) var reverseCounts: [ReverseCounts] = []
  /// When templates were last looked through for those that have expired, milliseconds since 1970 UTC.
  var expiryTime: Int64 = 0

  public init(options: FlowDecoderOptions = FlowDecoderOptions(), directory: ExporterDirectory = ExporterDirectory()) {
    self.options = options
    self.directory = directory
    sessions = SessionTable(options.rules)
    totals = TotalsMemory(maximumCount: options.maximumTotals)
  }

  /// Changes how clocks, sampling and restarts are read; bounds and origins stay as they are, and whether `extra` is kept.
  public mutating func reconfigure(_ new: FlowDecoderOptions) {
    // What stays is named, so that an option that is added later changes.
    var new = new
    new.origin = options.origin
    new.keepsExtra = options.keepsExtra
    new.maximumTotals = options.maximumTotals
    new.rules.limits = sessions.rules.limits
    options = new
    sessions.reconfigure(new.rules)
  }

  /// Takes over names that were learnt since, by other decoders of the directory too.
  public mutating func refreshNames() {
    let generation = directory.nameGeneration
    if generation == nameGeneration { return }
    nameGeneration = generation
    names = directory.names
  }

  /// What was decoded and what was wrong, over all sessions.
  public var counters: DecodeCounters { sessions.counters }

  /// What is known of each session, in no order.
  public var sessionSummaries: [SessionSummary] {
    sessions.summaries { address in
      if let forced = options.forcedSamplingRates[address] { return (forced, true) }
      let rate = configuredRate(address)
      return (rate == 1 && options.samplingRates[address] == nil ? nil : rate, false)
    }
  }

  /// Decodes one datagram and appends its flow records to `batch`.
  ///
  /// - Parameters:
  ///   - message: the UDP payload.
  ///   - exporter: where it came from.
  ///   - localPort: the UDP port that it was sent to; 0: not known.
  ///   - arrival: when it came, nanoseconds since 1970 UTC.
  public mutating func decode(
    _ message: RawSpan, from exporter: Endpoint, to localPort: UInt16 = 0, arrival: UnixNanoseconds,
    into batch: inout FlowBatch
  ) {
    guard let header = sessions.readHeader(of: message) else { return }
    let place = sessions.place(of: header, from: exporter, to: localPort, arrival: arrival, directory)
    decode(message, header, &place.session, arrival: arrival, into: &batch)
    if place.session.early.isReady { decodeEarly(&place.session, limit: Self.earlyRecordsPerDatagram, into: &batch) }
    sessions.close(place, directory)
  }

  mutating func decode(
    _ message: RawSpan, _ header: MessageHeader, _ session: inout Session, arrival: UnixNanoseconds,
    into batch: inout FlowBatch
  ) {
    session.open(header, arrival: arrival, sessions.rules, directory)
    session.watchClock(limit: options.maximumClockSkew)
    session.refreshFacts(from: directory, &budget)
    let before = session.counters
    var time = timeBase(header, session, arrival: arrival)
    if time.exportMilliseconds != header.exportMilliseconds { session.counters.clockCorrected &+= 1 }
    if header.version == 5 {
      decodeV5(message, header, &session, time, into: &batch)
    } else {
      var sets = SetReader(header)
      while let set = sets.next(message, &session, sessions.rules, directory, &budget) {
        decode(message.extracting(set.content), of: header, set.template, &session, &time, into: &batch)
      }
    }
    session.close(header, since: before)
    // Less, if something that was thought lost has come late.
    lostBySequence &+= session.counters.sequence.lost &- before.sequence.lost
  }

  /// Numbers the session's origin, with its first record: messages without any must not fill the table.
  mutating func numberOrigin(of session: inout Session) {
    guard session.origin == nil else { return }
    session.noteFlows(directory)
    let key = session.key
    let origin = FlowOrigin(
      exporter: key.exporter.address, domain: key.domain, version: key.version,
      namesPort: session.namesApart ? key.exporter.port : 0)
    session.origin = origins.number(of: options.origin(origin), from: key.exporter.address)
  }

  /// How times of this message are read. Where the exporter's clock is off by more than is allowed, its times are
  /// shifted by that offset; those that are UTC by themselves only where it helps.
  func timeBase(_ header: MessageHeader, _ session: borrowing Session, arrival: UnixNanoseconds) -> TimeBase {
    let arrival = arrival / 1_000_000
    var time = TimeBase(
      exportMilliseconds: header.exportMilliseconds, arrivalMilliseconds: arrival, sysUpTime: session.sysUpTime(header))
    guard let limit = options.maximumClockSkew, let clock = session.clock else { return time }
    let correction = clock.correction(header.exportMilliseconds - arrival, limit: limit)
    if correction == 0 { return time }
    time.exportMilliseconds += correction
    time.absoluteCorrection = clock.absoluteCorrection(
      correction, header: header.exportMilliseconds, arrival: arrival)
    return time
  }

  /// The record that a set's records begin as.
  ///
  /// - Parameter namesSampler: whether these name their sampler.
  func prototype(_ session: borrowing Session, _ time: TimeBase, namesSampler: Bool = false) -> FlowRecord {
    var record = FlowRecord()
    record.origin = session.origin ?? 0
    record.samplingRate =
      session.rates.initial(namesSampler: namesSampler) ?? configuredRate(session.key.exporter.address)
    record.start = time.exportMilliseconds
    record.end = time.exportMilliseconds
    return record
  }

  private func configuredRate(_ exporter: IPAddress) -> UInt32 {
    options.samplingRates.isEmpty ? options.samplingRate : options.samplingRates[exporter] ?? options.samplingRate
  }
}

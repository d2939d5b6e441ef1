public import FlowModel
public import NetworkBytes

/// Decodes datagrams to flow records: the hot path of the wire formats.
///
/// Header ─▶ session ─▶ sets ─▶ the template's plan over all records of a set. Nothing is allocated per datagram or
/// record, except for the `extra` column where that is kept. A decoder must be used by one thread only; decoders share
/// what they learn about exporters through an `ExporterDirectory`.
public struct FlowDecoder: ~Copyable {
  var sessions: SessionTable
  let directory: ExporterDirectory
  private(set) var options: FlowDecoderOptions
  /// Origins that records refer to by number.
  public internal(set) var origins = OriginTable()
  /// Loss so far according to sequence numbers, in the sessions' own units (see `SequenceCounters`).
  public internal(set) var lostBySequence: UInt64 = 0
  /// Exporters' names of interfaces, VRFs, applications and samplers as of `refreshNames`.
  public private(set) var names = NameTable()
  private var nameGeneration: UInt64 = 0
  var variable = VariableRecordReader()
  var recentPlans = RecentPlans()
  var budget = LearningBudget()
  /// Recent statements of options data.
  var memory = OptionsMemory()
  /// Latest running totals of flows, and the counts of connections.
  var totals: TotalsMemory
  /// Reverse counts of the records of the last set with `TotalsPlan.hasReverse`, one per record.
  package internal(set) var reverseCounts: [ReverseCounts] = []
  /// Time of the last search for expired templates, milliseconds since 1970 UTC.
  var expiryTime: Int64 = 0

  public init(options: FlowDecoderOptions = FlowDecoderOptions(), directory: ExporterDirectory = ExporterDirectory()) {
    self.options = options
    self.directory = directory
    sessions = SessionTable(options.rules)
    totals = TotalsMemory(maximumCount: options.maximumTotals)
  }

  /// Changes the interpretation of clocks, sampling and restarts. Limits, origins and whether `extra` is kept do not
  /// change.
  public mutating func reconfigure(_ new: FlowDecoderOptions) {
    // Restores the options that do not change, so that options added later do.
    var new = new
    new.origin = options.origin
    new.keepsExtra = options.keepsExtra
    new.maximumTotals = options.maximumTotals
    new.rules.limits = sessions.rules.limits
    options = new
    sessions.reconfigure(new.rules)
  }

  /// Takes over names learnt since the last call, including those of the directory's other decoders.
  public mutating func refreshNames() {
    let generation = directory.nameGeneration
    if generation == nameGeneration { return }
    nameGeneration = generation
    names = directory.names
  }

  /// Counters of all sessions.
  public var counters: DecodeCounters { sessions.counters }

  /// Summary of each session, in no particular order.
  public var sessionSummaries: [SessionSummary] {
    sessions.summaries { address in
      if let forced = options.forcedSamplingRates[address] { return (forced, true) }
      let rate = configuredRate(address)
      return (rate == 1 && options.samplingRates[address] == nil ? nil : rate, false)
    }
  }

  /// Decodes a datagram and appends its flow records to `batch`.
  ///
  /// - Parameters:
  ///   - message: UDP payload.
  ///   - exporter: Source of the datagram.
  ///   - localPort: Destination port of the datagram; 0 if unknown.
  ///   - arrival: Time of arrival, nanoseconds since 1970 UTC.
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
    // Decreases if data assumed lost has arrived late.
    lostBySequence &+= session.counters.sequence.lost &- before.sequence.lost
  }

  /// Assigns a number to the session's origin with its first record: messages without records must not fill the table.
  mutating func numberOrigin(of session: inout Session) {
    guard session.origin == nil else { return }
    session.noteFlows(directory)
    let key = session.key
    let origin = FlowOrigin(
      exporter: key.exporter.address, domain: key.domain, version: key.version,
      namesPort: session.namesApart ? key.exporter.port : 0)
    session.origin = origins.number(of: options.origin(origin), from: key.exporter.address)
  }

  /// Returns how times of this message are interpreted. If the exporter's clock is off by more than the limit, its
  /// times are shifted by the difference; absolute times only if that brings them closer to the arrival.
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

  /// Returns the initial record of a set's records.
  ///
  /// - Parameter namesSampler: Whether the records name their sampler.
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

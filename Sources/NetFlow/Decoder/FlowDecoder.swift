import NetworkBytes

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
  /// The last running totals of flows, and what connections have counted.
  var totals: TotalsMemory
  /// What the records of the last set with `TotalsPlan.hasReverse` count of the other direction, one for each.
  package internal(set) var reverseCounts: [ReverseCounts] = []
  /// When templates were last looked through for those that have expired, milliseconds since 1970 UTC.
  var expiryTime: Int64 = 0

  public init(options: FlowDecoderOptions = FlowDecoderOptions(), directory: ExporterDirectory = ExporterDirectory()) {
    self.options = options
    self.directory = directory
    sessions = SessionTable(limits: options.limits)
    totals = TotalsMemory(maximumCount: options.maximumTotals)
  }

  /// Changes how clocks and sampling are read; bounds and origins stay as they are.
  public mutating func reconfigure(_ new: FlowDecoderOptions) {
    options.maximumClockSkew = new.maximumClockSkew
    options.samplingRate = new.samplingRate
    options.samplingRates = new.samplingRates
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
      let rate = configuredRate(address)
      return rate == 1 && options.samplingRates[address] == nil ? nil : rate
    }
  }

  /// Decodes one datagram and appends its flow records to `batch`.
  ///
  /// - Parameters:
  ///   - message: the UDP payload.
  ///   - exporter: where it came from.
  ///   - arrival: when it came, nanoseconds since 1970 UTC.
  public mutating func decode(
    _ message: RawSpan, from exporter: Endpoint, arrival: Int64, into batch: inout FlowBatch
  ) {
    guard let header = sessions.readHeader(of: message) else { return }
    let place = sessions.place(of: header, from: exporter, directory)
    decode(message, header, &place.session, arrival: arrival, into: &batch)
    if place.session.early.isReady { decodeEarly(&place.session, at: arrival, into: &batch) }
    sessions.close(place, directory)
  }

  private mutating func decode(
    _ message: RawSpan, _ header: MessageHeader, _ session: inout Session, arrival: Int64, into batch: inout FlowBatch
  ) {
    session.open(header, arrival: arrival)
    let before = session.counters
    var time = timeBase(header, session, arrival: arrival)
    if time.correction != 0 { session.counters.clockCorrected &+= 1 }
    if header.version == 5 {
      decodeV5(message, header, &session, time, into: &batch)
    } else {
      var sets = SetReader(header)
      while let set = sets.next(message, &session, sessions.limits, directory) {
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
    let key = session.key
    let origin = FlowOrigin(exporter: key.exporter.address, domain: key.domain, version: key.version)
    session.origin = origins.number(of: options.origin(origin), from: key.exporter.address)
  }

  /// How times of this message are read. Where the exporter's clock is off by more than is allowed, its times are
  /// shifted by that offset.
  func timeBase(_ header: MessageHeader, _ session: borrowing Session, arrival: Int64) -> TimeBase {
    let skew = header.exportMilliseconds - arrival / 1_000_000
    var correction: Int64 = 0
    if let allowed = options.maximumClockSkew, abs(skew) > allowed {
      correction = -skew
    }
    return TimeBase(
      exportMilliseconds: header.exportMilliseconds + correction, correction: correction,
      sysUpTime: session.sysUpTime(header))
  }

  /// The record that all of a message's records begin as.
  func prototype(_ session: borrowing Session, _ time: TimeBase) -> FlowRecord {
    var record = FlowRecord()
    record.origin = session.origin ?? 0
    record.samplingRate = session.rates.domain ?? configuredRate(session.key.exporter.address)
    record.start = time.exportMilliseconds
    record.end = time.exportMilliseconds
    return record
  }

  private func configuredRate(_ exporter: IPAddress) -> UInt32 {
    options.samplingRates.isEmpty ? options.samplingRate : options.samplingRates[exporter] ?? options.samplingRate
  }

  /// Decodes one data set: of flows into the batch, of options into what is known of the exporter.
  mutating func decode(
    _ set: RawSpan, of header: MessageHeader, _ template: Template, _ session: inout Session, _ time: inout TimeBase,
    into batch: inout FlowBatch
  ) {
    switch template.kind {
    case .flow:
      session.refreshRates(from: directory)
      decodeFlows(set, template, &session, &time, into: &batch)
    case .options:
      learn(set, template, &session)
      // What was learnt holds for what follows in this message.
      time.sysUpTime = session.sysUpTime(header)
    }
  }

  private mutating func decodeFlows(
    _ set: RawSpan, _ template: Template, _ session: inout Session, _ time: inout TimeBase, into batch: inout FlowBatch
  ) {
    let first = batch.count
    numberOrigin(of: &session)
    if let step = template.plan.systemInitStep, session.key.version == 10 {
      learnSystemInit(set, template, step, &session, &time)
    }
    let prototype = prototype(session, time)
    if template.isFixedLength {
      guard let view = RecordsView(set, recordLength: template.minimumLength) else { return }
      batch.records.append(addingCapacity: view.count) { records in
        // Each is made anew, of words: a copy of a whole record would call memmove.
        for _ in 0..<view.count { records.append(FlowRecord(like: prototype)) }
      }
      template.plan.run(over: view, into: &batch.records, from: first, time: time, rates: session.rates)
    } else {
      decodeVariable(set, template, prototype, &session, time, into: &batch)
    }
    finish(set, template, &session, from: first, into: &batch)
    session.counters.flowRecords &+= UInt64(batch.count - first)
  }

  /// Takes the exporter's start from a set's first record, for all of them.
  private mutating func learnSystemInit(
    _ set: RawSpan, _ template: Template, _ step: FlowPlan.Step, _ session: inout Session, _ time: inout TimeBase
  ) {
    var ignored = DecodeCounters()
    variable.begin()
    guard let record = variable.next(set, template, &ignored), variable.layout.lengths[step.index] == 8 else { return }
    session.systemInit = Int64(truncatingIfNeeded: set.be64(record.lowerBound + variable.layout.offsets[step.index]))
    time.sysUpTime = session.upTime(at: time.exportMilliseconds &- time.correction)
  }

  /// Decodes records of varying length: each is measured, then the steps run over it alone.
  private mutating func decodeVariable(
    _ set: RawSpan, _ template: Template, _ prototype: FlowRecord, _ session: inout Session, _ time: TimeBase,
    into batch: inout FlowBatch
  ) {
    let steps = template.plan.steps
    variable.begin()
    while let place = variable.next(set, template, &session.counters) {
      guard let view = RecordsView(set.extracting(place), recordLength: place.count) else { return }
      let index = batch.count
      batch.records.append(prototype)
      var records = batch.records.mutableSpan
      for step in steps {
        let width = variable.layout.lengths[step.index]
        guard step.field.accepts(width: width) else { continue }
        FlowPlan.run(
          step.field, view, at: variable.layout.offsets[step.index], width: width, into: &records, from: index,
          time: time, rates: session.rates)
      }
    }
  }

  /// What takes more than one field, or is seldom needed: each loop runs only for templates that ask for it.
  private mutating func finish(
    _ set: RawSpan, _ template: Template, _ session: inout Session, from first: Int, into batch: inout FlowBatch
  ) {
    if template.plan.takesICMPFromPort {
      var records = batch.records.mutableSpan
      for index in first..<records.count { records[index].takeICMPFromPort() }
    }
    if !session.rates.byInterface.isEmpty, !template.plan.tellsSampling {
      for index in first..<batch.count {
        guard let rate = session.rates.byInterface(of: batch.records[index]) else { continue }
        batch.records[index].samplingRate = rate
      }
    }
    if template.plan.hasRare || (options.keepsExtra && !template.plan.unmapped.isEmpty) {
      decodeRare(set, template, &session, from: first, into: &batch)
    }
    if let totals = template.plan.totals {
      settleTotals(set, template, totals, session.key, from: first, into: &batch)
    }
  }
}

extension FlowRecord {
  /// A record that says of itself what `prototype` does: whose it is, the sampling rate, and when it was exported.
  @inline(__always)
  fileprivate init(like prototype: borrowing FlowRecord) {
    self.init()
    originWord = prototype.originWord
    start = prototype.start
    end = prototype.end
  }
}

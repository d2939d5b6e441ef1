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
  private var variable = VariableRecordReader()

  public init(options: FlowDecoderOptions = FlowDecoderOptions(), directory: ExporterDirectory = ExporterDirectory()) {
    self.options = options
    self.directory = directory
    sessions = SessionTable(limits: options.limits)
  }

  /// Changes how clocks and sampling are read; bounds and origins stay as they are.
  public mutating func reconfigure(_ new: FlowDecoderOptions) {
    options.maximumClockSkew = new.maximumClockSkew
    options.samplingRate = new.samplingRate
    options.samplingRates = new.samplingRates
  }

  /// What was decoded and what was wrong, over all sessions.
  public var counters: DecodeCounters { sessions.counters }

  /// The same by session, in no order.
  public var countersBySession: [(key: SessionKey, counters: DecodeCounters)] { sessions.countersBySession }

  /// Decodes one datagram and appends its flow records to `batch`.
  ///
  /// - Parameters:
  ///   - message: the UDP payload.
  ///   - exporter: where it came from.
  ///   - arrival: when it came, nanoseconds since 1970 UTC.
  public mutating func decode(
    _ message: RawSpan, from exporter: Endpoint, arrival: Int64, into batch: inout FlowBatch
  ) {
    guard let (header, session) = sessions.open(message, from: exporter, arrival: arrival, directory: directory) else {
      return
    }
    numberOrigin(of: session)
    var time = timeBase(header, session, arrival: arrival)
    if header.version == 5 {
      let count = decodeV5(message, header, session, time, into: &batch)
      session.close(header, units: count)
      return
    }
    session.refreshRates(from: directory)
    var sets = SetReader(header)
    var dataRecords = 0
    while let set = sets.next(message, session: session, table: sessions, directory: directory, borrowing: true) {
      let content = message.extracting(set.content)
      switch set.template.kind {
      case .flow:
        dataRecords += decode(content, set.template, session, time, into: &batch)
      case .options:
        dataRecords += learn(content, set.template, session)
        // What was learnt holds for what follows in this message.
        session.refreshRates(from: directory)
        time.sysUpTime = session.sysUpTime(header)
      }
    }
    session.close(header, units: header.version == 9 ? 1 : sets.sawUnknownTemplate ? nil : dataRecords)
  }

  private mutating func numberOrigin(of session: Session) {
    guard session.origin == nil else { return }
    let key = session.key
    let origin = FlowOrigin(exporter: key.exporter.address, domain: key.domain, version: key.version)
    session.origin = origins.number(of: options.origin(origin))
  }

  /// How times of this message are read. Where the exporter's clock is off by more than is allowed, its times are
  /// shifted by that offset.
  private func timeBase(_ header: MessageHeader, _ session: Session, arrival: Int64) -> TimeBase {
    let skew = header.exportMilliseconds - arrival / 1_000_000
    var correction: Int64 = 0
    if let allowed = options.maximumClockSkew, abs(skew) > allowed {
      correction = -skew
      session.counters.clockCorrected &+= 1
    }
    return TimeBase(
      exportMilliseconds: header.exportMilliseconds + correction, correction: correction,
      sysUpTime: session.sysUpTime(header))
  }

  /// The record that all of a message's records begin as.
  func prototype(_ session: Session, _ time: TimeBase) -> FlowRecord {
    var record = FlowRecord()
    record.origin = session.origin ?? 0
    record.samplingRate =
      session.rates.domain ?? options.samplingRates[session.key.exporter.address] ?? options.samplingRate
    record.start = time.exportMilliseconds
    record.end = time.exportMilliseconds
    return record
  }

  /// Decodes the records of one data set.
  ///
  /// - Returns: how many.
  private mutating func decode(
    _ set: RawSpan, _ template: Template, _ session: Session, _ time: TimeBase, into batch: inout FlowBatch
  ) -> Int {
    let first = batch.count
    var time = time
    if let step = template.plan.systemInitStep, set.byteCount >= template.minimumLength {
      session.systemInit = Int64(truncatingIfNeeded: set.be64(step.offset))
      time.sysUpTime = session.upTime(at: time.exportMilliseconds - time.correction)
    }
    let prototype = prototype(session, time)
    if template.isFixedLength {
      guard let view = RecordsView(set, recordLength: template.minimumLength) else { return 0 }
      batch.records.append(addingCapacity: view.count) { $0.append(repeating: prototype, count: view.count) }
      template.plan.run(over: view, into: &batch.records, from: first, time: time, rates: session.rates)
    } else {
      decodeVariable(set, template, prototype, session, time, into: &batch)
    }
    finish(set, template, session, from: first, into: &batch)
    let count = batch.count - first
    session.counters.flowRecords &+= UInt64(count)
    return count
  }

  /// Decodes records of varying length: each is measured, then the steps run over it alone.
  private mutating func decodeVariable(
    _ set: RawSpan, _ template: Template, _ prototype: FlowRecord, _ session: Session, _ time: TimeBase,
    into batch: inout FlowBatch
  ) {
    variable.begin()
    while let place = variable.next(set, template, &session.counters) {
      guard let view = RecordsView(set.extracting(place), recordLength: place.count) else { return }
      let index = batch.count
      batch.records.append(prototype)
      var records = batch.records.mutableSpan
      for step in template.plan.steps {
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
    _ set: RawSpan, _ template: Template, _ session: Session, from first: Int, into batch: inout FlowBatch
  ) {
    let plan = template.plan
    if plan.takesICMPFromPort {
      for index in first..<batch.count { batch.records[index].takeICMPFromPort() }
    }
    if !session.rates.byInterface.isEmpty {
      for index in first..<batch.count { applyInterfaceRate(&batch.records[index], session, plan) }
    }
    if !plan.rareSteps.isEmpty || plan.exporterStep != nil || (options.keepsExtra && !plan.unmapped.isEmpty) {
      decodeRare(set, template, session, from: first, into: &batch)
    }
  }

  /// The rate of the ingress interface, unless the record told its own.
  private func applyInterfaceRate(_ record: inout FlowRecord, _ session: Session, _ plan: FlowPlan) {
    guard !plan.tellsSampling, let rate = session.rates.byInterface[record.ingressInterface] else { return }
    record.samplingRate = rate
  }
}

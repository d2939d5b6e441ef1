import FlowModel
import NetworkBytes

extension FlowDecoder {
  /// Decodes a data set: flows into the batch, options into the state of the exporter.
  mutating func decode(
    _ set: RawSpan, of header: MessageHeader, _ template: Template, _ session: inout Session, _ time: inout TimeBase,
    into batch: inout FlowBatch
  ) {
    switch template.kind {
    case .flow: decodeFlows(set, of: header, template, &session, &time, into: &batch)
    case .options:
      learn(set, template, &session)
      // What was learnt holds for what follows in this message.
      session.refreshFacts(from: directory, &budget)
      time.sysUpTime = session.sysUpTime(header)
    }
  }

  private mutating func decodeFlows(
    _ set: RawSpan, of header: MessageHeader, _ template: Template, _ session: inout Session, _ time: inout TimeBase,
    into batch: inout FlowBatch
  ) {
    let first = batch.count
    // Of a plan nothing but what is needed is taken: a copy of it would retain all of its arrays.
    let plans = recentPlans.plans(of: template)
    numberOrigin(of: &session)
    if let step = plans.flow.systemInitStep, session.key.version == 10 {
      learnSystemInit(set, template, step, &session)
      time.sysUpTime = session.sysUpTime(header)
    }
    let prototype = prototype(session, time, namesSampler: plans.flow.namesSampler)
    if template.isFixedLength {
      decodeFixed(set, template, plans, prototype, &session, time, into: &batch)
    } else {
      decodeVariable(set, template, plans, prototype, &session, time, into: &batch)
    }
    session.counters.flowRecords &+= UInt64(batch.count - first)
    finish(set, template, plans, &session, time, from: first, into: &batch)
  }

  /// Takes the exporter's start for all records of a set from the first one.
  private mutating func learnSystemInit(
    _ set: RawSpan, _ template: Template, _ step: FlowPlan.Step, _ session: inout Session
  ) {
    var ignored = DecodeCounters()
    variable.begin(set)
    guard let record = variable.next(set, template, &ignored), variable.layout.lengths[step.index] == 8 else { return }
    session.learnSystemInit(set.be64(record.lowerBound + variable.layout.offsets[step.index]), directory)
  }

  /// Decodes records of fixed length, one field at a time over all records.
  private mutating func decodeFixed(
    _ set: RawSpan, _ template: Template, _ plans: Template.Plans, _ prototype: FlowRecord, _ session: inout Session,
    _ time: TimeBase, into batch: inout FlowBatch
  ) {
    let octets = template.octetsOfRecords(in: set, &session.counters)
    guard octets > 0, let view = RecordsView(set.extracting(first: octets), recordLength: template.minimumLength) else {
      return
    }
    let base = batch.count
    batch.records.append(addingCapacity: view.count) { records in
      // Each is initialized word by word: copying a whole record would call memmove.
      for _ in 0..<view.count { records.append(FlowRecord(like: prototype)) }
    }
    var records = batch.records.mutableSpan
    // Not chosen first: that would retain it, and an atomic operation waits for all the stores above.
    if takesOutForReverse(session) {
      FlowPlan.run(plans.flow.stepsWithoutOut, over: view, into: &records, from: base, rates: session.rates.rates)
    } else {
      FlowPlan.run(plans.flow.steps, over: view, into: &records, from: base, rates: session.rates.rates)
    }
    let corrections = plans.flow.times.run(over: view, into: &records, from: base, time: time)
    session.counters.add(corrections)
  }

  /// Decodes records of variable length: measures each, then runs the steps on it alone.
  private mutating func decodeVariable(
    _ set: RawSpan, _ template: Template, _ plans: Template.Plans, _ prototype: FlowRecord, _ session: inout Session,
    _ time: TimeBase, into batch: inout FlowBatch
  ) {
    let (steps, times) = (steps(of: plans, session), plans.flow.times)
    var corrections = TimeCorrections()
    variable.beginWithoutPadding(set)
    while let place = variable.next(set, template, &session.counters) {
      let bytes = set.extracting(place)
      guard let view = RecordsView(bytes, recordLength: place.count) else { return }
      let index = batch.count
      batch.records.append(prototype)
      var records = batch.records.mutableSpan
      for var step in steps {
        step.width = variable.layout.lengths[step.index]
        step.offset = variable.layout.offsets[step.index]
        guard step.field.accepts(width: step.width) else { continue }
        FlowPlan.run(step, view, into: &records, from: index, rates: session.rates.rates)
      }
      times.run(over: bytes, variable.layout, into: &records[index], time: time, &corrections)
    }
    session.counters.add(corrections)
  }

  private func steps(of plans: Template.Plans, _ session: borrowing Session) -> [FlowPlan.Step] {
    takesOutForReverse(session) ? plans.flow.stepsWithoutOut : plans.flow.steps
  }

  /// Derives values from several or rarely used fields; each loop runs only for templates that need it.
  private mutating func finish(
    _ set: RawSpan, _ template: Template, _ plans: Template.Plans, _ session: inout Session, _ time: TimeBase,
    from first: Int, into batch: inout FlowBatch
  ) {
    if plans.flow.takesICMPFromPort {
      var records = batch.records.mutableSpan
      for index in first..<records.count {
        records[index].takeICMPFromPort(isTold: plans.flow.tellsICMP, tellsEchoReplies: plans.flow.tellsEchoReplies)
      }
    }
    if !session.rates.rates.byInterface.isEmpty, !plans.flow.tellsSampling {
      for index in first..<batch.count {
        guard let rate = session.rates.rates.byInterface(of: batch.records[index]) else { continue }
        batch.records[index].samplingRate = rate
      }
    }
    if plans.flow.hasRare || (options.keepsExtra && !plans.flow.unmapped.isEmpty) {
      decodeRare(set, template, plans.flow, &session, from: first, into: &batch)
    }
    if plans.flow.hasFurtherPlans { runFurtherPlans(set, template, plans, &session, time, from: first, into: &batch) }
    forceRate(of: session, from: first, into: &batch)
  }

  private mutating func runFurtherPlans(
    _ set: RawSpan, _ template: Template, _ plans: Template.Plans, _ session: inout Session, _ time: TimeBase,
    from first: Int, into batch: inout FlowBatch
  ) {
    if let sections = plans.flow.sections { readSections(set, template, sections, from: first, into: &batch) }
    if let totals = plans.flow.totals {
      settleTotals(set, template, totals, session.key, from: first, into: &batch)
    }
    if let reverse = plans.flow.reverse {
      appendReverse(set, template, reverse, totals: plans.flow.totals, &session, time, from: first, into: &batch)
    }
  }

  /// Sets the sampling rate that the settings force on the records' exporter.
  func forceRate(of session: borrowing Session, from first: Int, into batch: inout FlowBatch) {
    if options.forcedSamplingRates.isEmpty { return }
    guard let rate = options.forcedSamplingRates[session.key.exporter.address] else { return }
    for index in first..<batch.count { batch.records[index].samplingRate = rate }
  }
}

extension Template {
  /// Returns the octets of a set that are records of fixed length; trailing records of zeros are padding.
  fileprivate func octetsOfRecords(in set: RawSpan, _ counters: inout DecodeCounters) -> Int {
    let whole = set.byteCount / minimumLength
    let octets = set.countWithoutTrailingZeros()
    // A set has at least one record (RFC 7011 §3.4.3).
    let records = min(whole, max(1, (octets + minimumLength - 1) / minimumLength))
    if octets > whole * minimumLength { counters.countLeftover(set, from: whole * minimumLength) }
    if records < whole { counters[.paddingRecord] &+= UInt64(whole - records) }
    return records * minimumLength
  }
}

extension DecodeCounters {
  mutating func add(_ corrections: TimeCorrections) {
    if corrections.reversed > 0 { self[.endBeforeStart] &+= corrections.reversed }
    if corrections.implausible > 0 { self[.implausibleTime] &+= corrections.implausible }
  }
}

extension FlowRecord {
  /// Creates a record with `prototype`'s origin, sampling rate and export time.
  @inline(__always)
  fileprivate init(like prototype: borrowing FlowRecord) {
    self.init()
    originWord = prototype.originWord
    start = prototype.start
    end = prototype.end
  }
}

import FlowModel
import NetworkBytes

extension FlowDecoder {
  /// Learns sampling rates, names and the exporter's start from the records of an options data set.
  mutating func learn(_ set: RawSpan, _ template: Template, _ session: inout Session) {
    let plan = template.plans.options
    if !plan.isEmpty, !budget.spend(0, of: .optionsRecords, &session) {
      return session.counters.count(.optionsOverBudget)
    }
    memory.prepare()
    var state = memory.mix(session.identity, session.learnt)
    var count = 0
    variable.beginWithoutPadding(set)
    while let place = variable.next(set, template, &session.counters) {
      count += 1
      if plan.isEmpty { continue }
      let record = set.extracting(place)
      let mark = memory.mark(of: record, in: state)
      if memory.holds(mark) { continue }
      switch learn(record, template, plan, &session) {
      case .nothing: memory.note(mark)
      case .something:
        // The same records may have a different meaning now.
        session.learnt &+= 1
        state = memory.mix(session.identity, session.learnt)
      case .overBudget:
        session.counters.count(.optionsOverBudget)
        session.counters.optionsRecords &+= UInt64(count)
        return
      }
    }
    session.counters.optionsRecords &+= UInt64(count)
    if !plan.isEmpty { _ = budget.spend(count, of: .optionsRecords, &session) }
  }

  /// Result of a record; of several results the last of these.
  private enum Learnt: Comparable {
    case nothing, something, overBudget
  }

  /// Learns from a record whose layout has been measured.
  private mutating func learn(
    _ record: RawSpan, _ template: Template, _ plan: OptionsPlan, _ session: inout Session
  ) -> Learnt {
    var facts = OptionsFacts()
    for step in plan.steps {
      let start = variable.layout.offsets[step.index]
      facts.note(step.use, record, start..<(start + variable.layout.lengths[step.index]))
    }
    var learnt = plan.reportsElements ? learnElement(record, template, &session) : .nothing
    if let rate = facts.samplingRate {
      let (code, number) = facts.scope.code
      let mark = memory.mark(of: code, number, says: UInt64(rate), in: session.identity)
      learnt = max(learnt, tell(mark, &session) { .rate(rate, facts.scope) })
    }
    for kind in ExporterNames.Kind.allCases {
      guard let number = facts.number(of: kind), let texts = facts.texts(of: kind) else { continue }
      let hash = memory.hash(record.extracting(texts.name), memory.hash(record.extracting(texts.description), 0))
      let mark = memory.mark(of: UInt64(kind.rawValue) + 16, number, says: hash, in: session.identity)
      learnt = max(learnt, tell(mark, &session) { texts.best(in: record).map { .name($0, kind, number) } })
    }
    if let start = facts.systemInit { session.learnSystemInit(start, directory) }
    return learnt
  }

  /// Passes a record's statement to the directory unless it equals the session's last one.
  private mutating func tell(
    _ mark: OptionsMemory.Mark, _ session: inout Session, _ statement: () -> Statement?
  ) -> Learnt {
    if memory.holds(mark) { return .nothing }
    guard budget.spend(0, of: .statements, &session) else { return .overBudget }
    guard let statement = statement() else {
      memory.note(mark)
      return .nothing
    }
    // If there is no room now, there may be later.
    guard let outcome = directory.tell(statement, of: session.key, session.trail, at: session.lastSeen) else {
      return .something
    }
    memory.note(mark)
    if outcome == .known { return .nothing }
    _ = budget.spend(1, of: .statements, &session)
    if outcome == .contradiction { session.counters.count(.contradiction) }
    return .something
  }

  /// Learns name and type of an enterprise-specific element from an options record.
  private mutating func learnElement(_ record: RawSpan, _ template: Template, _ session: inout Session) -> Learnt {
    guard budget.spend(1, of: .statements, &session) else { return .overBudget }
    var offset = 0
    var reader = FieldReader(directory: nil, elements: ElementNames())
    guard let fields = reader.record(template, in: record, at: &offset, &session), let report = ElementReport(fields)
    else { return .nothing }
    return session.learn(report) ? .something : .nothing
  }
}

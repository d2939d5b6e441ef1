import NetworkBytes

extension Session {
  /// Holds a data set until its template arrives, within the budget.
  mutating func holdEarly(
    _ id: UInt16, _ content: RawSpan, of header: MessageHeader, _ rules: SessionRules, _ directory: ExporterDirectory?,
    _ budget: inout LearningBudget
  ) {
    counters.count(.unknownTemplate)
    // Over TCP, a template precedes its data (RFC 7011 §8).
    if key.transport == .tcp || !budget.spend(1, of: .earlySets, &self) {
      counters.earlyGivenUp &+= 1
      return
    }
    early.hold(EarlySet(id: id, header: header, arrival: lastSeen, content: content.copied()))
    giveUpEarly(beyond: rules.limits.earlyOctetsPerSession, rules, directory)
  }

  /// Processes early data whose template has been sent in another session, and those that have waited too long.
  mutating func serveEarly(at now: Int64, _ rules: SessionRules, _ directory: ExporterDirectory?) {
    if early.isEmpty { return }
    if early.isWaiting, isYoung(at: now) { continueOther(rules, directory) }
    giveUp(early.takeOverdue(before: now &- rules.limits.earlyTimeout &* 1_000_000), rules, directory)
    boundReady(rules)
  }

  /// Returns when early data must be processed next, nanoseconds since 1970 UTC: when the oldest have waited too long,
  /// and within the first ten seconds of a session at increasing intervals; nil if none wait for their template.
  func nextLook(after now: Int64, _ rules: SessionRules) -> Int64? {
    guard let oldest = early.waitingSince else { return nil }
    let (end, isBeyond) = oldest.addingReportingOverflow(rules.limits.earlyTimeout &* 1_000_000 &+ 1)
    guard let first, isYoung(at: now) else { return isBeyond ? .max : end }
    return min(isBeyond ? .max : end, now &+ max(now &- first.arrival, 1_000_000_000))
  }

  /// Returns whether evidence that another session is continued may still arrive through another worker.
  private func isYoung(at now: Int64) -> Bool { first.map { now &- $0.arrival < 10_000_000_000 } ?? false }

  /// Returns the next data set whose template has arrived.
  mutating func takeEarly(_ rules: SessionRules) -> EarlyData.Ready? {
    boundReady(rules)
    guard let next = early.takeReady() else { return nil }
    counters.earlyDecoded &+= 1
    return next
  }

  private mutating func boundReady(_ rules: SessionRules) {
    counters.earlyGivenUp &+= UInt64(early.giveUpReady(records: rules.limits.earlyRecordsPerSession))
  }

  /// Discards the longest waiting data sets until at most `limit` octets are held.
  mutating func giveUpEarly(beyond limit: Int, _ rules: SessionRules, _ directory: ExporterDirectory?) {
    giveUp(early.takeExcess(beyond: limit), rules, directory)
    boundReady(rules)
    counters.earlyGivenUp &+= UInt64(early.giveUpReady(octets: limit))
  }

  /// Discards all waiting data sets because no more data will arrive.
  mutating func endEarly(_ rules: SessionRules, _ directory: ExporterDirectory?) {
    resolveSuspect()
    giveUp(early.takeExcess(beyond: -1), rules, directory)
    boundReady(rules)
  }

  /// Drops everything held, even what could be decoded.
  mutating func dropEarly() {
    let dropped = early.count
    early = EarlyData()
    counters.earlyGivenUp &+= UInt64(dropped)
  }

  /// Discards data whose template has not arrived, unless the exporter's other sessions agree on one that fits exactly.
  private mutating func giveUp(_ sets: [EarlySet], _ rules: SessionRules, _ directory: ExporterDirectory?) {
    if sets.isEmpty { return }
    let isShared = rules.sharesTemplates && directory?.hasTemplates(beside: key) == true
    if templates.ids.isEmpty, !isShared {
      counters.earlyGivenUp &+= UInt64(sets.count)
      return
    }
    var known: [UInt16: Template?] = [:]
    // By index: copies of sets would cost reference counting.
    for index in sets.indices {
      let id = sets[index].id
      let template: Template?
      if let found = known[id] {
        template = found
      } else {
        template = templateOfLastResort(id, rules, directory)
        known[id] = .some(template)
      }
      if let template {
        take(sets[index], with: template, directory)
      } else {
        counters.earlyGivenUp &+= 1
      }
    }
  }

  /// Queues a set for decoding with a template that fits exactly, or discards it.
  private mutating func take(_ set: EarlySet, with template: Template, _ directory: ExporterDirectory?) {
    guard template.fits(set.content.rawSpan) else {
      counters.earlyGivenUp &+= 1
      return
    }
    if templates[set.id] == nil, let directory { remember(template, directory) }
    early.hold(set, ready: template)
  }

  private func templateOfLastResort(
    _ id: UInt16, _ rules: SessionRules, _ directory: ExporterDirectory?
  ) -> Template? {
    if let template = templates[id] { return template }
    return rules.sharesTemplates ? directory?.agreedTemplate(id, for: key, boot: boot?.byHeader) : nil
  }

  /// Later data need not wait again.
  mutating func remember(_ template: Template, _ directory: ExporterDirectory) {
    if agreed[template.id] != nil { return }
    counters.count(.templateAgreed)
    if agreed.isEmpty { agreedGeneration = directory.templateGeneration(place) }
    if agreed.count < 256 { agreed[template.id] = template }
  }
}

public import FlowModel
import NetworkBytes
import Synchronization

// Statements of options data. Each change takes the lock; the decoder calls only with news (see `OptionsMemory`).

extension ExporterDirectory {
  /// Records a statement of a session.
  ///
  /// - Parameter arrival: Nanoseconds since 1970 UTC.
  /// - Returns: Its effect; nil if there is no room.
  func tell(
    _ statement: Statement, of session: SessionKey, _ trail: SessionTrail?, at arrival: Int64
  ) -> Announcement.Outcome? {
    let result: (outcome: Announcement.Outcome, isApart: Bool)? = state.withLock { state in
      let hasRoom = (statement.isName ? state.nameCount : state.rateCount) < maximumCount
      guard hasRoom || state.says(statement.subject, session) else { return nil }
      return state.change(session) {
        ($0.tell(statement, by: session.exporter.port, trail, at: arrival), !$0.apart.isEmpty)
      }
    }
    guard let result, result.outcome != .known else { return result?.outcome }
    // A contradicting name changes which names apply to which flows.
    if !statement.isName || result.isApart { announcementsChanged(of: session.exporter.address) }
    if statement.isName { namesChanged() }
    return result.outcome
  }

  /// Records that a session no longer reports its exporter's start.
  func retractStart(of session: SessionKey, at arrival: Int64) {
    state.withLock { state in
      guard state.announcements[session.exporter.address]?[session.domain] != nil else { return }
      state.change(session) { $0.retract(.start, by: session.exporter.port, at: arrival) }
    }
    announcementsChanged(of: session.exporter.address)
  }

  /// Records that a session sends flows: sampling statements of its domain primarily apply to these.
  func noteFlows(of session: SessionKey) {
    let isNew = state.withLock { state in
      state.change(session) { announcement in
        announcement.flowSessions += 1
        return announcement.flowSessions == 1
      }
    }
    if isNew { announcementsChanged(of: session.exporter.address) }
  }

  /// Allows later statements of a session to replace those heard by an earlier run.
  func follow(_ trail: SessionTrail) {
    let key = trail.key
    state.withLock { $0.announcements[key.exporter.address]?[key.domain]?.follow(trail) }
  }

  /// Removes the statements of a session that is removed.
  func withdraw(_ session: Session) {
    if let trail = session.trail { withdraw(session.templates.ids, of: trail) }
    let key = session.key
    let isKnown = state.withLock { state in
      guard state.announcements[key.exporter.address]?[key.domain] != nil else { return false }
      let isNeeded = state.change(key) { announcement in
        if session.sendsFlows { announcement.flowSessions -= 1 }
        announcement.forget(key.exporter.port)
        return announcement.isNeeded
      }
      if isNeeded { return true }
      state.announcements[key.exporter.address]?[key.domain] = nil
      if state.announcements[key.exporter.address]?.isEmpty == true { state.announcements[key.exporter.address] = nil }
      return true
    }
    guard isKnown else { return }
    announcementsChanged(of: key.exporter.address)
    namesChanged()
  }

  /// All current names.
  public var names: NameTable {
    state.withLock { state in
      var apart: [(address: IPAddress, domain: UInt32, port: UInt16, names: ExporterNames)] = []
      for (address, domains) in state.announcements {
        for (domain, announcement) in domains where !announcement.apart.isEmpty {
          for port in announcement.apart {
            if let said = announcement.said(by: port) { apart.append((address, domain, port, said.names)) }
          }
        }
      }
      return NameTable(
        state.announcements.lazy.flatMap { address, domains in
          domains.lazy.map { (address, $0.key, $0.value.view.names) }
        }, apart: apart)
    }
  }

  /// Returns the sampling rates that apply to a session, and its exporter's start if other sessions know it: from its
  /// own domain, otherwise from the exporter's domain 0, otherwise what all its domains agree on. Statements of its own
  /// port take precedence over those of others (see `Announcement`).
  ///
  /// - Parameters:
  ///   - since: when the session began, nanoseconds since 1970 UTC.
  ///   - mayCompare: asked where several domains have to be compared.
  /// - Returns: these, whether its flows have names of their own, and how much was compared to find out; nil: it may not be.
  func facts(
    for session: SessionKey, since: Int64, _ mayCompare: () -> Bool
  ) -> (rates: KnownRates, systemInit: Int64?, isApart: Bool, comparisons: Int)? {
    state.withLock { state in
      guard let domains = state.announcements[session.exporter.address] else { return (KnownRates(), nil, false, 0) }
      var comparisons = domains.count > 1 ? domains.count : 0
      if comparisons > 0, !mayCompare() { return nil }
      let port = session.exporter.port
      let (announced, first) = (domains[session.domain], domains[0])
      let own = announced?.facts(for: port, since: since)
      // A port with own statements on sampling adopts none of other ports.
      let isOwn = (announced?.said(by: port)?.rates.count ?? 0) > 0
      func rates(_ domain: Announcement, _ facts: ToldFacts) -> SamplingRates {
        isOwn ? domain.said(by: port)?.rates ?? SamplingRates() : facts.rates
      }
      let zero = first?.facts(for: port, since: since)
      var others = SamplingRates()
      if session.domain != 0, let first, let zero { others = rates(first, zero) }
      var start = own?.systemInit ?? zero?.systemInit
      if domains.count <= Self.maximumDomains {
        let strangers = domains.filter { $0.key != session.domain && $0.key != 0 }.map { _, domain in
          comparisons += domain.contested.count
          var facts = domain.facts(for: port, since: since)
          facts.rates = rates(domain, facts)
          return (facts: facts, sendsFlows: domain.flowSessions > 0)
        }
        others.complete(from: Announcement.agreedRates(strangers, &comparisons))
        start = start ?? Announcement.agreedStart(strangers)
      }
      return (
        KnownRates(own: own?.rates ?? SamplingRates(), others: others), start, announced?.apart.contains(port) == true,
        comparisons
      )
    }
  }
}

extension ExporterDirectory.State {
  /// Returns whether a session's domain already has a statement on a subject, so that no more memory is needed.
  fileprivate func says(_ subject: Statement.Subject, _ session: SessionKey) -> Bool {
    announcements[session.exporter.address]?[session.domain]?.said(by: session.exporter.port)?[subject] != nil
  }

  /// Changes the state of a session's domain and updates the counts.
  @discardableResult
  mutating func change<Result>(_ session: SessionKey, _ body: (inout Announcement) -> Result) -> Result {
    // In place: an announcement may have thousands of names.
    let (result, growth) = Self.change(
      &announcements[session.exporter.address, default: [:]][session.domain, default: Announcement()], body)
    rateCount += growth.rates
    nameCount += growth.names
    return result
  }

  private static func change<Result>(
    _ announcement: inout Announcement, _ body: (inout Announcement) -> Result
  ) -> (Result, growth: (rates: Int, names: Int)) {
    let before = announcement.counts
    let result = body(&announcement)
    let after = announcement.counts
    return (result, (after.rates - before.rates, after.names - before.names))
  }
}

public import FlowModel
import NetworkBytes
import Synchronization

/// What the workers of one collector tell each other of exporters: templates by session, sampling rates, start times and
/// names.
///
/// One device may send from several ports, and the kernel spreads these over the workers. Sessions look here only when
/// they begin, when they lack a template, or when a generation count says that something is new; so no lock is taken per
/// datagram.
public final class ExporterDirectory: Sendable {
  /// Sessions that may have to do with one another.
  private struct StreamKey: Hashable {
    var address: IPAddress
    var version: UInt16
    var domain: UInt32

    init(_ session: SessionKey) {
      address = session.exporter.address
      version = session.version
      domain = session.domain
    }
  }

  /// The templates of one session.
  private struct Holding {
    var trail: SessionTrail
    var templates: [UInt16: Template] = [:]
    /// When it was last heard before another session went on where it stopped.
    var continued: Int64?
  }

  private struct State {
    var holdings: [StreamKey: [Holding]] = [:]
    var templateCount = 0
    var announcements: [IPAddress: [UInt32: Announcement]] = [:]
    var rateCount = 0
    var nameCount = 0
  }

  private let state = Mutex(State())
  private let templateGenerations = Atomic<UInt64>(1)
  private let announcementGenerations = Atomic<UInt64>(1)
  private let nameGenerations = Atomic<UInt64>(1)
  private let maximumCount: Int

  /// Sessions of one exporter, version and domain whose templates are kept: so many are compared each time.
  private static let maximumHoldings = 64
  /// Domains of one exporter that are asked whether they agree.
  private static let maximumDomains = 256

  /// - Parameter maximumCount: bound on templates, on sampling rates and on names; beyond it nothing new is shared.
  public init(maximumCount: Int = 1 << 18) {
    self.maximumCount = maximumCount
  }

  /// Changes whenever a template does.
  var templateGeneration: UInt64 { templateGenerations.load(ordering: .acquiring) }
  /// Changes whenever a sampling rate or a start time does.
  var announcementGeneration: UInt64 { announcementGenerations.load(ordering: .acquiring) }
  /// Changes whenever a name does.
  var nameGeneration: UInt64 { nameGenerations.load(ordering: .acquiring) }

  // MARK: Templates

  func publish(_ template: Template, of trail: SessionTrail) {
    let changed = state.withLock { state in
      guard state.templateCount < maximumCount else { return false }
      let key = StreamKey(trail.key)
      var holdings = state.holdings.removeValue(forKey: key) ?? []
      defer { state.holdings[key] = holdings }
      let index: Int
      if let known = holdings.firstIndex(where: { $0.trail === trail }) {
        index = known
      } else {
        if holdings.count == Self.maximumHoldings,
          let silent = holdings.indices.min(by: {
            holdings[$0].trail.lastSeen < holdings[$1].trail.lastSeen
          })
        {
          state.templateCount -= holdings.remove(at: silent).templates.count
        }
        index = holdings.count
        holdings.append(Holding(trail: trail))
      }
      if holdings[index].templates.updateValue(template, forKey: template.id) == nil { state.templateCount += 1 }
      return true
    }
    if changed { templateGenerations.add(1, ordering: .releasing) }
  }

  /// Forgets templates that their session has forgotten.
  func withdraw(_ ids: some Sequence<UInt16>, of trail: SessionTrail) {
    state.withLock { state in
      let key = StreamKey(trail.key)
      guard var holdings = state.holdings.removeValue(forKey: key) else { return }
      if let index = holdings.firstIndex(where: { $0.trail === trail }) {
        for id in ids where holdings[index].templates.removeValue(forKey: id) != nil { state.templateCount -= 1 }
        if holdings[index].templates.isEmpty { holdings.remove(at: index) }
      }
      if !holdings.isEmpty { state.holdings[key] = holdings }
    }
    templateGenerations.add(1, ordering: .releasing)
  }

  /// The templates of the session that another one provably continues; nil if there is none.
  func templates(continuedBy first: FirstMessage, of session: SessionKey) -> [Template]? {
    state.withLock { state in
      let key = StreamKey(session)
      guard let holdings = state.holdings[key] else { return nil }
      let stopped = holdings.indices.filter { index in
        let holding = holdings[index]
        return holding.trail.key != session && holding.continued != holding.trail.lastSeen
          && holding.trail.isContinued(by: first, of: session)
      }
      // Where several stopped at the same number, nothing is proven.
      guard stopped.count == 1, let index = stopped.first else { return nil }
      state.holdings[key]?[index].continued = holdings[index].trail.lastSeen
      return Array(holdings[index].templates.values)
    }
  }

  /// The definition of template `id` that all other sessions of the exporter, version, domain and boot time share; nil if
  /// there is none or they differ.
  func agreedTemplate(_ id: UInt16, for session: SessionKey, boot: UInt32?) -> Template? {
    state.withLock { state in
      let known = (state.holdings[StreamKey(session)] ?? []).lazy
        .filter { $0.trail.key != session && $0.trail.isOf(boot: boot) }.compactMap { $0.templates[id] }
      guard let first = known.first else { return nil }
      return known.allSatisfy { $0.definition == first.definition } ? first : nil
    }
  }

  /// The templates of these sessions, by id, as far as they are shared.
  public func definitions(of sessions: [SessionKey]) -> [SessionKey: [UInt16: TemplateDefinition]] {
    let found = state.withLock { state in
      sessions.map { session in
        state.holdings[StreamKey(session)]?.first { $0.trail.key == session }?.templates ?? [:]
      }
    }
    return Dictionary(zip(sessions, found.map { $0.mapValues(\.definition) })) { first, _ in first }
  }

  // MARK: Options data

  /// Forgets what a session said when the session itself is forgotten.
  func withdraw(_ session: Session) {
    if let trail = session.trail { withdraw(session.templates.ids, of: trail) }
    let key = session.key
    state.withLock { state in
      guard var announcement = state.announcements[key.exporter.address]?.removeValue(forKey: key.domain) else {
        return
      }
      if session.sendsFlows { announcement.flowSessions -= 1 }
      announcement.ports.remove(key.exporter.port)
      if announcement.ports.isEmpty {
        state.rateCount -= announcement.rates.count
        state.nameCount -= announcement.names.count
        announcement.forget()
      }
      if announcement.isNeeded {
        state.announcements[key.exporter.address]?[key.domain] = announcement
      } else if state.announcements[key.exporter.address]?.isEmpty == true {
        state.announcements[key.exporter.address] = nil
      }
    }
    announcementGenerations.add(1, ordering: .releasing)
    nameGenerations.add(1, ordering: .releasing)
  }

  /// Takes note that a session sends flows: what its domain says of sampling is first of all about these.
  func noteFlows(of session: SessionKey) {
    let isNew = state.withLock { state in
      change(session, &state) { announcement in
        announcement.flowSessions += 1
        return announcement.flowSessions == 1
      }
    }
    if isNew { announcementGenerations.add(1, ordering: .releasing) }
  }

  func setRate(_ rate: UInt32, for scope: SamplingRates.Scope, of session: SessionKey) {
    let changed = state.withLock { state in
      let port = session.exporter.port
      let known = announcement(session, state)?.rates[scope]
      if known == rate, announcement(session, state)?.ports.contains(port) == true { return false }
      guard known != nil || state.rateCount < maximumCount else { return false }
      state.rateCount += change(session, &state) { announcement in
        let count = announcement.rates.count
        announcement.ports.insert(port)
        announcement.rates.set(rate, for: scope)
        return announcement.rates.count - count
      }
      return known != rate
    }
    if changed { announcementGenerations.add(1, ordering: .releasing) }
  }

  /// Takes note of when an exporter started, milliseconds since 1970 UTC (systemInitTimeMilliseconds); nil: that is no
  /// longer so.
  func setSystemInit(_ start: Int64?, of session: SessionKey) {
    let changed = state.withLock { state in
      if announcement(session, state)?.systemInit == start { return false }
      change(session, &state) { announcement in
        announcement.ports.insert(session.exporter.port)
        announcement.systemInit = start
      }
      return true
    }
    if changed { announcementGenerations.add(1, ordering: .releasing) }
  }

  func setName(_ name: String, _ kind: ExporterNames.Kind, _ number: UInt64, of session: SessionKey) {
    let changed = state.withLock { state in
      let known = announcement(session, state)?.names[kind, number]
      if known == name, announcement(session, state)?.ports.contains(session.exporter.port) == true { return false }
      guard known != nil || state.nameCount < maximumCount else { return false }
      if known == nil { state.nameCount += 1 }
      return change(session, &state) { announcement in
        announcement.ports.insert(session.exporter.port)
        return announcement.names.set(name, kind, number)
      }
    }
    if changed { nameGenerations.add(1, ordering: .releasing) }
  }

  private func announcement(_ session: SessionKey, _ state: borrowing State) -> Announcement? {
    state.announcements[session.exporter.address]?[session.domain]
  }

  @discardableResult
  private func change<Result>(
    _ session: SessionKey, _ state: inout State, _ body: (inout Announcement) -> Result
  ) -> Result {
    body(&state.announcements[session.exporter.address, default: [:]][session.domain, default: Announcement()])
  }

  /// All names as they are now.
  public var names: NameTable {
    state.withLock { state in
      NameTable(
        state.announcements.lazy.flatMap { address, domains in
          domains.lazy.map { (address, $0.key, $0.value.names) }
        })
    }
  }

  /// The sampling rates that hold for a session, and when its exporter started, if other sessions know: what its own domain
  /// says, else domain 0 of the exporter, else what all its domains agree on.
  func facts(for session: SessionKey) -> (rates: KnownRates, systemInit: Int64?) {
    state.withLock { state in
      guard let domains = state.announcements[session.exporter.address] else { return (KnownRates(), nil) }
      let own = domains[session.domain]
      var others = session.domain == 0 ? SamplingRates() : domains[0]?.rates ?? SamplingRates()
      var start = own?.systemInit ?? domains[0]?.systemInit
      if domains.count <= Self.maximumDomains {
        let strangers = domains.filter { $0.key != session.domain && $0.key != 0 }.map(\.value)
        others.complete(from: Announcement.agreedRates(strangers))
        start = start ?? Announcement.agreedStart(strangers)
      }
      return (KnownRates(own: own?.rates ?? SamplingRates(), others: others), start)
    }
  }
}

extension ExporterDirectory {
  /// What options data said of one domain, as it is kept over a restart.
  struct Kept: Decodable, Sendable {
    var address: IPAddress
    var domain: UInt32
    var rates: SamplingRates
    var names: ExporterNames
    var ports: Set<UInt16>
    var systemInit: Int64?
  }

  /// All that options data said.
  var kept: [Kept] {
    state.withLock { state in
      state.announcements.flatMap { address, domains in
        domains.filter { !$0.value.ports.isEmpty }.map { domain, known in
          Kept(
            address: address, domain: domain, rates: known.rates, names: known.names, ports: known.ports,
            systemInit: known.systemInit)
        }
      }
    }
  }

  /// Takes over what options data said in an earlier run; what has been learnt since holds.
  func restore(_ kept: [Kept]) {
    state.withLock { state in
      for known in kept {
        let present = state.announcements[known.address]?[known.domain]
        if present?.ports.isEmpty == false { continue }
        var announcement = present ?? Announcement()
        announcement.rates = known.rates
        announcement.names = known.names
        announcement.ports = known.ports
        announcement.systemInit = known.systemInit
        state.announcements[known.address, default: [:]][known.domain] = announcement
        state.rateCount += known.rates.count
        state.nameCount += known.names.count
      }
    }
    announcementGenerations.add(1, ordering: .releasing)
    nameGenerations.add(1, ordering: .releasing)
  }
}

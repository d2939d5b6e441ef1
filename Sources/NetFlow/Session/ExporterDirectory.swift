import FlowModel
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
  struct StreamKey: Hashable {
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
  struct Holding {
    var trail: SessionTrail
    var templates = SharedTemplates()
    /// When it was last heard before another session went on where it stopped.
    var continued: Int64?
  }

  struct State {
    var holdings: [StreamKey: [Holding]] = [:]
    var templateCount = 0
    var announcements: [IPAddress: [UInt32: Announcement]] = [:]
    var rateCount = 0
    var nameCount = 0
  }

  let state = Mutex(State())
  /// By `Place`, so that what one exporter changes is nothing to most others.
  private let templateGenerations: [1024 of Atomic<UInt64>] = .init { _ in Atomic(1) }
  private let announcementGenerations: [1024 of Atomic<UInt64>] = .init { _ in Atomic(1) }
  private let nameGenerations = Atomic<UInt64>(1)
  let maximumCount: Int

  /// Sessions of one exporter, version and domain whose templates are kept: so many are compared each time.
  private static let maximumHoldings = 64
  /// Domains of one exporter that are asked whether they agree.
  static let maximumDomains = 256

  /// - Parameter maximumCount: bound on templates, on sampling rates and on names; beyond it nothing new is shared.
  public init(maximumCount: Int = 1 << 18) {
    self.maximumCount = maximumCount
  }

  /// Where the generations of an exporter are counted, together with those of few others: of which, nobody outside can choose.
  struct Place {
    private let number: UInt16
    fileprivate var index: Int { Int(number) }

    init(_ exporter: IPAddress) {
      var hasher = Hasher()
      hasher.combine(exporter)
      number = UInt16(truncatingIfNeeded: hasher.finalize() & 1023)
    }
  }

  /// Changes whenever a template of the exporter does.
  func templateGeneration(_ place: Place) -> UInt64 { templateGenerations[place.index].load(ordering: .acquiring) }
  /// Changes whenever what options data of the exporter say does, but for names that nobody contradicts.
  func announcementGeneration(_ place: Place) -> UInt64 {
    announcementGenerations[place.index].load(ordering: .acquiring)
  }
  /// Changes whenever a name does.
  var nameGeneration: UInt64 { nameGenerations.load(ordering: .acquiring) }

  func templatesChanged(of exporter: IPAddress) {
    templateGenerations[Place(exporter).index].add(1, ordering: .releasing)
  }

  func announcementsChanged(of exporter: IPAddress) {
    announcementGenerations[Place(exporter).index].add(1, ordering: .releasing)
  }

  func namesChanged() { nameGenerations.add(1, ordering: .releasing) }

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
      if holdings[index].templates.update(template) { state.templateCount += 1 }
      return true
    }
    if changed { templatesChanged(of: trail.key.exporter.address) }
  }

  /// Forgets templates that their session has forgotten.
  func withdraw(_ ids: some Sequence<UInt16>, of trail: SessionTrail) {
    state.withLock { state in
      let key = StreamKey(trail.key)
      guard var holdings = state.holdings.removeValue(forKey: key) else { return }
      if let index = holdings.firstIndex(where: { $0.trail === trail }) {
        for id in ids where holdings[index].templates.remove(id) { state.templateCount -= 1 }
        if holdings[index].templates.isEmpty { holdings.remove(at: index) }
      }
      if !holdings.isEmpty { state.holdings[key] = holdings }
    }
    templatesChanged(of: trail.key.exporter.address)
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
      return holdings[index].templates.all
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

  /// Whether another session of the exporter, version and domain has any template.
  func hasTemplates(beside session: SessionKey) -> Bool {
    state.withLock { state in
      state.holdings[StreamKey(session)]?.contains { $0.trail.key != session } ?? false
    }
  }

  /// The templates of these sessions, by id, as far as they are shared.
  public func definitions(of sessions: [SessionKey]) -> [SessionKey: [UInt16: TemplateDefinition]] {
    let found = state.withLock { state in
      sessions.map { session in
        state.holdings[StreamKey(session)]?.first { $0.trail.key == session }?.templates.all ?? []
      }
    }
    return Dictionary(
      zip(sessions, found.map { Dictionary($0.map { ($0.id, $0.definition) }) { first, _ in first } })
    ) { first, _ in first }
  }
}

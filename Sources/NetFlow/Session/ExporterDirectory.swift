import FlowModel
import NetworkBytes
import Synchronization

/// Knowledge about exporters shared by the workers of a collector: templates by session, sampling rates, start times
/// and names.
///
/// A device may send from several ports, which the kernel distributes over the workers. Sessions access the directory
/// only when they begin, when they lack a template, or when a generation counter has changed, so no lock is taken per
/// datagram.
public final class ExporterDirectory: Sendable {
  /// Sessions that may be related.
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

  /// Templates of a session.
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
  /// Indexed by `Place`, so that changes of one exporter do not affect most others.
  private let templateGenerations: [1024 of Atomic<UInt64>] = .init { _ in Atomic(1) }
  private let announcementGenerations: [1024 of Atomic<UInt64>] = .init { _ in Atomic(1) }
  private let nameGenerations = Atomic<UInt64>(1)
  let maximumCount: Int

  /// Maximum sessions with templates of the same exporter, version and domain: all are compared each time.
  private static let maximumHoldings = 64
  /// Maximum domains of an exporter that are checked for agreement.
  static let maximumDomains = 256

  /// - Parameter maximumCount: Limit for templates, for sampling rates and for names; beyond it nothing new is shared.
  public init(maximumCount: Int = 1 << 18) {
    self.maximumCount = maximumCount
  }

  /// Index of an exporter's generation counters, which it shares with few others, unpredictable from outside.
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
  /// Changes whenever a statement of the exporter's options data does, except for uncontradicted names.
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

  /// Removes templates that their session has forgotten.
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

  /// Returns the templates of the session that this one provably continues; nil if there is none.
  func templates(continuedBy first: FirstMessage, of session: SessionKey) -> [Template]? {
    state.withLock { state in
      let key = StreamKey(session)
      guard let holdings = state.holdings[key] else { return nil }
      let stopped = holdings.indices.filter { index in
        let holding = holdings[index]
        return holding.trail.key != session && holding.continued != holding.trail.lastSeen
          && holding.trail.isContinued(by: first, of: session)
      }
      // If several stopped at the same number, nothing is proven.
      guard stopped.count == 1, let index = stopped.first else { return nil }
      state.holdings[key]?[index].continued = holdings[index].trail.lastSeen
      return holdings[index].templates.all
    }
  }

  /// Returns the definition of template `id` shared by all other sessions of the same exporter, version, domain and
  /// boot time; nil if there is none or they differ.
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

import NetworkBytes
import Synchronization

/// What the workers of one collector tell each other of exporters: templates by source port, sampling rates, and names.
///
/// One device may send from several ports, and the kernel spreads these over the workers. Sessions look here only when
/// they lack a template, or when a generation count says that something is new; so no lock is taken per datagram.
public final class ExporterDirectory: Sendable {
  private struct TemplateKey: Hashable {
    var address: IPAddress
    var version: UInt16
    var domain: UInt32
    var id: UInt16

    init(_ session: SessionKey, _ id: UInt16) {
      address = session.exporter.address
      version = session.version
      domain = session.domain
      self.id = id
    }
  }

  private struct DomainKey: Hashable {
    var address: IPAddress
    var domain: UInt32

    init(address: IPAddress, domain: UInt32) {
      self.address = address
      self.domain = domain
    }

    init(_ session: SessionKey) {
      self.init(address: session.exporter.address, domain: session.domain)
    }
  }

  /// What options data of a domain say, and the source ports that said so: with the last of these sessions it goes.
  private struct Announcement {
    var rates = SamplingRates()
    var names = ExporterNames()
    var ports: Set<UInt16> = []
  }

  private struct State {
    var templates: [TemplateKey: [UInt16: Template]] = [:]
    var templateCount = 0
    var announcements: [DomainKey: Announcement] = [:]
    var rateCount = 0
    var nameCount = 0
  }

  private let state = Mutex(State())
  private let templateGenerations = Atomic<UInt64>(1)
  private let samplingGenerations = Atomic<UInt64>(1)
  private let nameGenerations = Atomic<UInt64>(1)
  private let maximumCount: Int

  /// Source ports of one exporter that can share a template: so many are compared each time that one is looked up.
  private static let maximumPorts = 64

  /// - Parameter maximumCount: bound on templates, on sampling rates and on names; beyond it nothing new is shared.
  public init(maximumCount: Int = 1 << 18) {
    self.maximumCount = maximumCount
  }

  /// Changes whenever a template does.
  var templateGeneration: UInt64 { templateGenerations.load(ordering: .acquiring) }
  /// Changes whenever a sampling rate does.
  var samplingGeneration: UInt64 { samplingGenerations.load(ordering: .acquiring) }

  /// Changes whenever a name does.
  var nameGeneration: UInt64 { nameGenerations.load(ordering: .acquiring) }

  func publish(_ template: Template, of session: SessionKey) {
    let changed = state.withLock { state in
      let key = TemplateKey(session, template.id)
      let ports = state.templates[key]
      if ports?[session.exporter.port] == nil {
        guard state.templateCount < maximumCount, ports?.count ?? 0 < Self.maximumPorts else { return false }
        state.templateCount += 1
      }
      state.templates[key, default: [:]][session.exporter.port] = template
      return true
    }
    if changed { templateGenerations.add(1, ordering: .releasing) }
  }

  /// Forgets templates that their session has forgotten.
  func withdraw(_ ids: some Sequence<UInt16>, of session: SessionKey) {
    state.withLock { state in
      for id in ids {
        let key = TemplateKey(session, id)
        guard var ports = state.templates.removeValue(forKey: key) else { continue }
        if ports.removeValue(forKey: session.exporter.port) != nil { state.templateCount -= 1 }
        if !ports.isEmpty { state.templates[key] = ports }
      }
    }
    templateGenerations.add(1, ordering: .releasing)
  }

  /// Forgets what a session said when the session itself is forgotten.
  func withdraw(_ session: Session) {
    withdraw(session.templates.ids, of: session.key)
    state.withLock { state in
      let key = DomainKey(session.key)
      guard var announcement = state.announcements.removeValue(forKey: key) else { return }
      announcement.ports.remove(session.key.exporter.port)
      if announcement.ports.isEmpty {
        state.rateCount -= announcement.rates.count
        state.nameCount -= announcement.names.count
      } else {
        state.announcements[key] = announcement
      }
    }
    samplingGenerations.add(1, ordering: .releasing)
    nameGenerations.add(1, ordering: .releasing)
  }

  /// The definition of template `id` that all other source ports of the session's exporter, version and domain share;
  /// nil if there is none or they differ.
  func agreedTemplate(_ id: UInt16, for session: SessionKey) -> Template? {
    state.withLock { state in
      guard let ports = state.templates[TemplateKey(session, id)], let first = ports.values.first else { return nil }
      return ports.values.allSatisfy { $0.definition == first.definition } ? first : nil
    }
  }

  func setRate(_ rate: UInt32, for scope: SamplingRates.Scope, of session: SessionKey) {
    let changed = state.withLock { state in
      let key = DomainKey(session)
      let known = state.announcements[key]?.rates[scope]
      guard known != nil || state.rateCount < maximumCount else { return false }
      state.announcements[key, default: Announcement()].ports.insert(session.exporter.port)
      if known == rate { return false }
      let count = state.announcements[key]?.rates.count ?? 0
      state.announcements[key]?.rates.set(rate, for: scope)
      state.rateCount += (state.announcements[key]?.rates.count ?? 0) - count
      return true
    }
    if changed { samplingGenerations.add(1, ordering: .releasing) }
  }

  func setName(_ name: String, _ kind: ExporterNames.Kind, _ number: UInt64, of session: SessionKey) {
    let changed = state.withLock { state in
      let key = DomainKey(session)
      let known = state.announcements[key]?.names[kind, number]
      guard known != nil || state.nameCount < maximumCount else { return false }
      state.announcements[key, default: Announcement()].ports.insert(session.exporter.port)
      if known == nil { state.nameCount += 1 }
      return state.announcements[key]?.names.set(name, kind, number) ?? false
    }
    if changed { nameGenerations.add(1, ordering: .releasing) }
  }

  /// All names as they are now.
  public var names: NameTable {
    state.withLock { state in
      NameTable(state.announcements.lazy.map { ($0.key.address, $0.key.domain, $0.value.names) })
    }
  }

  func rates(for session: SessionKey) -> SamplingRates {
    state.withLock { $0.announcements[DomainKey(session)]?.rates ?? SamplingRates() }
  }
}

extension ExporterDirectory {
  /// What options data said of one domain, as it is kept over a restart.
  struct Kept: Codable, Sendable {
    var address: IPAddress
    var domain: UInt32
    var rates: SamplingRates
    var names: ExporterNames
    var ports: Set<UInt16>
  }

  /// All that options data said.
  var kept: [Kept] {
    state.withLock { state in
      state.announcements.map {
        Kept(
          address: $0.key.address, domain: $0.key.domain, rates: $0.value.rates, names: $0.value.names,
          ports: $0.value.ports)
      }
    }
  }

  /// Takes over what options data said in an earlier run; what has been learnt since holds.
  func restore(_ kept: [Kept]) {
    state.withLock { state in
      for known in kept {
        let key = DomainKey(address: known.address, domain: known.domain)
        if state.announcements[key] != nil { continue }
        state.announcements[key] = Announcement(rates: known.rates, names: known.names, ports: known.ports)
        state.rateCount += known.rates.count
        state.nameCount += known.names.count
      }
    }
    samplingGenerations.add(1, ordering: .releasing)
    nameGenerations.add(1, ordering: .releasing)
  }
}

import NetworkBytes
import Synchronization

/// What the workers of one collector tell each other of exporters: templates by source port, and sampling rates.
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
  }

  private struct State {
    var templates: [TemplateKey: [UInt16: Template]] = [:]
    var templateCount = 0
    var rates: [DomainKey: SamplingRates] = [:]
  }

  private let state = Mutex(State())
  private let templateGenerations = Atomic<UInt64>(1)
  private let samplingGenerations = Atomic<UInt64>(1)
  private let maximumCount: Int

  /// - Parameter maximumCount: bound on templates and on domains with rates; beyond it nothing new is shared.
  public init(maximumCount: Int = 1 << 18) {
    self.maximumCount = maximumCount
  }

  /// Changes whenever a template does.
  var templateGeneration: UInt64 { templateGenerations.load(ordering: .acquiring) }
  /// Changes whenever a sampling rate does.
  var samplingGeneration: UInt64 { samplingGenerations.load(ordering: .acquiring) }

  func publish(_ template: Template, of session: SessionKey) {
    state.withLock { state in
      let key = TemplateKey(session, template.id)
      let isNew = state.templates[key]?[session.exporter.port] == nil
      if isNew {
        guard state.templateCount < maximumCount else { return }
        state.templateCount += 1
      }
      state.templates[key, default: [:]][session.exporter.port] = template
    }
    templateGenerations.add(1, ordering: .releasing)
  }

  /// Forgets a session's templates when the session itself is forgotten.
  func withdraw(_ templates: some Sequence<UInt16>, of session: SessionKey) {
    state.withLock { state in
      for id in templates {
        let key = TemplateKey(session, id)
        guard var ports = state.templates.removeValue(forKey: key) else { continue }
        if ports.removeValue(forKey: session.exporter.port) != nil { state.templateCount -= 1 }
        if !ports.isEmpty { state.templates[key] = ports }
      }
    }
    templateGenerations.add(1, ordering: .releasing)
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
      let key = DomainKey(address: session.exporter.address, domain: session.domain)
      guard state.rates[key] != nil || state.rates.count < maximumCount else { return false }
      let before = state.rates[key]
      state.rates[key, default: SamplingRates()].set(rate, for: scope)
      return state.rates[key] != before
    }
    if changed { samplingGenerations.add(1, ordering: .releasing) }
  }

  func rates(for session: SessionKey) -> SamplingRates {
    state.withLock { state in
      state.rates[DomainKey(address: session.exporter.address, domain: session.domain)] ?? SamplingRates()
    }
  }
}

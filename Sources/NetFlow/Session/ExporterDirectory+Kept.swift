import FlowModel
import NetworkBytes
import Synchronization

extension ExporterDirectory {
  /// Statements on a domain that are kept across restarts.
  struct Kept: Decodable, Sendable {
    var address: IPAddress
    var domain: UInt32
    var rates: SamplingRates
    var names: ExporterNames
    var ports: Set<UInt16>
    var systemInit: Int64?
    /// Statements of each port if there were several; nil if there was one or an earlier version wrote the state.
    var voices: [Voice]?
    /// Since when ports have contradicted each other, nanoseconds since 1970 UTC; nil if they do not.
    var contestedSince: Int64?

    struct Voice: Decodable, Sendable {
      var port: UInt16
      var rates: SamplingRates
      var names: ExporterNames
      var systemInit: Int64?
    }
  }

  /// All statements of options data.
  var kept: [Kept] {
    state.withLock { state in
      state.announcements.flatMap { address, domains in
        domains.filter { !$0.value.ports.isEmpty }.map { domain, known in known.kept(address, domain) }
      }
    }
  }

  /// Restores statements of an earlier run; statements learnt since take precedence.
  func restore(_ kept: [Kept]) {
    state.withLock { state in
      for known in kept {
        let session = SessionKey(
          exporter: Endpoint(address: known.address, port: 0), version: 0, domain: known.domain)
        state.change(session) { if $0.ports.isEmpty { $0.restore(known) } }
      }
    }
    for address in Set(kept.map(\.address)) { announcementsChanged(of: address) }
    namesChanged()
  }
}

extension Announcement {
  fileprivate func kept(_ address: IPAddress, _ domain: UInt32) -> ExporterDirectory.Kept {
    let voices = voices.map { port, voice in
      ExporterDirectory.Kept.Voice(
        port: port, rates: voice.said.rates, names: voice.said.names, systemInit: voice.said.systemInit)
    }
    return ExporterDirectory.Kept(
      address: address, domain: domain, rates: view.rates, names: view.names, ports: ports,
      systemInit: view.systemInit, voices: voices.isEmpty ? nil : voices, contestedSince: contested.values.min())
  }

  fileprivate mutating func restore(_ kept: ExporterDirectory.Kept) {
    let view = Statements(rates: kept.rates, names: kept.names, systemInit: kept.systemInit)
    var voices: [UInt16: Voice] = [:]
    for voice in kept.voices ?? [] {
      voices[voice.port] = Voice(
        said: Statements(rates: voice.rates, names: voice.names, systemInit: voice.systemInit))
    }
    restore(view, ports: kept.ports, voices, contestedSince: kept.contestedSince ?? 0)
  }
}

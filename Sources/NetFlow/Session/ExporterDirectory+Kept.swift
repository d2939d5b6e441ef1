import FlowModel
import NetworkBytes
import Synchronization

extension ExporterDirectory {
  /// What options data said of one domain, as it is kept over a restart.
  struct Kept: Decodable, Sendable {
    var address: IPAddress
    var domain: UInt32
    var rates: SamplingRates
    var names: ExporterNames
    var ports: Set<UInt16>
    var systemInit: Int64?
    /// What each port said, if several did; nil: an earlier version wrote it, or one port said all.
    var voices: [Voice]?
    /// Since when ports have contradicted each other, nanoseconds since 1970 UTC; nil: they do not.
    var contestedSince: Int64?

    struct Voice: Decodable, Sendable {
      var port: UInt16
      var rates: SamplingRates
      var names: ExporterNames
      var systemInit: Int64?
    }
  }

  /// All that options data said.
  var kept: [Kept] {
    state.withLock { state in
      state.announcements.flatMap { address, domains in
        domains.filter { !$0.value.ports.isEmpty }.map { domain, known in known.kept(address, domain) }
      }
    }
  }

  /// Takes over what options data said in an earlier run; what has been learnt since holds.
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

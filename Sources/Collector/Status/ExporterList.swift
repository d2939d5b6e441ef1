package import FlowModel
package import Foundation
package import NetFlow
import NetworkBytes

/// Exporters, aggregated from their sessions.
package struct ExporterList {
  /// In descending order of records, at most `maximumExporters`.
  package private(set) var exporters: [CollectorStatus.Exporter] = []
  package let count: Int

  /// Bound the size of a response.
  package static let maximumExporters = 1000
  package static let maximumSessions = 64
  package static let maximumNames = 256

  package init(
    _ sessions: [SessionSummary], rates: SessionRates, names: NameTable = NameTable(), at now: Date
  ) {
    var records: [IPAddress: UInt64] = [:]
    for session in sessions { records[session.key.exporter.address, default: 0] &+= session.counters.flowRecords }
    count = records.count
    let busiest = records.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.maximumExporters).map(\.key)
    // Only of those that are shown: there may be tens of thousands of others.
    let shown = Set(busiest)
    let byAddress = Dictionary(grouping: sessions.lazy.filter { shown.contains($0.key.exporter.address) }) {
      $0.key.exporter.address
    }
    exporters = busiest.map { address in
      let sessions = byAddress[address] ?? []
      var exporter = Self.exporter(address, sessions.sorted { $0.key < $1.key }, rates, now)
      let domains = Set(sessions.map(\.key.domain)).sorted().prefix(Self.maximumSessions)
      let named = domains.compactMap { domain in names[address, domain].map { CollectorStatus.Names($0, domain) } }
      if !named.isEmpty { exporter.names = named }
      return exporter
    }
  }

  private static func exporter(
    _ address: IPAddress, _ sessions: [SessionSummary], _ rates: SessionRates, _ now: Date
  ) -> CollectorStatus.Exporter {
    let speeds = sessions.map { rates.perSecond($0, at: now) }
    return CollectorStatus.Exporter(
      address: address.description, firstSeen: Date(nanoseconds: sessions.map(\.firstSeen).min() ?? 0),
      lastSeen: Date(nanoseconds: sessions.map(\.lastSeen).max() ?? 0),
      datagrams: sessions.reduce(0) { $0 &+ $1.counters.datagrams }, records: sessions.records,
      lost: sessions.reduce(0) { $0 &+ $1.counters.sequence.lost },
      datagramsPerSecond: speeds.reduce(0) { $0 + $1.datagrams },
      recordsPerSecond: speeds.reduce(0) { $0 + $1.records },
      sessionCount: sessions.count,
      sessions: zip(sessions, speeds).prefix(maximumSessions).map { CollectorStatus.Session($0, $1) })
  }
}

extension [SessionSummary] {
  fileprivate var records: UInt64 { reduce(0) { $0 &+ $1.counters.flowRecords } }
}

extension CollectorStatus.Names {
  fileprivate init(_ names: ExporterNames, _ domain: UInt32) {
    func list(_ kind: ExporterNames.Kind) -> [CollectorStatus.Name] {
      names.all(kind).prefix(ExporterList.maximumNames).map { number, name in
        let selector = number & 0xff_ffff_ffff_ffff
        return .init(id: kind == .application ? "\(number >> 56):\(selector)" : String(number), name: name)
      }
    }
    self.init(
      domain: domain, count: names.count, interfaces: list(.interface), vrfs: list(.vrf), samplers: list(.sampler),
      applications: list(.application))
  }
}

extension CollectorStatus.Session {
  fileprivate init(_ session: SessionSummary, _ speed: SessionRates.Speed) {
    let (key, counters) = (session.key, session.counters)
    self.init(
      port: key.exporter.port, localPort: key.localPort, transport: key.transport == .udp ? "udp" : "tcp",
      stream: key.stream, version: key.version, domain: key.domain,
      firstSeen: Date(nanoseconds: session.firstSeen), lastSeen: Date(nanoseconds: session.lastSeen),
      datagrams: counters.datagrams, records: counters.flowRecords, optionsRecords: counters.optionsRecords,
      lost: counters.sequence.lost, reordered: counters.sequence.reordered, duplicates: counters.sequence.duplicates,
      restarts: counters.sequence.restarts, datagramsPerSecond: speed.datagrams, recordsPerSecond: speed.records,
      clockSkew: Double(session.clockSkew) / 1000, isClockCorrected: session.isClockCorrected,
      templates: session.templates, templateCount: session.templateCount,
      unknownTemplateSets: counters.unknownTemplateSets, continuedSessions: counters.continuedSessions,
      agreedTemplates: counters.agreedTemplates, contradictions: counters.contradictions,
      sampling: .init(rate: session.sampling.rate, source: session.sampling.source.rawValue))
  }
}

extension Date {
  /// - Parameter nanoseconds: since 1970 UTC.
  init(nanoseconds: Int64) { self.init(timeIntervalSince1970: Double(nanoseconds) / 1e9) }
}

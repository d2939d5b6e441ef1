import FlowModel

/// What is known of one observation domain of an exporter: what options data say, and whether it sends flows itself.
struct Announcement: Sendable {
  var rates = SamplingRates()
  var names = ExporterNames()
  /// When the exporter started, milliseconds since 1970 UTC (systemInitTimeMilliseconds).
  var systemInit: Int64?
  /// The source ports that said so: with the last of these sessions it goes.
  var ports: Set<UInt16> = []
  /// Sessions that send flows of this domain.
  var flowSessions = 0

  var isNeeded: Bool { !ports.isEmpty || flowSessions > 0 }

  mutating func forget() {
    rates = SamplingRates()
    names = ExporterNames()
    systemInit = nil
  }

  /// The rates that domains agree on and that domains without flows of their own announce: what another domain says of
  /// its own flows need not hold for others.
  static func agreedRates(_ domains: [Announcement]) -> SamplingRates {
    var agreed = SamplingRates()
    for domain in domains where domain.flowSessions == 0 { agreed.join(domain.rates) }
    for domain in domains where agreed.count > 0 { agreed.agree(with: domain.rates) }
    return agreed
  }

  /// The start that all domains agree on that tell one.
  static func agreedStart(_ domains: [Announcement]) -> Int64? {
    let starts = domains.compactMap(\.systemInit)
    guard let first = starts.first, starts.allSatisfy({ $0 == first }) else { return nil }
    return first
  }
}

import NetworkBytes

/// Where a session lives. A message's whole decoding is one access to it, so that nothing within is checked for
/// exclusivity again.
final class SessionPlace {
  let key: SessionKey
  /// The key of the first stream of the same address, ports, version and domain.
  let base: SessionKey
  var session: Session
  /// Fields of its templates, as far as the table has counted them.
  fileprivate var fieldCount = 0
  /// Octets of its early data, likewise.
  fileprivate var earlyOctets = 0

  init(key: SessionKey) {
    self.key = key
    base = key.base
    session = Session(key: key)
  }
}

/// The sessions of one decoder.
struct SessionTable {
  private var places: [SessionKey: SessionPlace] = [:]
  /// Sessions of recent datagrams, each at the place its source port leads to: few lookups go past them.
  private var recent: [SessionPlace?] = Array(repeating: nil, count: 64)
  var rules: SessionRules
  /// All streams of those keys that have more than one: devices that take turns, and runs before and after a restart.
  private var streams: [SessionKey: [SessionPlace]] = [:]
  /// Fields of all sessions' templates.
  private var fieldCount = 0
  /// Octets of all sessions' early data.
  private var earlyOctets = 0
  /// Counters of sessions that were forgotten, and of datagrams that belong to none.
  private var retired = DecodeCounters()

  /// Streams of one key; the longest silent one is forgotten first.
  private static let maximumStreams = 4

  init(_ rules: SessionRules) {
    self.rules = rules
  }

  private var limits: SessionLimits { rules.limits }

  /// Reads a datagram's header; a datagram without a good one is counted as rejected.
  @inline(__always)
  mutating func readHeader(of message: RawSpan) -> MessageHeader? {
    switch MessageHeader.read(message) {
    case .success(let header): return header
    case .failure(let issue):
      retired.datagrams &+= 1
      retired.rejectedDatagrams &+= 1
      retired.count(issue)
      return nil
    }
  }

  /// The place of the session that a message belongs to.
  ///
  /// - Parameters:
  ///   - localPort: the port that it was sent to; 0: not told apart.
  ///   - arrival: nanoseconds since 1970 UTC.
  @inline(__always)
  mutating func place(
    of header: MessageHeader, from exporter: Endpoint, to localPort: UInt16, arrival: Int64,
    _ directory: ExporterDirectory?
  ) -> SessionPlace {
    let base = SessionKey(exporter: exporter, localPort: localPort, version: header.version, domain: header.domain)
    let index = Int(truncatingIfNeeded: exporter.address.low ^ UInt64(exporter.port ^ header.version)) & 63
    if let place = recent[index], place.base == base, isOf(place, header, arrival) { return place }
    let place = find(base, header, arrival, directory)
    recent[index] = place
    return place
  }

  @inline(__always)
  private func isOf(_ place: SessionPlace, _ header: MessageHeader, _ arrival: Int64) -> Bool {
    header.version != 9 || !rules.detectsRestarts || place.session.isOfSameBoot(header, arrival: arrival)
  }

  private mutating func find(
    _ base: SessionKey, _ header: MessageHeader, _ arrival: Int64, _ directory: ExporterDirectory?
  ) -> SessionPlace {
    guard let first = places[base] ?? streams[base]?.first else { return open(base, directory) }
    let known = streams[base] ?? [first]
    if let place = known.first(where: { isOf($0, header, arrival) }) { return place }
    let newest = known.max { $0.session.lastSeen < $1.session.lastSeen } ?? first
    switch newest.session.judge(header, arrival: arrival) {
    case .none: return newest
    case .restart:
      let place = openStream(of: base, beside: known, directory)
      place.session.countRestart()
      return place
    case .otherDevice: return openStream(of: base, beside: known, directory)
    }
  }

  /// Another stream under the same key: it has templates of its own to learn.
  private mutating func openStream(
    of base: SessionKey, beside known: [SessionPlace], _ directory: ExporterDirectory?
  ) -> SessionPlace {
    var known = known
    if known.count >= Self.maximumStreams, let silent = known.min(by: { $0.session.lastSeen < $1.session.lastSeen }) {
      known.removeAll { $0 === silent }
      forget(silent, directory)
    }
    var key = base
    key.stream = (known.map(\.key.stream).max() ?? 0) &+ 1
    let place = open(key, directory)
    streams[base] = known.filter { places[$0.key] === $0 } + [place]
    return place
  }

  private mutating func open(_ key: SessionKey, _ directory: ExporterDirectory?) -> SessionPlace {
    if places.count >= limits.sessions { forgetSilent(directory) }
    let place = SessionPlace(key: key)
    places[key] = place
    return place
  }

  /// Accounts for what a session has come to remember with a message, once that is decoded.
  mutating func close(_ place: SessionPlace, _ directory: ExporterDirectory?) {
    if place.session.early.octets != place.earlyOctets { accountForEarlyData(of: place, directory) }
    let count = place.session.templates.fieldCount
    guard count != place.fieldCount else { return }
    fieldCount += count - place.fieldCount
    place.fieldCount = count
    while fieldCount > limits.templateFields, !places.isEmpty { forgetSilent(directory) }
  }

  /// What goes beyond the bound on all is given up where it came last: others' may still find their template.
  private mutating func accountForEarlyData(of place: SessionPlace, _ directory: ExporterDirectory?) {
    earlyOctets -= place.earlyOctets
    place.session.giveUpEarly(beyond: max(0, limits.earlyOctets - earlyOctets), rules, directory)
    place.earlyOctets = place.session.early.octets
    earlyOctets += place.earlyOctets
  }

  /// The sessions that have early data, those that have waited longest first.
  var placesWithEarlyData: [SessionPlace] {
    guard earlyOctets > 0 else { return [] }
    return places.values.filter { !$0.session.early.isEmpty }.sorted {
      ($0.session.early.oldestArrival ?? 0, $0.key) < ($1.session.early.oldestArrival ?? 0, $1.key)
    }
  }

  /// Forgets the templates that have not been repeated for too long.
  mutating func expireTemplates(_ directory: ExporterDirectory) {
    guard let lifetime = limits.templateLifetime else { return }
    for place in places.values where place.session.expireTemplates(lifetime, directory) { close(place, directory) }
  }

  /// Data sets that wait for their template.
  var earlyCount: Int { earlyOctets > 0 ? places.values.reduce(0) { $0 + $1.session.early.count } : 0 }

  /// Ends waiting: nothing more will come. What is left can be decoded by templates that the exporter's sessions agree on.
  mutating func endEarlyData(_ directory: ExporterDirectory?) {
    for place in placesWithEarlyData {
      place.session.endEarly(rules, directory)
      accountForEarlyData(of: place, directory)
    }
  }

  /// Forgets the sixteenth part of all sessions that has been silent longest: finding them costs a pass over all, so
  /// it is done for many at once.
  private mutating func forgetSilent(_ directory: ExporterDirectory?) {
    let silent = places.values.sorted { $0.session.lastSeen < $1.session.lastSeen }
    for place in silent.prefix(max(1, silent.count / 16)) { forget(place, directory) }
  }

  private mutating func forget(_ place: SessionPlace, _ directory: ExporterDirectory?) {
    places[place.key] = nil
    if var known = streams[place.base] {
      known.removeAll { $0 === place }
      streams[place.base] = known.isEmpty ? nil : known
    }
    place.session.dropEarly()
    earlyOctets -= place.earlyOctets
    place.earlyOctets = 0
    fieldCount -= place.fieldCount
    retired += place.session.counters
    retired.count(.sessionEvicted)
    directory?.withdraw(place.session)
    for index in recent.indices where recent[index] === place { recent[index] = nil }
  }

  /// What is kept over a restart.
  var state: (sessions: [Session], retired: DecodeCounters) { (places.values.map(\.session), retired) }

  /// Takes sessions over from an earlier run, and tells other sessions of their templates.
  mutating func restore(_ sessions: [Session], retired: DecodeCounters, _ directory: ExporterDirectory) {
    self.retired = retired
    for session in sessions.sorted(by: { $0.key < $1.key }) {
      let place = SessionPlace(key: session.key)
      place.session = session
      places[session.key] = place
      if session.key.stream != 0 { streams[place.base, default: places[place.base].map { [$0] } ?? []].append(place) }
      place.session.publishAll(directory)
      close(place, directory)
    }
  }

  /// The sum over all sessions, past ones too.
  var counters: DecodeCounters {
    places.values.reduce(into: retired) { $0 += $1.session.counters }
  }

  /// What is known of each session, in no order.
  ///
  /// - Parameter configured: the settings' sampling rate of an exporter, nil if they have none, and whether it is forced.
  func summaries(configured: (IPAddress) -> (rate: UInt32?, isForced: Bool)) -> [SessionSummary] {
    places.values.map { place in
      let (rate, isForced) = configured(place.key.exporter.address)
      return place.session.summary(configuredRate: rate, isForced: isForced)
    }
  }
}

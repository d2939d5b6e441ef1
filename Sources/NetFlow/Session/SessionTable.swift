import NetworkBytes

/// Bounds on what exporters can make the decoder remember.
public struct SessionLimits: Sendable {
  /// Sessions in all; the longest silent ones are forgotten first.
  public var sessions = 65_536
  /// Templates of one session; those defined longest ago are forgotten first.
  public var templatesPerSession = 4096
  /// Fields of one session's templates together, about 40 octets of memory each.
  public var templateFieldsPerSession = 1 << 16
  /// Fields of all sessions' templates; the longest silent sessions are forgotten first.
  public var templateFields = 1 << 22
  /// A template that its exporter has been repeating, and no longer does while it goes on sending, holds for three of its
  /// intervals, but for this long at least, milliseconds (RFC 7011 §8.4); nil: for ever. One that was never repeated holds.
  public var templateLifetime: Int64?
  /// Octets of data sets that came before their template, of one session and of all; beyond these bounds a session's
  /// that have waited longest are given up.
  public var earlyOctetsPerSession = 4 << 20
  public var earlyOctets = 64 << 20
  /// How long these wait for their template, milliseconds.
  public var earlyTimeout: Int64 = 1_800_000

  public init() {}
}

/// Where a session lives. A message's whole decoding is one access to it, so that nothing within is checked for
/// exclusivity again.
final class SessionPlace {
  let key: SessionKey
  var session: Session
  /// Fields of its templates, as far as the table has counted them.
  fileprivate var fieldCount = 0
  /// Octets of its early data, likewise.
  fileprivate var earlyOctets = 0

  init(key: SessionKey) {
    self.key = key
    session = Session(key: key)
  }
}

/// The sessions of one decoder.
struct SessionTable {
  private var places: [SessionKey: SessionPlace] = [:]
  /// Sessions of recent datagrams, each at the place its source port leads to: few lookups go past them.
  private var recent: [SessionPlace?] = Array(repeating: nil, count: 64)
  let limits: SessionLimits
  /// Fields of all sessions' templates.
  private var fieldCount = 0
  /// Octets of all sessions' early data.
  private var earlyOctets = 0
  /// Counters of sessions that were forgotten, and of datagrams that belong to none.
  private var retired = DecodeCounters()

  init(limits: SessionLimits) {
    self.limits = limits
  }

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
  mutating func place(
    of header: MessageHeader, from exporter: Endpoint, _ directory: ExporterDirectory?
  ) -> SessionPlace {
    let key = SessionKey(exporter: exporter, version: header.version, domain: header.domain)
    let index = Int(truncatingIfNeeded: key.exporter.address.low ^ UInt64(key.exporter.port ^ key.version)) & 63
    if let place = recent[index], place.key == key { return place }
    let place: SessionPlace
    if let known = places[key] {
      place = known
    } else {
      if places.count >= limits.sessions { forgetSilent(directory) }
      place = SessionPlace(key: key)
      places[key] = place
    }
    recent[index] = place
    return place
  }

  /// Accounts for what a session has come to remember with a message, once that is decoded.
  mutating func close(_ place: SessionPlace, _ directory: ExporterDirectory?) {
    if place.session.early.octets != place.earlyOctets { accountForEarlyData(of: place) }
    let count = place.session.templates.fieldCount
    guard count != place.fieldCount else { return }
    fieldCount += count - place.fieldCount
    place.fieldCount = count
    while fieldCount > limits.templateFields, !places.isEmpty { forgetSilent(directory) }
  }

  /// What goes beyond the bound on all is given up where it came last: others' may still find their template.
  private mutating func accountForEarlyData(of place: SessionPlace) {
    earlyOctets -= place.earlyOctets
    place.session.giveUpEarly(beyond: max(0, limits.earlyOctets - earlyOctets))
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

  /// Gives up all early data: nothing more will come.
  mutating func giveUpEarlyData() {
    for place in placesWithEarlyData {
      place.session.giveUpEarly(beyond: 0)
      accountForEarlyData(of: place)
    }
  }

  /// Forgets the sixteenth part of all sessions that has been silent longest: finding them costs a pass over all, so
  /// it is done for many at once.
  private mutating func forgetSilent(_ directory: ExporterDirectory?) {
    let silent = places.values.sorted { $0.session.lastSeen < $1.session.lastSeen }
    for place in silent.prefix(max(1, silent.count / 16)) {
      places[place.key] = nil
      place.session.giveUpEarly(beyond: 0)
      accountForEarlyData(of: place)
      fieldCount -= place.fieldCount
      retired += place.session.counters
      retired.count(.sessionEvicted)
      directory?.withdraw(place.session)
    }
    for index in recent.indices { recent[index] = nil }
  }

  /// What is kept over a restart.
  var state: (sessions: [Session], retired: DecodeCounters) { (places.values.map(\.session), retired) }

  /// Takes sessions over from an earlier run, and tells other sessions of their templates.
  mutating func restore(_ sessions: [Session], retired: DecodeCounters, _ directory: ExporterDirectory) {
    self.retired = retired
    for session in sessions {
      let place = SessionPlace(key: session.key)
      place.session = session
      places[session.key] = place
      for template in session.templates.all { directory.publish(template, of: session.key) }
      close(place, directory)
    }
  }

  /// The sum over all sessions, past ones too.
  var counters: DecodeCounters {
    places.values.reduce(into: retired) { $0 += $1.session.counters }
  }

  /// What is known of each session, in no order.
  ///
  /// - Parameter configuredRate: the settings' sampling rate of an exporter, nil if they have none.
  func summaries(configuredRate: (IPAddress) -> UInt32?) -> [SessionSummary] {
    places.values.map { $0.session.summary(configuredRate: configuredRate($0.key.exporter.address)) }
  }
}

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

  public init() {}
}

/// Where a session lives. A message's whole decoding is one access to it, so that nothing within is checked for
/// exclusivity again.
final class SessionPlace {
  let key: SessionKey
  var session: Session
  /// Fields of its templates, as far as the table has counted them.
  fileprivate var fieldCount = 0

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

  /// Accounts for the templates that a message brought, once it is decoded.
  mutating func close(_ place: SessionPlace, _ directory: ExporterDirectory?) {
    let count = place.session.templates.fieldCount
    guard count != place.fieldCount else { return }
    fieldCount += count - place.fieldCount
    place.fieldCount = count
    while fieldCount > limits.templateFields, !places.isEmpty { forgetSilent(directory) }
  }

  /// Forgets the sixteenth part of all sessions that has been silent longest: finding them costs a pass over all, so
  /// it is done for many at once.
  private mutating func forgetSilent(_ directory: ExporterDirectory?) {
    let silent = places.values.sorted { $0.session.lastSeen < $1.session.lastSeen }
    for place in silent.prefix(max(1, silent.count / 16)) {
      places[place.key] = nil
      fieldCount -= place.fieldCount
      retired += place.session.counters
      retired.count(.sessionEvicted)
      directory?.withdraw(place.session)
    }
    for index in recent.indices { recent[index] = nil }
  }

  /// The sum over all sessions, past ones too.
  var counters: DecodeCounters {
    places.values.reduce(into: retired) { $0 += $1.session.counters }
  }

  /// Counters by session, in no order.
  var countersBySession: [(key: SessionKey, counters: DecodeCounters)] {
    places.values.map { ($0.key, $0.session.counters) }
  }
}

import NetworkBytes

/// Where a session lives. A message's whole decoding is one access to it, so that nothing within is checked for
/// exclusivity again.
final class SessionPlace {
  let key: SessionKey
  /// The key of the first stream of the same address, ports, version and domain.
  var base: SessionKey { key.base }
  var session: Session
  /// Its number in the table's lists.
  fileprivate let slot: Int
  /// Fields of its templates, as far as the table has counted them.
  fileprivate var fieldCount = 0
  /// Its early data, likewise.
  fileprivate var early = EarlyQueue.Share()
  fileprivate var summaryParts: SummaryParts?

  fileprivate init(_ session: Session, slot: Int) {
    key = session.key
    self.session = session
    self.slot = slot
  }
}

/// The sessions of one decoder.
struct SessionTable {
  private(set) var places: [SessionKey: SessionPlace] = [:]
  /// The same by slot.
  private var slots: [SessionPlace?] = []
  private var freeSlots: [Int] = []
  /// Sessions of recent datagrams, each at the place its source port leads to: few lookups go past them.
  var recent: [SessionPlace?] = Array(repeating: nil, count: 64)
  private(set) var rules: SessionRules
  /// Counts changes of the settings.
  private var configuration = 0
  /// All streams of those keys that have more than one: devices that take turns, and runs before and after a restart.
  private var streams: [SessionKey: [SessionPlace]] = [:]
  /// Who makes room for others.
  private var order = SessionOrder()
  /// The time, as last told; nanoseconds since 1970 UTC.
  private var now: Int64 = 0
  /// The sessions of each connection.
  var connections: [UInt32: [SessionPlace]] = [:]
  /// Connections of which a session was forgotten: without its templates they bring nothing.
  var severed: Set<UInt32> = []
  /// Fields of all sessions' templates.
  private var fieldCount = 0
  /// Who has early data.
  private var early = EarlyQueue()
  /// Counters of sessions that were forgotten, and of datagrams that belong to none.
  private var retired = DecodeCounters()

  /// Streams of one key; the longest silent one is forgotten first.
  private static let maximumStreams = 4

  init(_ rules: SessionRules) {
    self.rules = rules
  }

  private var limits: SessionLimits { rules.limits }

  /// Changes how sessions are judged, and whose are trusted.
  mutating func reconfigure(_ new: SessionRules) {
    rules = new
    configuration += 1
    for place in places.values where order.isTrusted(place.slot) != new.isTrusted(place.key.exporter.address) {
      order.remove(place.slot)
      enterOrder(place)
    }
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

  /// The same for a message over a connection, where other versions than IPFIX are none.
  mutating func readHeader(ofStreamed message: RawSpan) -> MessageHeader? {
    guard let header = readHeader(of: message) else { return nil }
    if header.version == 10 { return header }
    retired.datagrams &+= 1
    retired.rejectedDatagrams &+= 1
    retired.count(.badVersion)
    return nil
  }

  // MARK: Finding

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
    let index = Self.recentIndex(base)
    if let place = recent[index], place.base == base, isOf(place, header, arrival) { return place }
    let place = find(base, header, arrival, directory)
    recent[index] = place
    return place
  }

  @inline(__always)
  static func recentIndex(_ key: SessionKey) -> Int {
    Int(truncatingIfNeeded: key.exporter.address.low ^ UInt64(key.exporter.port ^ key.version)) & 63
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

  // MARK: Opening and forgetting

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

  mutating func open(_ key: SessionKey, _ directory: ExporterDirectory?) -> SessionPlace {
    let address = key.exporter.address
    let isTrusted = rules.isTrusted(address)
    if !isTrusted, let slot = order.surplus(of: address, limits) { forget(slot, directory) }
    while places.count >= limits.sessions,
      let slot = longSilent ?? order.first(for: address, isTrusted: isTrusted, limits)
    {
      forget(slot, directory)
    }
    return enter(Session(key: key))
  }

  private mutating func enter(_ session: Session) -> SessionPlace {
    let slot = freeSlots.popLast() ?? slots.count
    let place = SessionPlace(session, slot: slot)
    if slot == slots.count { slots.append(place) } else { slots[slot] = place }
    places[place.key] = place
    enterOrder(place)
    return place
  }

  /// A session that has shown more than others, but has been silent for so long that its exporter may be gone: it goes first,
  /// or a table full of such sessions would leave no room for new exporters.
  private var longSilent: Int? {
    guard let slot = order.longestSilent, let place = slots[slot] else { return nil }
    return now &- place.session.lastSeen > limits.trustedSilence ? slot : nil
  }

  private mutating func enterOrder(_ place: SessionPlace) {
    let address = place.key.exporter.address
    order.insert(place.slot, address, isTrusted: rules.isTrusted(address), place.session.worth)
  }

  private mutating func forget(_ slot: Int, _ directory: ExporterDirectory?) {
    if let place = slots[slot] { forget(place, directory) }
  }

  private mutating func forget(_ place: SessionPlace, _ directory: ExporterDirectory?) {
    place.session.dropEarly()
    remove(place, directory)
    retired += place.session.counters
    retired.count(.sessionEvicted)
    if place.key.transport == .tcp, place.key.stream != 0 { severed.insert(place.key.stream) }
  }

  /// Ends a session whose connection has ended; its templates and what it knew of the exporter end with it.
  mutating func end(_ place: SessionPlace, _ directory: ExporterDirectory?) {
    // It may have been forgotten, and its domain have another by now.
    guard places[place.key] === place else { return }
    remove(place, directory)
    // What never brought a flow is not kept apart: domains are the sender's to choose.
    if place.session.counters.flowRecords == 0 {
      retired += place.session.counters
      return
    }
    let key = place.key.ofPastConnections
    let past = places[key] ?? open(key, directory)
    past.session.absorb(place.session)
    order.note(past.slot, past.session.worth)
  }

  private mutating func remove(_ place: SessionPlace, _ directory: ExporterDirectory?) {
    places[place.key] = nil
    slots[place.slot] = nil
    freeSlots.append(place.slot)
    order.remove(place.slot)
    if var known = streams[place.base] {
      known.removeAll { $0 === place }
      streams[place.base] = known.isEmpty ? nil : known
    }
    accountForEarlyData(of: place)
    fieldCount -= place.fieldCount
    if place.session.isKnownToOthers { directory?.withdraw(place.session) }
    let index = Self.recentIndex(place.base)
    if recent[index] === place { recent[index] = nil }
  }

  // MARK: Accounting

  /// Accounts for what a session has come to remember with a message, once that is decoded.
  @inline(__always)
  mutating func close(_ place: SessionPlace, _ directory: ExporterDirectory?) {
    order.note(place.slot, place.session.worth)
    account(for: place, directory)
  }

  /// Accounts for what a session has come to remember, or has let go.
  mutating func account(for place: SessionPlace, _ directory: ExporterDirectory?) {
    let others = early.octets - place.early.octets
    if place.session.early.octets > max(0, limits.earlyOctets - others) {
      // It is given up where it came last: others' may still find their template.
      place.session.giveUpEarly(beyond: max(0, limits.earlyOctets - others), rules, directory)
    }
    accountForEarlyData(of: place)
    let count = place.session.templates.fieldCount
    guard count != place.fieldCount else { return }
    fieldCount += count - place.fieldCount
    place.fieldCount = count
    while fieldCount > limits.templateFields, let slot = order.firstWithTemplates(limits) { forget(slot, directory) }
  }

  @inline(__always)
  private mutating func accountForEarlyData(of place: SessionPlace) {
    // As a rule there was none, and is none.
    if place.session.early.octets == 0, place.early.octets == 0 { return }
    guard early.update(place.slot, place.session.early, &place.early) else { return }
    if let due = place.session.nextLook(after: place.session.lastSeen, rules) { early.wait(place.slot, until: due) }
  }

  /// Forgets the templates that have not been repeated for too long.
  mutating func expireTemplates(_ directory: ExporterDirectory) {
    guard let lifetime = limits.templateLifetime else { return }
    for place in places.values where place.session.expireTemplates(lifetime, directory) {
      account(for: place, directory)
    }
  }

  // MARK: Early data

  /// Data sets that wait for their template.
  var earlyCount: Int { early.sets }

  /// Brings early data up to date whose time has come; nanoseconds since 1970 UTC.
  mutating func serveEarly(at now: Int64, _ directory: ExporterDirectory?) {
    self.now = now
    for slot in early.takeDue(at: now) {
      guard let place = slots[slot] else { continue }
      place.session.serveEarly(at: now, rules, directory)
      account(for: place, directory)
    }
  }

  /// A session whose early data can be decoded: each in turn.
  mutating func nextReady() -> SessionPlace? {
    guard let slot = early.firstReady else { return nil }
    early.moveToEnd(slot)
    return slots[slot]
  }

  /// Ends waiting: nothing more will come. What is left can be decoded by templates that the exporter's sessions agree on.
  mutating func endEarlyData(_ directory: ExporterDirectory?) {
    // In the order of their arrival, which does not depend on where they are.
    let places = early.slots.compactMap { slots[$0] }.sorted {
      ($0.session.early.oldestArrival ?? 0, $0.key) < ($1.session.early.oldestArrival ?? 0, $1.key)
    }
    for place in places {
      place.session.endEarly(rules, directory)
      account(for: place, directory)
    }
  }

  // MARK: State

  /// What is kept over a restart. Sessions that never gave a record are left out, but for the newest ones that have templates
  /// or early data; their counters are in the sum.
  var state: (sessions: [Session], retired: DecodeCounters) {
    var (kept, others): ([Session], [Session]) = ([], [])
    for place in places.values {
      if place.session.hasRecords { kept.append(place.session) } else { others.append(place.session) }
    }
    others.sort { $0.lastSeen > $1.lastSeen }
    var retired = retired
    var room = limits.keptWithoutRecords
    for session in others {
      if room > 0, session.templates.fieldCount > 0 || !session.early.isEmpty {
        kept.append(session)
        room -= 1
      } else {
        retired += session.counters
        retired.earlyGivenUp &+= UInt64(session.early.count)
      }
    }
    return (kept, retired)
  }

  /// Takes sessions over from an earlier run, and tells other sessions of their templates.
  mutating func restore(_ sessions: [Session], retired: DecodeCounters, _ directory: ExporterDirectory) {
    self.retired = retired
    // Those heard longest ago first, as they would have come in.
    for session in sessions.sorted(by: { ($0.lastSeen, $0.key) < ($1.lastSeen, $1.key) })
    where places[session.key] == nil {
      let place = enter(session)
      if session.key.transport == .tcp {
        if session.key.stream != 0 { connections[session.key.stream, default: []].append(place) }
      } else if session.key.stream != 0 {
        streams[place.base, default: places[place.base].map { [$0] } ?? []].append(place)
      }
      place.session.publishAll(directory)
      account(for: place, directory)
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
      let parts: SummaryParts
      if let known = place.summaryParts, known.areCurrent(place.session, configuration: configuration) {
        parts = known
      } else {
        let (rate, isForced) = configured(place.key.exporter.address)
        parts = place.session.summaryParts(
          configuredRate: rate, isForced: isForced, configuration: configuration)
        place.summaryParts = parts
      }
      return place.session.summary(parts)
    }
  }
}

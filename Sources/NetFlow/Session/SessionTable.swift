import NetworkBytes

/// Storage of a session. Decoding a whole message is a single access to it, so that exclusivity is checked only once.
final class SessionPlace {
  let key: SessionKey
  /// The key of the first stream of the same address, ports, version and domain.
  var base: SessionKey { key.base }
  var session: Session
  /// Its number in the table's lists.
  fileprivate let slot: Int
  /// Fields of its templates, as counted by the table.
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

/// Sessions of a decoder.
struct SessionTable {
  private(set) var places: [SessionKey: SessionPlace] = [:]
  /// The same by slot.
  private var slots: [SessionPlace?] = []
  private var freeSlots: [Int] = []
  /// Cache of sessions of recent datagrams; few lookups go past it.
  var recent: [SessionPlace?] = Array(repeating: nil, count: 1 << recentBits)
  private(set) var rules: SessionRules
  /// Counter of changes of the settings.
  private var configuration = 0
  /// All streams of keys with more than one: alternating devices, and runs before and after a restart. Longest silent
  /// first; arrival times would not tell, because the host's clock can be set.
  private var streams: [SessionKey: [SessionPlace]] = [:]
  /// Order of eviction.
  private var order = SessionOrder()
  /// Current time as last set; nanoseconds since 1970 UTC.
  private var now: Int64 = 0
  /// Sessions of each connection.
  var connections: [UInt32: [SessionPlace]] = [:]
  /// Connections that lost a session: they cannot be decoded without its templates.
  var severed: Set<UInt32> = []
  /// Fields of all sessions' templates.
  private var fieldCount = 0
  /// Sessions with early data.
  private var early = EarlyQueue()
  /// Counters of removed sessions and of datagrams that belong to none.
  private var retired = DecodeCounters()

  /// Maximum streams per key; the longest silent one is evicted first.
  private static let maximumStreams = 4

  init(_ rules: SessionRules) {
    self.rules = rules
  }

  private var limits: SessionLimits { rules.limits }

  /// Changes the rules and the set of trusted exporters.
  mutating func reconfigure(_ new: SessionRules) {
    rules = new
    configuration += 1
    for place in places.values where order.isTrusted(place.slot) != new.isTrusted(place.key.exporter.address) {
      order.remove(place.slot)
      enterOrder(place)
    }
  }

  /// Reads a datagram's header; counts a datagram without a valid one as rejected.
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

  /// The same for a message over a connection, where only IPFIX is valid.
  mutating func readHeader(ofStreamed message: RawSpan) -> MessageHeader? {
    guard let header = readHeader(of: message) else { return nil }
    if header.version == 10 { return header }
    retired.datagrams &+= 1
    retired.rejectedDatagrams &+= 1
    retired.count(.badVersion)
    return nil
  }

  // MARK: Finding

  /// Returns the place of the session that a message belongs to.
  ///
  /// - Parameters:
  ///   - localPort: Destination port; 0 if not distinguished.
  ///   - arrival: Nanoseconds since 1970 UTC.
  @inline(__always)
  mutating func place(
    of header: MessageHeader, from exporter: Endpoint, to localPort: UInt16, arrival: Int64,
    _ directory: ExporterDirectory?
  ) -> SessionPlace {
    let base = SessionKey(exporter: exporter, localPort: localPort, version: header.version, domain: header.domain)
    let index = Self.recentIndex(base)
    if let place = recent[index], place.base == base, agreement(place, header, arrival) == .ofBothClocks {
      return place
    }
    let place = find(base, header, arrival, directory)
    recent[index] = place
    return place
  }

  @inline(__always)
  static func recentIndex(_ key: SessionKey) -> Int {
    let mixed = (key.exporter.address.low ^ UInt64(key.exporter.port ^ key.version)) &* 0x9e37_79b9_7f4a_7c15
    return Int(truncatingIfNeeded: mixed &>> UInt64(64 - recentBits))
  }

  private static let recentBits = 14

  @inline(__always)
  private func agreement(_ place: SessionPlace, _ header: MessageHeader, _ arrival: Int64) -> BootMark.Agreement {
    if header.version != 9 || !rules.detectsRestarts { return .ofBothClocks }
    return place.session.bootAgreement(header, arrival: arrival)
  }

  private mutating func find(
    _ base: SessionKey, _ header: MessageHeader, _ arrival: Int64, _ directory: ExporterDirectory?
  ) -> SessionPlace {
    guard let first = places[base] ?? streams[base]?.first else { return open(base, directory) }
    let known = streams.isEmpty ? nil : streams[base]
    if known == nil, agreement(first, header, arrival) == .ofBothClocks { return first }
    return find(among: known ?? [first], base, header, arrival, directory)
  }

  private mutating func find(
    among known: [SessionPlace], _ base: SessionKey, _ header: MessageHeader, _ arrival: Int64,
    _ directory: ExporterDirectory?
  ) -> SessionPlace {
    // If several agree, the one by both clocks, otherwise the current run rather than an earlier one.
    let candidates = known.filter { agreement($0, header, arrival) != .none }
    if let place = candidates.last(where: { agreement($0, header, arrival) == .ofBothClocks }) ?? candidates.last {
      if known.last !== place { streams[base] = known.filter { $0 !== place } + [place] }
      return place
    }
    let newest = known[known.count - 1]
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

  /// Opens another stream with the same key, which has templates of its own to learn.
  private mutating func openStream(
    of base: SessionKey, beside known: [SessionPlace], _ directory: ExporterDirectory?
  ) -> SessionPlace {
    var known = known
    if known.count >= Self.maximumStreams { forget(known.removeFirst(), directory) }
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

  /// Session of high worth that has been silent for so long that its exporter may be gone: it is evicted first, since a
  /// table full of such sessions would leave no room for new exporters.
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

  /// Ends a session whose connection has ended, together with its templates and what it has learnt.
  mutating func end(_ place: SessionPlace, _ directory: ExporterDirectory?) {
    // It may have been evicted and replaced by another session of its domain.
    guard places[place.key] === place else { return }
    remove(place, directory)
    // Sessions without flows are not counted separately, since the sender chooses domains freely.
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

  /// Accounts for the state that a session has gained with a message, after its decoding.
  @inline(__always)
  mutating func close(_ place: SessionPlace, _ directory: ExporterDirectory?) {
    order.note(place.slot, place.session.worth)
    account(for: place, directory)
  }

  /// Accounts for the state that a session has gained or released.
  mutating func account(for place: SessionPlace, _ directory: ExporterDirectory?) {
    let others = early.octets - place.early.octets
    if place.session.early.octets > max(0, limits.earlyOctets - others) {
      // Only this session, which received data last, discards some: that of others may still find its template.
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
    // The usual case: none before and none now.
    if place.session.early.octets == 0, place.early.octets == 0 { return }
    guard early.update(place.slot, place.session.early, &place.early) else { return }
    if let due = place.session.nextLook(after: place.session.lastSeen, rules) { early.wait(place.slot, until: due) }
  }

  /// Removes templates that have not been repeated for too long.
  mutating func expireTemplates(_ directory: ExporterDirectory) {
    guard let lifetime = limits.templateLifetime else { return }
    for place in places.values where place.session.expireTemplates(lifetime, directory) {
      account(for: place, directory)
    }
  }

  // MARK: Early data

  /// Number of data sets waiting for their template.
  var earlyCount: Int { early.sets }

  /// Processes early data that is due at `now`, nanoseconds since 1970 UTC.
  mutating func serveEarly(at now: Int64, _ directory: ExporterDirectory?) {
    self.now = now
    for slot in early.takeDue(at: now) {
      guard let place = slots[slot] else { continue }
      place.session.serveEarly(at: now, rules, directory)
      account(for: place, directory)
    }
  }

  /// Returns a session whose early data can be decoded, round-robin.
  mutating func nextReady() -> SessionPlace? {
    guard let slot = early.firstReady else { return nil }
    early.moveToEnd(slot)
    return slots[slot]
  }

  /// Ends waiting because no more data will arrive. Remaining data can be decoded with templates on which the
  /// exporter's sessions agree.
  mutating func endEarlyData(_ directory: ExporterDirectory?) {
    // In order of arrival, independent of their location.
    let places = early.slots.compactMap { slots[$0] }.sorted {
      ($0.session.early.oldestArrival ?? 0, $0.key) < ($1.session.early.oldestArrival ?? 0, $1.key)
    }
    for place in places {
      place.session.endEarly(rules, directory)
      account(for: place, directory)
    }
  }

  // MARK: State

  /// State kept across restarts. Omits sessions without records, except for the newest ones with templates or early
  /// data; their counters are part of the sum.
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

  /// Restores sessions of an earlier run and publishes their templates.
  mutating func restore(_ sessions: [Session], retired: DecodeCounters, _ directory: ExporterDirectory) {
    self.retired = retired
    // Longest silent first, the order in which they would have arrived.
    for session in sessions.sorted(by: { ($0.lastSeen, $0.key) < ($1.lastSeen, $1.key) })
    where places[session.key] == nil {
      let place = enter(session)
      if session.key.transport == .tcp {
        if session.key.stream != 0 { connections[session.key.stream, default: []].append(place) }
      } else if session.key.stream != 0 || streams[place.base] != nil {
        streams[place.base, default: places[place.base].map { [$0] } ?? []].append(place)
      }
      place.session.publishAll(directory)
      account(for: place, directory)
    }
  }

  /// Sum over all sessions, including removed ones.
  var counters: DecodeCounters {
    places.values.reduce(into: retired) { $0 += $1.session.counters }
  }

  /// Returns a summary of each session, in no particular order.
  ///
  /// - Parameter configured: Returns the sampling rate of an exporter in the settings, nil if none, and whether it is
  ///   forced.
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

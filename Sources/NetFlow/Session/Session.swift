import FlowModel
import NetworkBytes

/// What is remembered of one session. Belongs to one decoder, hence to one thread.
struct Session: Decodable {
  /// What checkpoints of former versions have; see `append`.
  private enum CodingKeys: CodingKey {
    case key, counters, sequence, origin, systemInit, lastSeen, firstSeen, clockSkew, v5SamplingInterval, templates,
      early, first, boot, clock, elements
  }

  let key: SessionKey
  var counters = DecodeCounters()
  var sequence: SequenceTracker
  /// Number of the session's `FlowOrigin`; nil until a message is decoded into flow records.
  var origin: UInt32?
  /// When the exporter started, milliseconds since 1970 UTC, if this session said so (systemInitTimeMilliseconds).
  var systemInit: Int64?
  /// Arrival of the newest datagram, nanoseconds since 1970 UTC: the longest silent session is evicted first.
  private(set) var lastSeen: Int64 = 0
  /// Arrival of the first datagram, likewise.
  private(set) var firstSeen: Int64 = 0
  /// How far the newest header's clock was ahead of its arrival, milliseconds.
  private(set) var clockSkew: Int64 = 0
  private(set) var clock: ClockWatch? = ClockWatch()
  /// Of the newest v5 header; 0: none.
  private(set) var v5SamplingInterval: UInt16 = 0
  var templates = TemplateTable()
  var early = EarlyData()
  /// How the exporter's own elements are called and read, as it reports (RFC 5610); nil: it does not.
  var elements: ElementNames?

  /// The first message, by which this session may continue another one.
  var first: FirstMessage?
  /// Boot times as the newest header and its arrival tell them; v9 only.
  var boot: BootMark?
  /// Times in a row that the boot time changed while the sequence number went on: such an uptime says nothing.
  var unsteadyBoots: Int32 = 0
  /// An IPFIX message whose number looks like that of a restarted exporter.
  var suspect: RestartSuspect?
  /// Times that such a message came in between and the old numbers went on: two streams take turns.
  var stragglers: Int32 = 0
  /// The numbers of the second of these.
  var secondSequence = Seldom<SequenceTracker>()
  /// Streams that take turns with numbers that no restart explains.
  private var turns = StreamTurns()

  /// Tells other sessions where this one has got to, once it has templates.
  var trail: SessionTrail?
  /// Templates that the exporter's other sessions agree on, and that data was decoded by, as of `agreedGeneration`.
  var agreed: [UInt16: Template] = [:]
  var agreedGeneration: UInt64 = 0
  private(set) var rates = KnownRates()
  /// When the exporter started, as other sessions know.
  private var toldSystemInit: Int64?
  private(set) var factsGeneration: UInt64 = 0
  /// Whether the session's flows have names of its own, because these contradict those of others.
  private(set) var namesApart = false
  /// Where the directory counts what changes about the exporter.
  private(set) lazy var place = ExporterDirectory.Place(key.exporter.address)
  /// Changes with all that options data and templates bring: what was said before may then say something else.
  var learnt: UInt64 = 0
  /// Tells this session from all others of the process, and from earlier ones of its key.
  private(set) lazy var identity = UInt64(truncatingIfNeeded: Self.hash(key, firstSeen))
  var learningUse = LearningBudget.Use()
  /// Whether the directory knows that this session sends flows.
  private(set) var sendsFlows = false
  /// Whether the directory may know anything of it.
  var isKnownToOthers: Bool { trail != nil || sendsFlows || counters.optionsRecords > 0 }

  init(key: SessionKey) {
    self.key = key
    sequence = SequenceTracker(version: key.version)
  }

  // MARK: Messages

  /// Begins a message.
  mutating func open(
    _ header: MessageHeader, arrival: UnixNanoseconds, _ rules: SessionRules, _ directory: ExporterDirectory?
  ) {
    let isFirst = lastSeen == 0
    if isFirst { firstSeen = arrival }
    lastSeen = arrival
    clockSkew = header.exportMilliseconds - arrival / 1_000_000
    v5SamplingInterval = header.v5SamplingInterval
    counters.datagrams &+= 1
    if header.version == 5 { return }
    if header.version == 9 { noteBoot(BootMark(header, arrival: arrival)) }
    if isFirst {
      first = FirstMessage(sequence: header.sequence, boot: boot?.byHeader, arrival: arrival)
      continueOther(rules, directory)
    }
    if key.transport == .tcp { return }
    if header.version == 10, rules.detectsRestarts || suspect != nil { lookForRestart(header, directory) }
  }

  /// Takes note of how far the exporter's clock is off.
  ///
  /// - Parameter limit: milliseconds that are put up with; nil: any.
  mutating func watchClock(limit: Int64?) {
    clock = clock ?? ClockWatch()
    clock?.note(clockSkew, arrival: lastSeen / 1_000_000, limit: limit)
  }

  /// Ends a message, whose records are counted by now.
  ///
  /// - Parameter before: the counters as they were when it began.
  mutating func close(_ header: MessageHeader, since before: DecodeCounters) {
    let message = SequencedMessage(
      number: header.sequence,
      flowRecords: UInt32(truncatingIfNeeded: counters.flowRecords &- before.flowRecords),
      optionsRecords: UInt32(truncatingIfNeeded: counters.optionsRecords &- before.optionsRecords),
      isWhole: header.version == 5 || counters.unreadable == before.unreadable)
    observe(message, exportTime: header.exportTime)
    trail?.tell(next: sequence.next, boot: boot?.byHeader, seen: lastSeen)
  }

  private mutating func observe(_ message: SequencedMessage, exportTime: UInt32) {
    if suspect != nil {
      suspect?.note(message)
    } else if var other = secondSequence.value, sequence.isFar(message.number),
      other.isNearer(message.number, than: sequence)
    {
      other.observe(message, exportTime: exportTime, counters: &counters.sequence)
      secondSequence.value = other
    } else {
      if secondSequence.isEmpty,
        turns.areProven(by: message.number, message: counters.datagrams, &sequence, &counters.sequence)
      {
        secondSequence.value = SequenceTracker(version: key.version)
      }
      sequence.observe(message, exportTime: exportTime, counters: &counters.sequence)
    }
  }

  /// The exporter's uptime when it sent the message: in the header, but for IPFIX.
  func sysUpTime(_ header: MessageHeader) -> UInt32? {
    header.version == 10 ? upTime(at: header.exportMilliseconds) : header.sysUpTime
  }

  /// The uptime at `time` by the exporter's own clock, as the 32-bit counter shows it.
  func upTime(at time: Int64) -> UInt32? {
    (systemInit ?? toldSystemInit).map { UInt32(truncatingIfNeeded: time &- $0) }
  }

  /// Takes note of when the exporter started, milliseconds since 1970 UTC; 0: it does not say.
  ///
  /// - Parameter directory: of others who are to know.
  mutating func learnSystemInit(_ start: UInt64, _ directory: ExporterDirectory) {
    let start = start == 0 ? nil : Int64(clamping: start)
    if start == systemInit { return }
    systemInit = start
    guard let start else { return directory.retractStart(of: key, at: lastSeen) }
    if directory.tell(.start(start), of: key, trail, at: lastSeen) == .contradiction { counters.count(.contradiction) }
  }

  private static func hash(_ key: SessionKey, _ firstSeen: Int64) -> Int {
    var hasher = Hasher()
    hasher.combine(key)
    hasher.combine(firstSeen)
    return hasher.finalize()
  }

  /// Adds what another session has counted, which has ended.
  mutating func absorb(_ ended: Session) {
    counters += ended.counters
    firstSeen = firstSeen == 0 ? ended.firstSeen : min(firstSeen, ended.firstSeen)
    if ended.lastSeen < lastSeen { return }
    (lastSeen, clockSkew, clock) = (ended.lastSeen, ended.clockSkew, ended.clock)
  }

  // MARK: Sampling and start

  /// Tells others that this session sends flows.
  mutating func noteFlows(_ directory: ExporterDirectory) {
    if sendsFlows { return }
    sendsFlows = true
    directory.noteFlows(of: key)
  }

  /// Brings `rates` and the exporter's start up to date with what any worker learnt of this exporter.
  @inline(__always)
  mutating func refreshFacts(from directory: ExporterDirectory, _ budget: inout LearningBudget) {
    let generation = directory.announcementGeneration(place)
    if generation != factsGeneration { refreshFacts(from: directory, generation, &budget) }
  }

  private mutating func refreshFacts(
    from directory: ExporterDirectory, _ generation: UInt64, _ budget: inout LearningBudget
  ) {
    // What one domain says may have to be compared with what all others do.
    guard let facts = directory.facts(for: key, since: firstSeen, { budget.spend(0, of: .comparisons, &self) }) else {
      return counters.count(.ratesDelayed)
    }
    factsGeneration = generation
    if facts.comparisons > 0 { _ = budget.spend(facts.comparisons, of: .comparisons, &self) }
    (rates, toldSystemInit) = (facts.rates, facts.systemInit)
    if facts.isApart != namesApart {
      namesApart = facts.isApart
      // The flows that follow are of an origin of their own.
      origin = nil
    }
  }
}

// MARK: In a checkpoint

extension Session {
  /// Appends what is kept over a restart; the rest is learnt again.
  func append(to octets: inout OctetWriter) {
    key.append(to: &octets)
    counters.append(to: &octets)
    sequence.append(to: &octets)
    octets.append(origin) { $1.append($0) }
    octets.append(systemInit) { $1.append($0) }
    octets.append(lastSeen)
    octets.append(firstSeen)
    octets.append(clockSkew)
    octets.append(clock) { $0.append(to: &$1) }
    octets.append(v5SamplingInterval)
    octets.append(first) { $0.append(to: &$1) }
    octets.append(boot) { $0.append(to: &$1) }
    octets.append(elements) { $0.append(to: &$1) }
    templates.append(to: &octets)
    early.append(to: &octets)
  }

  /// Reads what `append` wrote.
  init(_ octets: inout OctetReader, _ numbers: IssueNumbers) throws(OctetFault) {
    self.init(key: try SessionKey(&octets))
    counters = try DecodeCounters(&octets, numbers)
    sequence = try SequenceTracker(&octets)
    origin = try octets.optional { reader throws(OctetFault) in try reader.number() }
    systemInit = try octets.optional { reader throws(OctetFault) in try reader.signed() }
    lastSeen = try octets.time()
    firstSeen = try octets.time()
    clockSkew = try octets.bounded()
    clock = try octets.optional { reader throws(OctetFault) in try ClockWatch(&reader) }
    v5SamplingInterval = try octets.number()
    first = try octets.optional { reader throws(OctetFault) in try FirstMessage(&reader) }
    boot = try octets.optional { reader throws(OctetFault) in try BootMark(&reader) }
    elements = try octets.optional { reader throws(OctetFault) in try ElementNames(&reader) }
    templates = try TemplateTable(&octets, version: key.version)
    early = try EarlyData(&octets)
  }
}

extension OctetReader {
  /// A time, nanoseconds since 1970 UTC: any that a clock or a capture can have.
  mutating func time() throws(OctetFault) -> UnixNanoseconds { try signed() }
}

import FlowModel
import NetworkBytes

/// State of a session. Belongs to one decoder and thus to one thread.
struct Session: Decodable {
  /// Keys in checkpoints of earlier versions; see `append`.
  private enum CodingKeys: CodingKey {
    case key, counters, sequence, origin, systemInit, lastSeen, firstSeen, clockSkew, v5SamplingInterval, templates,
      early, first, boot, clock, elements
  }

  let key: SessionKey
  var counters = DecodeCounters()
  var sequence: SequenceTracker
  /// Number of the session's `FlowOrigin`; nil until a message is decoded into flow records.
  var origin: UInt32?
  /// Start of the exporter as reported by this session (systemInitTimeMilliseconds), milliseconds since 1970 UTC.
  var systemInit: Int64?
  /// Arrival of the newest datagram, nanoseconds since 1970 UTC: the longest silent session is evicted first.
  private(set) var lastSeen: Int64 = 0
  /// Arrival of the first datagram, likewise.
  private(set) var firstSeen: Int64 = 0
  /// Difference of the newest header's clock to its arrival, milliseconds; positive if ahead.
  private(set) var clockSkew: Int64 = 0
  private(set) var clock: ClockWatch? = ClockWatch()
  /// From the newest v5 header; 0 if none.
  private(set) var v5SamplingInterval: UInt16 = 0
  var templates = TemplateTable()
  var early = EarlyData()
  /// Names and types of the exporter's own elements as reported by it (RFC 5610); nil if there are none.
  var elements: ElementNames?

  /// First message, which may show that this session continues another one.
  var first: FirstMessage?
  /// Boot times from the newest header and its arrival; v9 only.
  var boot: BootMark?
  /// Times in a row that the boot time changed while the sequence number went on: such an uptime says nothing.
  var unsteadyBoots: Int32 = 0
  /// An IPFIX message whose number looks like that of a restarted exporter.
  var suspect: RestartSuspect?
  /// Times that such a message came in between and the old numbers went on: two streams take turns.
  var stragglers: Int32 = 0
  /// The numbers of the second of these.
  var secondSequence = Seldom<SequenceTracker>()
  /// Streams that alternate with numbers that no restart explains.
  private var turns = StreamTurns()

  /// Publishes the session's progress to other sessions once it has templates.
  var trail: SessionTrail?
  /// Templates on which the exporter's other sessions agree and which were used for data, as of `agreedGeneration`.
  var agreed: [UInt16: Template] = [:]
  var agreedGeneration: UInt64 = 0
  private(set) var rates = KnownRates()
  /// Start of the exporter according to other sessions.
  private var announcedSystemInit: Int64?
  private(set) var factsGeneration: UInt64 = 0
  /// Whether the session's flows have names of their own because these contradict others.
  private(set) var namesApart = false
  /// Location of the exporter's generation counters in the directory.
  private(set) lazy var place = ExporterDirectory.Place(key.exporter.address)
  /// Changes with everything learnt from options data and templates, which may change the meaning of earlier
  /// statements.
  var learnt: UInt64 = 0
  /// Distinguishes this session from all others of the process and from earlier ones with its key.
  private(set) lazy var identity = UInt64(truncatingIfNeeded: Self.hash(key, firstSeen))
  var learningUse = LearningBudget.Use()
  /// Whether the directory knows that this session sends flows.
  private(set) var sendsFlows = false
  /// Whether the directory may have entries for it.
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

  /// Updates the state of the exporter's clock.
  ///
  /// - Parameter limit: Tolerated difference in milliseconds; nil for any.
  mutating func watchClock(limit: Int64?) {
    clock = clock ?? ClockWatch()
    clock?.note(clockSkew, arrival: lastSeen / 1_000_000, limit: limit)
  }

  /// Ends a message, whose records have been counted.
  ///
  /// - Parameter before: Counters at its start.
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

  /// Returns the exporter's uptime at export: from the header, except for IPFIX.
  func sysUpTime(_ header: MessageHeader) -> UInt32? {
    header.version == 10 ? upTime(at: header.exportMilliseconds) : header.sysUpTime
  }

  /// Returns the uptime at `time` by the exporter's clock, as a 32-bit counter.
  func upTime(at time: Int64) -> UInt32? {
    (systemInit ?? announcedSystemInit).map { UInt32(truncatingIfNeeded: time &- $0) }
  }

  /// Records when the exporter started, milliseconds since 1970 UTC; 0 if not reported.
  ///
  /// - Parameter directory: Directory to be informed.
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

  /// Adds the counters of another session that has ended.
  mutating func absorb(_ ended: Session) {
    counters += ended.counters
    firstSeen = firstSeen == 0 ? ended.firstSeen : min(firstSeen, ended.firstSeen)
    if ended.lastSeen < lastSeen { return }
    (lastSeen, clockSkew, clock) = (ended.lastSeen, ended.clockSkew, ended.clock)
  }

  // MARK: Sampling and start

  /// Informs the directory that this session sends flows.
  mutating func noteFlows(_ directory: ExporterDirectory) {
    if sendsFlows { return }
    sendsFlows = true
    directory.noteFlows(of: key)
  }

  /// Updates `rates` and the exporter's start with what any worker has learnt about this exporter.
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
    (rates, announcedSystemInit) = (facts.rates, facts.systemInit)
    if facts.isApart != namesApart {
      namesApart = facts.isApart
      // The following flows get an origin of their own.
      origin = nil
    }
  }
}

// MARK: In a checkpoint

extension Session {
  /// Appends the state kept across restarts; the rest is learnt again.
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

  /// Reads the state from a checkpoint.
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
  /// Reads a time in nanoseconds since 1970 UTC; any value is valid.
  mutating func time() throws(OctetFault) -> UnixNanoseconds { try signed() }
}

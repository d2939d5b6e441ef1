import FlowModel
import NetworkBytes

/// What is remembered of one session. Belongs to one decoder, hence to one thread.
struct Session: Codable {
  /// What is kept over a restart; the rest is learnt again.
  private enum CodingKeys: CodingKey {
    case key, counters, sequence, origin, systemInit, lastSeen, firstSeen, clockSkew, v5SamplingInterval, templates,
      early, first, boot, clock
  }

  let key: SessionKey
  var counters = DecodeCounters()
  private(set) var sequence: SequenceTracker
  /// Number of the session's `FlowOrigin`; nil until a message is decoded into flow records.
  var origin: UInt32?
  /// When the exporter started, milliseconds since 1970 UTC, if this session said so (systemInitTimeMilliseconds).
  private(set) var systemInit: Int64?
  /// Arrival of the newest datagram, nanoseconds since 1970 UTC: the longest silent session is evicted first.
  private(set) var lastSeen: Int64 = 0
  /// Arrival of the first datagram, likewise.
  private(set) var firstSeen: Int64 = 0
  /// How far the newest header's clock was ahead of its arrival, milliseconds.
  private(set) var clockSkew: Int64 = 0
  private(set) var clock: ClockWatch? = ClockWatch()
  /// Of the newest v5 header; 0: none.
  private(set) var v5SamplingInterval: UInt16 = 0
  private(set) var templates = TemplateTable()
  private(set) var early = EarlyData()

  /// The first message, by which this session may continue another one.
  private var first: FirstMessage?
  /// Boot times as the newest header and its arrival tell them; v9 only.
  private(set) var boot: BootMark?
  /// An IPFIX message whose number looks like that of a restarted exporter.
  private var suspect: RestartSuspect?
  /// Times that such a message came in between and the old numbers went on: two streams take turns.
  private var stragglers = 0
  /// The numbers of the second of these.
  private var secondSequence: SequenceTracker?

  /// Tells other sessions where this one has got to, once it has templates.
  private(set) var trail: SessionTrail?
  /// Templates that the exporter's other sessions agree on, and that data was decoded by, as of `agreedGeneration`.
  private var agreed: [UInt16: Template] = [:]
  private var agreedGeneration: UInt64 = 0
  private(set) var rates = KnownRates()
  /// When the exporter started, as other sessions know.
  private var toldSystemInit: Int64?
  private var factsGeneration: UInt64 = 0
  /// Whether the directory knows that this session sends flows.
  private(set) var sendsFlows = false

  init(key: SessionKey) {
    self.key = key
    sequence = SequenceTracker(version: key.version)
  }

  // MARK: Messages

  /// Begins a message.
  mutating func open(_ header: MessageHeader, arrival: Int64, _ rules: SessionRules, _ directory: ExporterDirectory?) {
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
      suspect?.message = message
    } else if let other = secondSequence, sequence.isFar(message.number), other.isNearer(message.number, than: sequence)
    {
      secondSequence?.observe(message, exportTime: exportTime, counters: &counters.sequence)
    } else {
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
    directory.setSystemInit(start, of: key)
  }

  // MARK: Templates

  /// The template that records of set `id` follow: the session's own, or what its exporter's other sessions agree on once
  /// that has been needed. Nil, too, for what came before a restart that may have happened.
  @inline(__always)
  mutating func template(_ id: UInt16, directory: ExporterDirectory?) -> Template? {
    if suspect != nil { return suspectedTemplate(id) }
    return templates[id] ?? (agreed.isEmpty ? nil : agreedTemplate(id, directory))
  }

  private func suspectedTemplate(_ id: UInt16) -> Template? {
    guard let suspect, !templates.isDefined(id, since: suspect.definitions) else { return templates[id] }
    return nil
  }

  private mutating func agreedTemplate(_ id: UInt16, _ directory: ExporterDirectory?) -> Template? {
    guard let directory, let known = agreed[id] else { return nil }
    if directory.templateGeneration == agreedGeneration { return known }
    agreedGeneration = directory.templateGeneration
    agreed = agreed.filter {
      directory.agreedTemplate($0.key, for: key, boot: boot?.byHeader)?.definition == $0.value.definition
    }
    return agreed[id]
  }

  /// Stores a template; the newest definition of an id holds from here on (RFC 7011 §8.4). Tells the exporter's other
  /// sessions what changes.
  mutating func learn(_ definition: TemplateDefinition, _ rules: SessionRules, _ directory: ExporterDirectory?) {
    counters.templates &+= 1
    guard let template = templates.define(definition, at: lastSeen / 1_000_000) else { return }
    agreed[template.id] = nil
    early.serve(template)
    publish(template, directory)
    guard templates.exceeds(rules.limits) else { return }
    let evicted = templates.evict(rules.limits, keeping: definition.id)
    counters[.templateEvicted] &+= UInt64(evicted.count)
    withdraw(evicted, directory)
  }

  private mutating func publish(_ template: Template, _ directory: ExporterDirectory?) {
    guard let directory else { return }
    let trail = self.trail ?? SessionTrail(key)
    if self.trail == nil {
      trail.tell(next: sequence.next, boot: boot?.byHeader, seen: lastSeen)
      self.trail = trail
    }
    directory.publish(template, of: trail)
  }

  private func withdraw(_ ids: [UInt16], _ directory: ExporterDirectory?) {
    if let trail, !ids.isEmpty { directory?.withdraw(ids, of: trail) }
  }

  /// Tells other sessions of the templates and flows of a session that an earlier run knew. What that run had not decoded
  /// yet has its template already.
  mutating func publishAll(_ directory: ExporterDirectory) {
    for template in templates.all { publish(template, directory) }
    early.serve(all: templates.all)
    if origin != nil { noteFlows(directory) }
  }

  /// Takes over the templates of the session that this one provably continues.
  private mutating func continueOther(_ rules: SessionRules, _ directory: ExporterDirectory?) {
    guard rules.sharesTemplates, let first, let directory,
      let known = directory.templates(continuedBy: first, of: key)
    else { return }
    counters.count(.sessionContinued)
    for template in known where templates[template.id] == nil {
      guard let template = templates.define(template.definition, at: lastSeen / 1_000_000) else { continue }
      early.serve(template)
      publish(template, directory)
    }
  }

  /// Forgets the templates that the exporter has stopped repeating.
  ///
  /// - Returns: whether there were any.
  mutating func expireTemplates(_ lifetime: Int64, _ directory: ExporterDirectory) -> Bool {
    // By when the exporter was last heard: one that is silent may come back as it was.
    let expired = templates.expire(lastSeen / 1_000_000, lifetime)
    if expired.isEmpty { return false }
    counters[.templateExpired] &+= UInt64(expired.count)
    withdraw(expired, directory)
    return true
  }

  // MARK: Restarts

  /// Whether a v9 message is of this session's device and run, by its boot time.
  @inline(__always)
  func isOfSameBoot(_ header: MessageHeader, arrival: Int64) -> Bool {
    guard let boot else { return true }
    return boot.isSame(BootMark(header, arrival: arrival)) || unsteadyBoots >= 2
  }

  /// Times in a row that the boot time changed while the sequence number went on: such an uptime says nothing.
  private var unsteadyBoots = 0

  private mutating func noteBoot(_ new: BootMark) {
    if unsteadyBoots == 1, boot?.isSame(new) == true { unsteadyBoots = 0 }
    boot = new
  }

  /// What a v9 message of another boot time is.
  enum Change {
    /// The same device: its sequence number goes on, so that the uptime stood still or a clock was set.
    case none
    case restart
    case otherDevice
  }

  mutating func judge(_ header: MessageHeader, arrival: Int64) -> Change {
    // A device that has been up for longer than it was silent was not restarted since.
    let isShort = Int64(header.sysUpTime) <= (arrival &- lastSeen) / 1_000_000
    if isShort, header.sysUpTime < boot?.upTime ?? 0 { return .restart }
    let ahead = sequence.distance(to: header.sequence)
    let isNear = ahead.map { $0 <= Self.lostMessages && $0 >= (isShort ? 0 : -Self.reorderedMessages) } ?? true
    if isNear || sequence.repeatsZero(header.sequence) {
      unsteadyBoots += 1
      return .none
    }
    return isShort ? .restart : .otherDevice
  }

  /// Messages that may come late, and that may be lost at a time.
  private static let reorderedMessages = 1000
  private static let lostMessages = 1 << 16

  /// This session is a device's that was restarted.
  mutating func countRestart() { counters.sequence.restarts &+= 1 }

  /// Notices an IPFIX exporter that has restarted: a number near 0 and far behind, which the next message goes on from. If
  /// that goes on from the old number, the message was late, or two streams take turns.
  private mutating func lookForRestart(_ header: MessageHeader, _ directory: ExporterDirectory?) {
    if let suspect {
      let (fromNew, fromOld) = (header.sequence &- suspect.number, sequence.distance(to: header.sequence))
      if fromNew > 0, fromNew < RestartSuspect.nearness, !suspect.isContradicted(by: fromOld) {
        restart(suspect, directory)
      } else {
        stragglers += 1
        if stragglers == 2 { secondSequence = SequenceTracker(version: key.version) }
        counters.sequence.reordered &+= 1
        resolveSuspect()
      }
    }
    guard stragglers < 2, !sequence.repeatsZero(header.sequence), let behind = sequence.distance(to: header.sequence),
      behind < -RestartSuspect.distance,
      Int32(bitPattern: header.sequence).magnitude < RestartSuspect.nearness
    else { return }
    suspect = RestartSuspect(number: header.sequence, definitions: templates.definitions)
  }

  private mutating func restart(_ suspect: RestartSuspect, _ directory: ExporterDirectory?) {
    let untrusted = templates.forget(definedBefore: suspect.definitions)
    withdraw(untrusted, directory)
    systemInit = nil
    directory?.setSystemInit(nil, of: key)
    sequence.restart(at: suspect.message, &counters.sequence)
    self.suspect = nil
    early.serve(all: templates.all)
  }

  /// The message that looked like a restart was none: its data follows the templates that there are.
  private mutating func resolveSuspect() {
    suspect = nil
    early.serve(all: templates.all)
  }

  // MARK: Early data

  /// Keeps a data set until its template comes.
  mutating func holdEarly(
    _ id: UInt16, _ content: RawSpan, of header: MessageHeader, _ rules: SessionRules, _ directory: ExporterDirectory?
  ) {
    counters.count(.unknownTemplate)
    early.hold(EarlySet(id: id, header: header, arrival: lastSeen, content: content.copied()))
    giveUpEarly(beyond: rules.limits.earlyOctetsPerSession, rules, directory)
  }

  /// Brings early data up to date: those whose template another session has brought, those that have waited too long.
  mutating func serveEarly(at now: Int64, _ rules: SessionRules, _ directory: ExporterDirectory?) {
    if early.isEmpty { return }
    // What shows that another session is continued may come through another worker a little later.
    if !early.ids.isEmpty, let first, now &- first.arrival < 10_000_000_000 { continueOther(rules, directory) }
    giveUp(early.takeOverdue(before: now &- rules.limits.earlyTimeout &* 1_000_000), rules, directory)
    boundReady(rules)
  }

  /// Takes the next data set whose template has come.
  mutating func takeEarly(_ rules: SessionRules) -> EarlyData.Ready? {
    boundReady(rules)
    guard let next = early.takeReady() else { return nil }
    counters.earlyDecoded &+= 1
    return next
  }

  private mutating func boundReady(_ rules: SessionRules) {
    counters.earlyGivenUp &+= UInt64(early.giveUpReady(records: rules.limits.earlyRecordsPerSession))
  }

  /// Gives up the data sets that have waited longest, until no more than `limit` octets are held.
  mutating func giveUpEarly(beyond limit: Int, _ rules: SessionRules, _ directory: ExporterDirectory?) {
    giveUp(early.takeExcess(beyond: limit), rules, directory)
    boundReady(rules)
    counters.earlyGivenUp &+= UInt64(early.giveUpReady(octets: limit))
  }

  /// Gives up all that waits: nothing more will come.
  mutating func endEarly(_ rules: SessionRules, _ directory: ExporterDirectory?) {
    resolveSuspect()
    giveUp(early.takeExcess(beyond: -1), rules, directory)
    boundReady(rules)
  }

  /// Drops all that is held, also what could be decoded.
  mutating func dropEarly() {
    let dropped = early.count
    early = EarlyData()
    counters.earlyGivenUp &+= UInt64(dropped)
  }

  /// Lets go of data whose template has not come, unless the exporter's other sessions agree on one that it fits exactly.
  private mutating func giveUp(_ sets: [EarlySet], _ rules: SessionRules, _ directory: ExporterDirectory?) {
    var known: [UInt16: Template?] = [:]
    for set in sets {
      let template = known[set.id] ?? templateOfLastResort(set.id, rules, directory)
      known[set.id] = .some(template)
      if let template, template.fits(set.content.rawSpan) {
        if templates[set.id] == nil, let directory { remember(template, directory) }
        early.hold(set, ready: template)
      } else {
        counters.earlyGivenUp &+= 1
      }
    }
  }

  private func templateOfLastResort(
    _ id: UInt16, _ rules: SessionRules, _ directory: ExporterDirectory?
  ) -> Template? {
    if let template = templates[id] { return template }
    return rules.sharesTemplates ? directory?.agreedTemplate(id, for: key, boot: boot?.byHeader) : nil
  }

  /// What follows need not wait again.
  private mutating func remember(_ template: Template, _ directory: ExporterDirectory) {
    if agreed[template.id] != nil { return }
    counters.count(.templateAgreed)
    if agreed.isEmpty { agreedGeneration = directory.templateGeneration }
    if agreed.count < 256 { agreed[template.id] = template }
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
  mutating func refreshFacts(from directory: ExporterDirectory) {
    let generation = directory.announcementGeneration
    guard generation != factsGeneration else { return }
    factsGeneration = generation
    (rates, toldSystemInit) = directory.facts(for: key)
  }
}

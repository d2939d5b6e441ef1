import NetworkBytes

/// One stream of messages with its own templates and sequence numbers.
public struct SessionKey: Hashable, Sendable, Codable {
  public var exporter: Endpoint
  public var version: UInt16
  public var domain: UInt32

  public init(exporter: Endpoint, version: UInt16, domain: UInt32) {
    self.exporter = exporter
    self.version = version
    self.domain = domain
  }
}

extension SessionKey: Comparable {
  /// By address, port, version and domain.
  public static func < (a: Self, b: Self) -> Bool {
    if a.exporter.address != b.exporter.address { return a.exporter.address < b.exporter.address }
    return (a.exporter.port, a.version, a.domain) < (b.exporter.port, b.version, b.domain)
  }
}

/// What is remembered of one session. Belongs to one decoder, hence to one thread.
struct Session: Codable {
  /// What is kept over a restart; the rest is learnt again.
  private enum CodingKeys: CodingKey {
    case key, counters, sequence, origin, systemInit, lastSeen, firstSeen, clockSkew, v5SamplingInterval, templates,
      early
  }

  let key: SessionKey
  var counters = DecodeCounters()
  private var sequence: SequenceTracker
  /// Number of the session's `FlowOrigin`; nil until a message is decoded into flow records.
  var origin: UInt32?
  /// When the exporter started, milliseconds since 1970 UTC, if it said so (element 160).
  var systemInit: Int64?
  /// Arrival of the newest datagram, nanoseconds since 1970 UTC: the longest silent session is evicted first.
  private(set) var lastSeen: Int64 = 0
  /// Arrival of the first datagram, likewise.
  private(set) var firstSeen: Int64 = 0
  /// How far the newest header's clock was ahead of its arrival, milliseconds.
  private(set) var clockSkew: Int64 = 0
  /// Of the newest v5 header; 0: none.
  private(set) var v5SamplingInterval: UInt16 = 0
  private(set) var templates = TemplateTable()
  /// Templates that other source ports of the exporter agree on, as of `directoryGeneration`; nil: they do not.
  private(set) var early = EarlyData()
  private var borrowed: [UInt16: Template?] = [:]
  private var directoryGeneration: UInt64 = 0
  private(set) var rates = SamplingRates()
  private var ratesGeneration: UInt64 = 0

  init(key: SessionKey) {
    self.key = key
    sequence = SequenceTracker(version: key.version)
  }

  /// Begins a message.
  mutating func open(_ header: MessageHeader, arrival: Int64) {
    if lastSeen == 0 { firstSeen = arrival }
    lastSeen = arrival
    clockSkew = header.exportMilliseconds - arrival / 1_000_000
    v5SamplingInterval = header.v5SamplingInterval
    counters.datagrams &+= 1
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
    sequence.observe(message, exportTime: header.exportTime, counters: &counters.sequence)
  }

  /// The exporter's uptime when it sent the message: in the header, but for IPFIX.
  func sysUpTime(_ header: MessageHeader) -> UInt32? {
    header.version == 10 ? upTime(at: header.exportMilliseconds) : header.sysUpTime
  }

  /// The uptime at `time` by the exporter's own clock, as the 32-bit counter shows it.
  func upTime(at time: Int64) -> UInt32? {
    systemInit.map { UInt32(truncatingIfNeeded: time &- $0) }
  }

  /// The template that records of set `id` follow: the session's own, or what its exporter's other ports agree on.
  @inline(__always)
  mutating func template(_ id: UInt16, directory: ExporterDirectory?) -> Template? {
    templates[id] ?? borrowedTemplate(id, directory)
  }

  private mutating func borrowedTemplate(_ id: UInt16, _ directory: ExporterDirectory?) -> Template? {
    guard let directory else { return nil }
    let generation = directory.templateGeneration
    if generation != directoryGeneration {
      borrowed.removeAll(keepingCapacity: true)
      directoryGeneration = generation
    }
    if let known = borrowed[id] { return known }
    let template = directory.agreedTemplate(id, for: key)
    if borrowed.count < 256 { borrowed[id] = .some(template) }
    return template
  }

  /// Stores a template; the newest definition of an id holds from here on (RFC 7011 §8.4). Tells the exporter's other
  /// sessions what changes.
  mutating func learn(_ definition: TemplateDefinition, _ limits: SessionLimits, _ directory: ExporterDirectory?) {
    counters.templates &+= 1
    guard let template = templates.define(definition, at: lastSeen / 1_000_000) else { return }
    early.serve(template)
    directory?.publish(template, of: key)
    guard templates.exceeds(limits) else { return }
    let evicted = templates.evict(limits, keeping: definition.id)
    counters[.templateEvicted] &+= UInt64(evicted.count)
    directory?.withdraw(evicted, of: key)
  }

  /// Forgets the templates that the exporter has stopped repeating.
  ///
  /// - Returns: whether there were any.
  mutating func expireTemplates(_ lifetime: Int64, _ directory: ExporterDirectory) -> Bool {
    // By when the exporter was last heard: one that is silent may come back as it was.
    let expired = templates.expire(lastSeen / 1_000_000, lifetime)
    if expired.isEmpty { return false }
    counters[.templateExpired] &+= UInt64(expired.count)
    directory.withdraw(expired, of: key)
    return true
  }

  /// Keeps a data set until its template comes.
  mutating func holdEarly(_ id: UInt16, _ content: RawSpan, of header: MessageHeader, _ limits: SessionLimits) {
    counters.count(.unknownTemplate)
    early.hold(EarlySet(id: id, header: header, arrival: lastSeen, content: content.copied()))
    giveUpEarly(beyond: limits.earlyOctetsPerSession)
  }

  /// Takes the data sets whose template has come by `now`, nanoseconds since 1970 UTC; gives up those that have waited
  /// too long.
  mutating func takeEarly(
    at now: Int64, _ limits: SessionLimits, _ directory: ExporterDirectory?
  ) -> [(set: EarlySet, template: Template)] {
    counters.earlyGivenUp &+= UInt64(early.giveUp(before: now &- limits.earlyTimeout &* 1_000_000))
    if let directory, directory.templateGeneration != directoryGeneration {
      for id in early.ids {
        if let template = borrowedTemplate(id, directory) { early.serve(template) }
      }
    }
    let ready = early.takeReady()
    counters.earlyDecoded &+= UInt64(ready.count)
    return ready
  }

  /// Gives up the data sets that have waited longest, until no more than `limit` octets are held.
  mutating func giveUpEarly(beyond limit: Int) {
    counters.earlyGivenUp &+= UInt64(early.giveUp(beyond: limit))
  }

  /// Brings `rates` up to date with what any worker learnt of this exporter's domain.
  @inline(__always)
  mutating func refreshRates(from directory: ExporterDirectory) {
    let generation = directory.samplingGeneration
    guard generation != ratesGeneration else { return }
    ratesGeneration = generation
    rates = directory.rates(for: key)
  }
}

extension DecodeCounters {
  /// Times that data records were passed over, so that nobody knows how many the message had.
  fileprivate var unreadable: UInt64 {
    self[.unknownTemplate] &+ self[.truncatedRecord] &+ self[.badSetLength]
  }
}

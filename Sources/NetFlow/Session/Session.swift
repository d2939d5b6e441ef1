import NetworkBytes

/// One stream of messages with its own templates and sequence numbers.
public struct SessionKey: Hashable, Sendable {
  public var exporter: Endpoint
  public var version: UInt16
  public var domain: UInt32
}

/// What is remembered of one session. Belongs to one decoder, hence to one thread.
final class Session {
  let key: SessionKey
  var counters = DecodeCounters()
  var sequence = SequenceTracker()
  /// Number of the session's `FlowOrigin`; nil until flow records are first decoded.
  var origin: UInt32?
  /// When the exporter started, milliseconds since 1970 UTC, if it said so (element 160).
  var systemInit: Int64?
  /// Arrival of the newest datagram, nanoseconds since 1970 UTC: the longest silent session is evicted first.
  var lastSeen: Int64 = 0
  /// Templates by id.
  private(set) var templates: [UInt16: Template] = [:]
  /// Templates that other source ports of the exporter agree on, as of `directoryGeneration`; nil: they do not.
  private var borrowed: [UInt16: Template?] = [:]
  private var directoryGeneration: UInt64 = 0
  private(set) var rates = SamplingRates()
  private var ratesGeneration: UInt64 = 0

  init(key: SessionKey) {
    self.key = key
  }

  /// The exporter's uptime when it sent the message: in the header, but for IPFIX.
  func sysUpTime(_ header: MessageHeader) -> UInt32? {
    header.version == 10 ? upTime(at: header.exportMilliseconds) : header.sysUpTime
  }

  /// The uptime at `time` by the exporter's own clock, as the 32-bit counter shows it.
  func upTime(at time: Int64) -> UInt32? {
    systemInit.map { UInt32(truncatingIfNeeded: time &- $0) }
  }

  /// Ends a message.
  ///
  /// - Parameter units: what it adds to the sequence number; nil if that is not known.
  func close(_ header: MessageHeader, units: Int?) {
    sequence.observe(header.sequence, units: units, exportTime: header.exportTime, counters: &counters.sequence)
  }

  /// The template that records of set `id` follow: the session's own, or what its exporter's other ports agree on.
  func template(_ id: UInt16, directory: ExporterDirectory?) -> Template? {
    if let template = templates[id] { return template }
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

  /// Stores a template; the newest definition of an id holds from here on (RFC 7011 §8.4).
  ///
  /// - Returns: the template, if it changes what is known: exporters repeat theirs all the time.
  func learn(_ definition: TemplateDefinition, maximumCount: Int) -> Template? {
    if let known = templates[definition.id] {
      if known.definition == definition { return nil }
    } else if templates.count >= maximumCount, let victim = templates.keys.first {
      templates[victim] = nil
      counters.count(.templateEvicted)
    }
    let template = Template(definition)
    templates[definition.id] = template
    return template
  }

  /// Brings `rates` up to date with what any worker learnt of this exporter's domain.
  func refreshRates(from directory: ExporterDirectory) {
    let generation = directory.samplingGeneration
    guard generation != ratesGeneration else { return }
    ratesGeneration = generation
    rates = directory.rates(for: key)
  }
}

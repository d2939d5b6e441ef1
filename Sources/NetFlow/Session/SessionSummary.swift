public import NetworkBytes

/// Snapshot of the state of a session.
public struct SessionSummary: Sendable {
  public var key: SessionKey
  public var counters = Counters()
  /// Arrival of the first and of the newest datagram, nanoseconds since 1970 UTC.
  public var firstSeen: UnixNanoseconds = 0
  public var lastSeen: UnixNanoseconds = 0
  /// Difference of the exporter's clock to the arrival of its newest datagram, milliseconds; positive if ahead.
  public var clockSkew: Int64 = 0
  /// Whether its times are corrected because of that.
  public var isClockCorrected = false
  /// Ids of the session's templates, ascending: the lowest `maximumTemplates` of `templateCount`.
  public var templates: [UInt16] = []
  public var templateCount = 0
  public var sampling = Sampling()

  /// What is shown of a session's counters: there may be 65,536 summaries, and copies of them, so that all of `DecodeCounters`
  /// would take more memory than the sessions.
  public struct Counters: Sendable, Equatable {
    public var datagrams: UInt64 = 0
    public var flowRecords: UInt64 = 0
    public var optionsRecords: UInt64 = 0
    public var sequence = SequenceCounters()
    /// See `DecodeIssue`: `unknownTemplate`, `sessionContinued`, `templateAgreed` and `contradiction`.
    public var unknownTemplateSets: UInt64 = 0
    public var continuedSessions: UInt64 = 0
    public var agreedTemplates: UInt64 = 0
    public var contradictions: UInt64 = 0

    public init() {}

    init(_ counters: borrowing DecodeCounters) {
      datagrams = counters.datagrams
      flowRecords = counters.flowRecords
      optionsRecords = counters.optionsRecords
      sequence = counters.sequence
      unknownTemplateSets = counters[.unknownTemplate]
      continuedSessions = counters[.sessionContinued]
      agreedTemplates = counters[.templateAgreed]
      contradictions = counters[.contradiction]
    }
  }

  /// Maximum number of template ids listed.
  public static let maximumTemplates = 64

  /// Sampling rate of a session's records.
  public struct Sampling: Equatable, Sendable {
    public enum Source: String, CaseIterable, Codable, Sendable {
      /// The v5 header.
      case header
      /// Options data, for the whole domain, by sampler or by interface.
      case options
      /// The records themselves.
      case record
      /// Options data, by their only sampler, for records that name none.
      case onlySampler = "only_sampler"
      /// Options data of another domain of the exporter.
      case otherDomain = "other_domain"
      /// The collector's settings.
      case configuration
      /// The collector's settings, overriding the exporter.
      case forced
      /// No source reports sampling.
      case none
    }

    /// One in so many packets was sampled; nil if records may differ.
    public var rate: UInt32? = 1
    public var source = Source.none

    public init() {}

    init(_ rate: UInt32?, _ source: Source) {
      self.rate = rate
      self.source = source
    }
  }

  public init(key: SessionKey) {
    self.key = key
  }
}

/// Expensive parts of a summary, with the state they were computed from: most sessions do not change within a second.
struct SummaryParts {
  fileprivate var templates: [UInt16] = []
  fileprivate var sampling = SessionSummary.Sampling()
  private var datagrams: UInt64
  private var definitions: UInt64
  private var fieldCount: Int
  private var factsGeneration: UInt64
  private var configuration: Int

  /// - Parameter configuration: Counter of changes of the settings.
  fileprivate init(_ session: borrowing Session, configuration: Int) {
    datagrams = session.counters.datagrams
    definitions = session.templates.definitions
    fieldCount = session.templates.fieldCount
    factsGeneration = session.factsGeneration
    self.configuration = configuration
  }

  /// Returns whether the state they were computed from is unchanged.
  func areCurrent(_ session: borrowing Session, configuration: Int) -> Bool {
    datagrams == session.counters.datagrams && definitions == session.templates.definitions
      && fieldCount == session.templates.fieldCount && factsGeneration == session.factsGeneration
      && self.configuration == configuration
  }
}

extension Session {
  /// - Parameters:
  ///   - configuredRate: Rate of this exporter in the settings; nil if none.
  ///   - isForced: Whether it overrides the exporter.
  ///   - configuration: Counter of changes of the settings.
  func summaryParts(configuredRate: UInt32?, isForced: Bool, configuration: Int) -> SummaryParts {
    var parts = SummaryParts(self, configuration: configuration)
    parts.templates = Array(templates.ids.sorted().prefix(SessionSummary.maximumTemplates))
    parts.sampling = isForced ? .init(configuredRate, .forced) : sampling(configuredRate: configuredRate)
    return parts
  }

  func summary(_ parts: SummaryParts) -> SessionSummary {
    var summary = SessionSummary(key: key)
    summary.counters = SessionSummary.Counters(counters)
    summary.firstSeen = firstSeen
    summary.lastSeen = lastSeen
    summary.clockSkew = clockSkew
    summary.templateCount = templates.ids.count
    summary.templates = parts.templates
    summary.isClockCorrected = clock?.isOff ?? false
    summary.sampling = parts.sampling
    return summary
  }

  /// Returns the source of highest precedence, as in decoding.
  private func sampling(configuredRate: UInt32?) -> SessionSummary.Sampling {
    if v5SamplingInterval > 0 { return .init(UInt32(v5SamplingInterval), .header) }
    let announced = rates.rates
    if templates.tellSampling {
      let named = templates.nameSamplers ? announced.bySampler : [:]
      return named.isEmpty ? .init(nil, .record) : .init(Self.common(named.values), .options)
    }
    if !announced.byInterface.isEmpty { return .init(Self.common(announced.byInterface.values), .options) }
    if let rate = rates.unnamed { return .init(rate, rates.source) }
    return configuredRate.map { .init($0, .configuration) } ?? .init()
  }

  /// Returns the common rate; nil if they differ.
  private static func common(_ rates: some Collection<UInt32>) -> UInt32? {
    guard let first = rates.first, rates.allSatisfy({ $0 == first }) else { return nil }
    return first
  }
}

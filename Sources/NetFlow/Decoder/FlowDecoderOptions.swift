public import FlowModel
public import NetworkBytes

/// Interpretation of exporters' clocks, sampling and origins.
public struct FlowDecoderOptions: Sendable {
  public var rules = SessionRules()
  /// Maximum number of remembered flows with running totals and connections with events; an entry takes about 100
  /// octets.
  public var maximumTotals = 1 << 18
  /// Milliseconds by which an exporter's header clock may differ from the arrival before its flow times are shifted;
  /// nil to keep times as sent.
  public var maximumClockSkew: Int64? = 600_000
  /// Sampling rate of exporters that do not report theirs.
  public var samplingRate: UInt32 = 1
  /// Sampling rates of individual exporters that do not report theirs.
  public var samplingRates: [IPAddress: UInt32] = [:]
  /// Sampling rates of individual exporters that override reported ones.
  public var forcedSamplingRates: [IPAddress: UInt32] = [:]
  /// Exporters whose postOctetDeltaCount and postPacketDeltaCount (23, 24) count the other direction of the flow rather
  /// than the same packets after the observation point as specified by the registry.
  public var outCountersAreReverse: Set<IPAddress> = []
  /// Treatment of reverse counts.
  public var biflows = Biflows.rows
  /// Whether fields without a column are kept as JSON in `FlowExtension.extra`.
  public var keepsExtra = false
  /// Names and types of elements missing in IANA's registry; they override what exporters report.
  public var elements = ElementNames()
  /// Reduces an origin before it gets a number: the domain, for instance, is set to 0 if the flow key does not
  /// distinguish domains.
  public var origin: @Sendable (FlowOrigin) -> FlowOrigin = { $0 }

  public init() {}

  /// Treatment of a flow's other direction.
  public enum Biflows: String, CaseIterable, Sendable {
    /// It becomes a record of its own.
    case rows
    /// Its counts are stored in the flow's record.
    case pairs
  }
}

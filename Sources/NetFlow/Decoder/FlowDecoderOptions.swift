public import FlowModel
public import NetworkBytes

/// How the decoder reads exporters' clocks, sampling and origins.
public struct FlowDecoderOptions: Sendable {
  public var rules = SessionRules()
  /// Flows with running totals, and connections with events, that are remembered at most; an entry takes about 100 octets.
  public var maximumTotals = 1 << 18
  /// Milliseconds by which an exporter's header clock may differ from the arrival before its flow times are shifted;
  /// nil: times are kept as sent.
  public var maximumClockSkew: Int64? = 600_000
  /// Rate of exporters that do not say theirs.
  public var samplingRate: UInt32 = 1
  /// Rate of single exporters that do not say theirs.
  public var samplingRates: [IPAddress: UInt32] = [:]
  /// Rate of single exporters, whatever they say.
  public var forcedSamplingRates: [IPAddress: UInt32] = [:]
  /// Exporters whose postOctetDeltaCount and postPacketDeltaCount (23, 24) count the other direction of the flow, and not
  /// the same packets behind the observation point as the registry has it.
  public var outCountersAreReverse: Set<IPAddress> = []
  /// What becomes of the other direction of records that count it.
  public var biflows = Biflows.rows
  /// Whether fields without a column are kept as JSON in `FlowExtension.extra`.
  public var keepsExtra = false
  /// What elements that IANA's registry does not have are called and how they are read, whatever exporters report.
  public var elements = ElementNames()
  /// What is left of an origin before it is numbered: with a flow key that does not tell domains apart, say, the domain
  /// is set to 0.
  public var origin: @Sendable (FlowOrigin) -> FlowOrigin = { $0 }

  public init() {}

  /// What becomes of a flow's other direction.
  public enum Biflows: String, CaseIterable, Sendable {
    /// It is a record of its own.
    case rows
    /// The flow's record has its counts.
    case pairs
  }
}

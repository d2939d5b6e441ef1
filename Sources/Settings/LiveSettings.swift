public import Alerts
import FlowAggregation
public import FlowFilter
public import FlowStore
public import Logging
public import NetFlow
public import NetworkBytes

/// The settings that can change while a collector runs. A reload replaces this value and nothing else; the schema's
/// live settings are those within it.
public struct LiveSettings: Hashable, Sendable {
  /// Selects the flow records to process.
  public var filter = FilterSetting()
  public var tls = TLS()
  public var exporters = Exporters()
  public var aggregation = Aggregation()
  /// Files with labels for flows.
  public var labels = Labels()
  /// Retention of store files.
  public var retention = OptionDefaults.retention
  /// Destinations for the store's files. Line outputs are not included, because they belong to the workers.
  public var outputs: [OutputSetting] = []
  public var http = HTTP()
  /// Alert rules and actions.
  public var alerts = AlertOptions()
  /// Minimum severity of messages to log.
  public var logLevel = Logger.Level.info
  /// Used by commands only, which read it each time.
  public var smartAccessGateway = SmartAccessGateway()

  /// Creates settings with all defaults.
  public init() {}

  /// Paths of PEM files, which are read again on each reload; empty for none.
  public struct TLS: Hashable, Sendable {
    /// The collector's certificate chain.
    public var certificate = ""
    public var key = ""
    /// Authorities for exporters' certificates.
    public var clientCA = ""
    /// Names of exporters that may connect; empty for all with a certificate of these authorities.
    public var clientNames: [String] = []

    public init() {}
  }

  public struct Exporters: Hashable, Sendable {
    /// How to treat an exporter with a wrong clock.
    public enum Clock: String, CaseIterable, Sendable {
      /// Shift its flow times by the offset between its header time and the arrival.
      case correct
      /// Keep its flow times as sent.
      case trust
    }

    /// Allowed exporters; empty for all.
    public var allow: [Network] = []
    /// Denied exporters; takes precedence over `allow`.
    public var deny: [Network] = []
    /// Maximum datagrams per second from one address; 0 for unlimited.
    public var maximumRate = 0
    public var clock = OptionDefaults.decoder.maximumClockSkew == nil ? Clock.trust : .correct
    /// Clock offset, seconds, beyond which a clock counts as wrong.
    public var maximumClockSkew = (OptionDefaults.decoder.maximumClockSkew ?? 0) / 1000
    /// Sampling rate of exporters that report none: one of this many packets was observed.
    public var samplingRate = OptionDefaults.decoder.samplingRate
    /// The same by exporter address; takes precedence over `samplingRate`.
    public var samplingRates = OptionDefaults.decoder.samplingRates
    /// Rates by exporter address that override those reported by the exporter.
    public var forcedSamplingRates = OptionDefaults.decoder.forcedSamplingRates
    /// Whether templates from before an exporter's restart are invalidated.
    public var detectRestarts = OptionDefaults.decoder.rules.detectsRestarts
    /// Whether a session that continues another port of its exporter takes over its templates, and data without a
    /// template may use one that all ports agree on.
    public var shareTemplates = OptionDefaults.decoder.rules.sharesTemplates
    /// Exporters whose elements 23 and 24 count the reverse direction, in the order given.
    public var outCountersAreReverse = OptionDefaults.decoder.outCountersAreReverse.sorted()
    /// Whether the reverse direction of a biflow becomes a separate row, or counters of the flow's row.
    public var biflows = OptionDefaults.decoder.biflows
    /// Names and types of enterprise-specific elements.
    public var elementsFile = ElementsFile()

    public init() {}

    /// `allow` and `deny` as rules for addresses.
    public var addresses: AddressRules { AddressRules(allowed: NetworkSet(allow), denied: NetworkSet(deny)) }
  }

  public struct Aggregation: Hashable, Sendable {
    /// Active timeout: a flow is written this long after its first packet, even if it continues, seconds.
    public var activeTimeout = OptionDefaults.aging.activeTimeout
    /// Inactive timeout: a flow is written this long after its last packet, seconds.
    public var inactiveTimeout = OptionDefaults.aging.inactiveTimeout
    /// Maximum number of live flows, for all workers together.
    public var maximumFlows = OptionDefaults.aging.maximumFlows
    /// Whether a TCP flow is written as soon as FIN or RST is seen.
    public var endOfFlow = OptionDefaults.aging.endOfFlow

    public init() {}
  }

  /// Paths; empty for none.
  public struct Labels: Hashable, Sendable {
    public var prefixes = ""
    public var exporters = ""
    public var interfaces = ""
    public var asNames = ""
    public var asDatabase = ""
    public var countryDatabase = ""
    /// Interval between checks for changes, seconds.
    public var interval = 10

    public init() {}
  }

  public struct HTTP: Hashable, Sendable {
    /// Whether clients may request lookups of host names.
    public var resolve = false

    public init() {}
  }

  /// Defaults of the commands that configure Smart Access Gateways; empty for none.
  public struct SmartAccessGateway: Hashable, Sendable {
    /// Region of the flow logs, such as `cn-shanghai`.
    public var region = ""
    /// The API's endpoint; empty for the region's public one.
    public var endpoint = ""
    /// `ADDRESS` or `ADDRESS:PORT` to which the gateways send.
    public var collector = ""
    /// Export format of the gateways.
    public var netflowVersion = NetFlowVersion.v9

    public enum NetFlowVersion: String, CaseIterable, Sendable {
      case v5, v9, v10
    }

    public init() {}
  }
}

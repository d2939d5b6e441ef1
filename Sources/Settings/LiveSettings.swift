public import Alerts
import FlowAggregation
public import FlowFilter
public import FlowStore
public import Logging
public import NetFlow
public import NetworkBytes

/// The settings that can change while a collector runs. A reload takes this value as a whole and nothing beside it, and
/// the schema's live settings are those that write into it.
public struct LiveSettings: Hashable, Sendable {
  /// Which flow records are taken.
  public var filter = FilterSetting()
  public var tls = TLS()
  public var exporters = Exporters()
  public var aggregation = Aggregation()
  /// The files of what is known of flows beside what exporters send.
  public var labels = Labels()
  /// Which files of the store are removed.
  public var retention = OptionDefaults.retention
  /// Where the store's files go beside it. Outputs of lines are not among them: they are part of the workers.
  public var outputs: [OutputSetting] = []
  public var http = HTTP()
  /// What is watched, and what is done about it.
  public var alerts = AlertOptions()
  /// The least severe messages to print.
  public var logLevel = Logger.Level.info
  /// Nothing that runs has these: commands read them each time.
  public var smartAccessGateway = SmartAccessGateway()

  /// Every setting at its default.
  public init() {}

  /// Paths of PEM files, which are read again on each reload; empty: there is none.
  public struct TLS: Hashable, Sendable {
    /// The collector's certificate and those above it.
    public var certificate = ""
    public var key = ""
    /// Authorities of exporters' certificates.
    public var clientCA = ""
    /// Names of exporters that may connect; none: all of these authorities.
    public var clientNames: [String] = []

    public init() {}
  }

  public struct Exporters: Hashable, Sendable {
    /// What to do about an exporter whose clock is off.
    public enum Clock: String, CaseIterable, Sendable {
      /// Shift its flow times by the offset between its header clock and the arrival.
      case correct
      /// Keep its flow times as sent.
      case trust
    }

    /// Whose datagrams are decoded; none: everybody's.
    public var allow: [Network] = []
    /// Whose are not; overrides `allow`.
    public var deny: [Network] = []
    /// Datagrams a second that are decoded of one address; 0: any number.
    public var maximumRate = 0
    public var clock = OptionDefaults.decoder.maximumClockSkew == nil ? Clock.trust : .correct
    /// Header clocks further than this from the arrival count as off, seconds.
    public var maximumClockSkew = (OptionDefaults.decoder.maximumClockSkew ?? 0) / 1000
    /// Sampling rate of exporters that report none: one packet in this many was seen.
    public var samplingRate = OptionDefaults.decoder.samplingRate
    /// The same by exporter address; overrides `samplingRate`.
    public var samplingRates = OptionDefaults.decoder.samplingRates
    /// Rates that hold by exporter address, whatever the exporter reports.
    public var forcedSamplingRates = OptionDefaults.decoder.forcedSamplingRates
    /// Whether templates from before an exporter's restart are no longer trusted.
    public var detectRestarts = OptionDefaults.decoder.rules.detectsRestarts
    /// Whether templates of an exporter's other ports serve a session that continues one of them, and those that all of
    /// them agree on serve data that would be dropped.
    public var shareTemplates = OptionDefaults.decoder.rules.sharesTemplates
    /// Exporters whose elements 23 and 24 count the flow's other direction, in the order given.
    public var outCountersAreReverse = OptionDefaults.decoder.outCountersAreReverse.sorted()
    /// Whether the other direction of a biflow is a row of its own, or counts of the flow's row.
    public var biflows = OptionDefaults.decoder.biflows
    /// What enterprises' elements are called and how they are read.
    public var elementsFile = ElementsFile()

    public init() {}

    /// `allow` and `deny`, to ask about an address.
    public var addresses: AddressRules { AddressRules(allowed: NetworkSet(allow), denied: NetworkSet(deny)) }
  }

  public struct Aggregation: Hashable, Sendable {
    /// A flow is written this long after its first packet even if it goes on, seconds.
    public var activeTimeout = OptionDefaults.aging.activeTimeout
    /// A flow is written this long after its last packet, seconds.
    public var inactiveTimeout = OptionDefaults.aging.inactiveTimeout
    /// Live flows held at a time, all workers together.
    public var maximumFlows = OptionDefaults.aging.maximumFlows
    /// Whether a TCP flow is written as soon as FIN or RST was seen.
    public var endOfFlow = OptionDefaults.aging.endOfFlow

    public init() {}
  }

  /// Paths; empty: there is none.
  public struct Labels: Hashable, Sendable {
    public var prefixes = ""
    public var exporters = ""
    public var interfaces = ""
    public var asNames = ""
    public var asDatabase = ""
    public var countryDatabase = ""
    /// They are looked at this often, seconds.
    public var interval = 10

    public init() {}
  }

  public struct HTTP: Hashable, Sendable {
    /// Whether names of hosts are looked up for those who ask.
    public var resolve = false

    public init() {}
  }

  /// Defaults of the commands that point Smart Access Gateways at this collector; empty where there is none.
  public struct SmartAccessGateway: Hashable, Sendable {
    /// The cloud region of the flow logs, such as `cn-shanghai`.
    public var region = ""
    /// The API's endpoint; empty: the region's public one.
    public var endpoint = ""
    /// `ADDRESS` or `ADDRESS:PORT` that the gateways send to.
    public var collector = ""
    /// The format that they export in.
    public var netflowVersion = NetFlowVersion.v9

    public enum NetFlowVersion: String, CaseIterable, Sendable {
      case v5, v9, v10
    }

    public init() {}
  }
}

import Logging
import NetworkBytes

/// What a collector is told: every setting with its default, as plain values.
///
/// A value of this type that came from `load` is valid: each setting is within its range and they agree with one another
/// (`ConfigurationSchema` says how). The names are those of the configuration file.
public struct CollectorConfiguration: Hashable, Sendable {
  /// Addresses and UDP ports to receive on; at least one.
  public var listen = [ScopedEndpoint(Endpoint(address: IPAddress(v4: 0), port: 9995))]
  public var receive = Receive()
  /// Which flow records are taken, in the filter language; empty: all.
  public var filter = ""
  public var exporters = Exporters()
  public var aggregation = Aggregation()
  public var store = Store()
  public var journal = Journal()
  public var http = HTTP()
  public var log = Log()
  public var smartAccessGateway = SmartAccessGateway()

  /// Every setting at its default.
  public init() {}

  public struct Receive: Hashable, Sendable {
    /// Workers, each with sockets of its own; 0: one for every two processors, at least one.
    public var workers = 0
    /// Receive buffer of each socket, octets.
    public var bufferSize = 64 << 20

    public init() {}

    /// The number of workers to start on a machine with that many processors.
    public func workerCount(processors: Int) -> Int {
      workers > 0 ? workers : max(1, processors / 2)
    }
  }

  public struct Exporters: Hashable, Sendable {
    /// What to do about an exporter whose clock is off.
    public enum Clock: String, CaseIterable, Sendable {
      /// Shift its flow times by the offset between its header clock and the arrival.
      case correct
      /// Keep its flow times as sent.
      case trust
    }

    public var clock = Clock.correct
    /// Header clocks further than this from the arrival count as off, seconds.
    public var maximumClockSkew = 600
    /// Sampling rate of exporters that tell none: one packet in this many was seen.
    public var samplingRate = 1
    /// The same by exporter address; stands before `samplingRate`.
    public var samplingRates: [IPAddress: Int] = [:]
    /// Rates that hold by exporter address, whatever the exporter says.
    public var forcedSamplingRates: [IPAddress: Int] = [:]
    /// Whether templates from before an exporter's restart are no longer trusted.
    public var detectRestarts = true
    /// Whether templates of an exporter's other ports serve a session that continues one of them, and those that all of
    /// them agree on serve data that would be dropped.
    public var shareTemplates = true
    /// Exporters whose elements 23 and 24 count the flow's other direction.
    public var outCountersAreReverse: [IPAddress] = []
    /// Sessions (exporter address and port, observation domain) kept at a time.
    public var maximumSessions = 65_536
    /// Templates kept for one session.
    public var maximumTemplates = 4096
    /// A template that its exporter has stopped repeating holds for three of its intervals, this many seconds at least;
    /// 0: for ever.
    public var templateLifetime = 1800
    public var earlyData = EarlyData()

    public init() {}

    /// Data sets that come before their template.
    public struct EarlyData: Hashable, Sendable {
      /// How long they wait for it, seconds; 0: not at all.
      public var timeout = 1800
      /// Octets of them held at a time, all workers together.
      public var maximumSize = 64 << 20
      /// Octets of them held for one session.
      public var maximumSizePerSession = 4 << 20

      public init() {}
    }
  }

  public struct Aggregation: Hashable, Sendable {
    /// Whether records of one flow are merged; otherwise each record becomes a row.
    public var enabled = true
    /// A flow is written this long after its first packet even if it goes on, seconds.
    public var activeTimeout = 300
    /// A flow is written this long after its last packet, seconds.
    public var inactiveTimeout = 15
    /// Columns of the store that tell flows apart, with `/N` behind an address for its prefix.
    public var key = [
      "exporter_addr", "observation_domain_id", "flow_type", "src_addr", "dst_addr", "src_port", "dst_port", "proto",
      "ip_tos", "in_if", "out_if", "src_vlan", "dst_vlan", "direction", "vrf_id",
    ]
    /// Live flows held at a time, all workers together.
    public var maximumFlows = 1_000_000
    /// Whether a TCP flow is written as soon as FIN or RST was seen.
    public var endOfFlow = false

    public init() {}
  }

  public struct Store: Hashable, Sendable {
    /// Directory of the flow files; relative to the working directory.
    public var path = "flows"
    /// A file covers this much time, aligned to the clock, seconds; divides an hour.
    public var rotation = 300
    /// A file that reaches this size is closed before its time, octets.
    public var maximumFileSize = 256_000_000
    /// Rows of a row group.
    public var rowGroupRows = 262_144
    /// zstd level of the column data.
    public var compressionLevel = 1
    /// Whether fields without a column are kept as JSON in the column `extra`.
    public var extra = false
    public var retention = Retention()

    public init() {}

    public struct Retention: Hashable, Sendable {
      /// Files older than this are removed, seconds; 0: kept.
      public var age = 0
      /// The oldest files are removed above this total, octets; 0: kept.
      public var size = 0

      public init() {}
    }
  }

  /// What outlives the process.
  public struct Journal: Hashable, Sendable {
    /// Whether datagrams are written to a journal before they are decoded.
    public var enabled = true
    /// Directory of journal and checkpoints; empty: `.journal` in the store.
    public var path = ""
    /// Octets of it since the last checkpoint, all workers together; datagrams beyond are not in it.
    public var maximumSize = 4 << 30
    /// Octets of memory for datagrams that wait for the journal's disk, all workers together: how long that can be slow.
    public var bufferSize = 32 << 20
    /// It is synced to the disk this often, seconds; 0: the system decides.
    public var syncInterval = 1

    public init() {}
  }

  /// What the running collector tells of itself.
  public struct HTTP: Hashable, Sendable {
    public var enabled = true
    /// Address and TCP port; port 0: one that is free.
    public var listen = Endpoint(address: IPAddress(v4: 0x7f00_0001), port: 9996)
    /// Whether it may listen on other addresses than this host's own.
    public var isPublic = false

    public init() {}
  }

  public struct Log: Hashable, Sendable {
    public enum Format: String, CaseIterable, Sendable {
      case text, json
    }

    /// The least severe messages to print.
    public var level = Logger.Level.info
    public var format = Format.text

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

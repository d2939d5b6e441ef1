public import FlowAggregation
public import FlowFilter
import FlowStore
import NetFlow
public import NetworkBytes

/// What a collector is told: every setting with its default, as plain values.
///
/// A value of this type that came from `load` is valid: each setting is within its range and they agree with one another
/// (`ConfigurationSchema` says how). The names are those of the configuration file.
public struct CollectorConfiguration: Hashable, Sendable {
  /// Addresses and ports to receive on; at least one.
  public var listen = [ListenSetting(.udp, ScopedEndpoint(Endpoint(address: IPAddress(v4: 0), port: 9995)))]
  public var receive = Receive()
  public var streams = Streams()
  public var exporters = Exporters()
  public var aggregation = Aggregation()
  public var store = Store()
  public var journal = Journal()
  public var relay = Relay()
  /// Outputs of lines.
  public var lines: [LineSetting] = []
  public var http = HTTP()
  public var log = Log()
  /// What can change while running; everything beside it waits for the next start.
  public var live = LiveSettings()

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

  /// Connections of exporters that use TCP or TLS.
  public struct Streams: Hashable, Sendable {
    /// In all.
    public var maximumConnections = 1024
    public var maximumConnectionsPerAddress = 64
    /// One that brings nothing for this long is closed, seconds; 0: never.
    public var idleTimeout = 3600

    public init() {}
  }

  public struct Exporters: Hashable, Sendable {
    /// Sessions (exporter address and port, observation domain) kept at a time.
    public var maximumSessions = OptionDefaults.decoder.rules.limits.sessions
    /// Templates kept for one session.
    public var maximumTemplates = OptionDefaults.decoder.rules.limits.templatesPerSession
    /// A template that its exporter has stopped repeating holds for three of its intervals, this many seconds at least;
    /// 0: for ever.
    public var templateLifetime = (OptionDefaults.decoder.rules.limits.templateLifetime ?? 0) / 1000
    public var earlyData = EarlyData()

    public init() {}

    /// Data sets that come before their template.
    public struct EarlyData: Hashable, Sendable {
      /// How long they wait for it, seconds; 0: not at all.
      public var timeout = OptionDefaults.decoder.rules.limits.earlyTimeout / 1000
      /// Octets of them held at a time, all workers together.
      public var maximumSize = OptionDefaults.decoder.rules.limits.earlyOctets
      /// Octets of them held for one session.
      public var maximumSizePerSession = OptionDefaults.decoder.rules.limits.earlyOctetsPerSession

      public init() {}
    }
  }

  public struct Aggregation: Hashable, Sendable {
    /// Whether records of one flow are merged; otherwise each record becomes a row.
    public var enabled = OptionDefaults.aging.enabled
    /// What tells flows apart.
    public var key = FlowKey.standard

    public init() {}
  }

  public struct Store: Hashable, Sendable {
    /// Directory of the flow files; relative to the working directory.
    public var path = OptionDefaults.store.path
    /// A file covers this much time, aligned to the clock, seconds; divides an hour.
    public var rotation = OptionDefaults.store.rotation
    /// A file that reaches this size is closed before its time, octets.
    public var maximumFileSize = OptionDefaults.store.maximumFileSize
    /// Rows of a row group.
    public var rowGroupRows = OptionDefaults.store.rowGroupRows
    /// zstd level of the column data.
    public var compressionLevel = OptionDefaults.store.compressionLevel
    /// Whether fields without a column are kept as JSON in the column `extra`.
    public var extra = OptionDefaults.decoder.keepsExtra

    public init() {}
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

  /// Received datagrams that are sent on to other collectors.
  public struct Relay: Hashable, Sendable {
    /// Where to; none: nothing is relayed.
    public var targets: [Endpoint] = []
    /// The exporters whose datagrams are; none: all.
    public var exporters: [Network] = []
    /// Whether they come from the exporter's own address and port.
    public var keepSource = false
    /// Octets of memory for those that wait to be sent, all workers together.
    public var queue = 16 << 20

    public init() {}
  }

  /// What the running collector tells of itself.
  public struct HTTP: Hashable, Sendable {
    public var enabled = true
    /// Address and TCP port; port 0: one that is free.
    public var listen = Endpoint(address: IPAddress(v4: 0x7f00_0001), port: 9996)
    /// Whether it may listen on other addresses than this host's own.
    public var isPublic = false
    /// Path of a file whose first line is what requests for data must have; empty: they need nothing.
    public var tokenFile = ""
    /// Names beside this host's own that requests may call it by, without a port.
    public var hosts: [String] = []

    public init() {}
  }

  public struct Log: Hashable, Sendable {
    public enum Format: String, CaseIterable, Sendable {
      case text, json
    }

    public var format = Format.text

    public init() {}
  }
}

public import FlowAggregation
public import FlowFilter
import FlowStore
import NetFlow
public import NetworkBytes

/// The configuration of a collector: every setting, with its default, as a plain value.
///
/// A value returned by `load` is valid: each setting is within its range, and settings are consistent (see
/// `ConfigurationSchema`). Names are those of the configuration file.
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
  /// Line outputs.
  public var lines: [LineSetting] = []
  public var http = HTTP()
  public var log = Log()
  /// Settings that a reload can change; all others require a restart.
  public var live = LiveSettings()

  /// Creates a configuration with all defaults.
  public init() {}

  public struct Receive: Hashable, Sendable {
    /// Number of workers, each with its own sockets; 0 for one per two processors, at least one.
    public var workers = 0
    /// Receive buffer of each socket, octets.
    public var bufferSize = 64 << 20

    public init() {}

    /// Returns the number of workers for a number of processors.
    public func workerCount(processors: Int) -> Int {
      workers > 0 ? workers : max(1, processors / 2)
    }
  }

  /// Exporter connections over TCP or TLS.
  public struct Streams: Hashable, Sendable {
    /// Maximum in all, and per address.
    public var maximumConnections = 1024
    public var maximumConnectionsPerAddress = 64
    /// Idle connections are closed after this time, seconds; 0 for never.
    public var idleTimeout = 3600

    public init() {}
  }

  public struct Exporters: Hashable, Sendable {
    /// Maximum number of sessions (exporter address and port, observation domain).
    public var maximumSessions = OptionDefaults.decoder.rules.limits.sessions
    /// Maximum number of templates per session.
    public var maximumTemplates = OptionDefaults.decoder.rules.limits.templatesPerSession
    /// Minimum lifetime of a template that its exporter has stopped resending, seconds; templates expire after three of
    /// their intervals. 0 for unlimited.
    public var templateLifetime = (OptionDefaults.decoder.rules.limits.templateLifetime ?? 0) / 1000
    public var earlyData = EarlyData()

    public init() {}

    /// Data sets that arrive before their template.
    public struct EarlyData: Hashable, Sendable {
      /// How long they wait for it, seconds; 0 to drop them at once.
      public var timeout = OptionDefaults.decoder.rules.limits.earlyTimeout / 1000
      /// Maximum octets held, for all workers together.
      public var maximumSize = OptionDefaults.decoder.rules.limits.earlyOctets
      /// Maximum octets held for one session.
      public var maximumSizePerSession = OptionDefaults.decoder.rules.limits.earlyOctetsPerSession

      public init() {}
    }
  }

  public struct Aggregation: Hashable, Sendable {
    /// Whether to merge records of a flow; otherwise each record becomes a row.
    public var enabled = OptionDefaults.aging.enabled
    /// The flow key.
    public var key = FlowKey.standard

    public init() {}
  }

  public struct Store: Hashable, Sendable {
    /// Directory of the flow files; relative to the working directory.
    public var path = OptionDefaults.store.path
    /// Time window of a file, aligned to the clock, seconds; divides an hour.
    public var rotation = OptionDefaults.store.rotation
    /// A file that reaches this size is closed early, octets.
    public var maximumFileSize = OptionDefaults.store.maximumFileSize
    /// Rows of a row group.
    public var rowGroupRows = OptionDefaults.store.rowGroupRows
    /// zstd level of the column data.
    public var compressionLevel = OptionDefaults.store.compressionLevel
    /// Whether to keep fields without a column as JSON in the column `extra`.
    public var extra = OptionDefaults.decoder.keepsExtra

    public init() {}
  }

  /// State that survives the process.
  public struct Journal: Hashable, Sendable {
    /// Whether datagrams are written to a journal before they are decoded.
    public var enabled = true
    /// Directory of journal and checkpoints; if empty, `.journal` in the store.
    public var path = ""
    /// Maximum octets since the last checkpoint, for all workers together; further datagrams are not journaled.
    public var maximumSize = 4 << 30
    /// Memory for datagrams waiting for the journal's disk, octets for all workers together: determines how long the
    /// disk may stall.
    public var bufferSize = 32 << 20
    /// Interval between syncs, seconds; 0 leaves them to the system.
    public var syncInterval = 1

    public init() {}
  }

  /// Forwarding of received datagrams to other collectors.
  public struct Relay: Hashable, Sendable {
    /// Destinations; empty disables the relay.
    public var targets: [Endpoint] = []
    /// Exporters to relay; empty for all.
    public var exporters: [Network] = []
    /// Whether datagrams keep the exporter's address and port.
    public var keepSource = false
    /// Memory for datagrams waiting to be sent, octets for all workers together.
    public var queue = 16 << 20

    public init() {}
  }

  /// The HTTP server.
  public struct HTTP: Hashable, Sendable {
    public var enabled = true
    /// Address and TCP port; port 0 for a free one.
    public var listen = Endpoint(address: IPAddress(v4: 0x7f00_0001), port: 9996)
    /// Whether it may listen on addresses other than loopback.
    public var isPublic = false
    /// Path of a file whose first line is the token required for data; empty for no token.
    public var tokenFile = ""
    /// Additional host names accepted in requests, without a port.
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

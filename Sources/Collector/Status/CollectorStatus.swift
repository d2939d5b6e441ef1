public import FlowPipeline
public import Foundation

/// What a running collector tells of itself: the answer of `/api/v1/status`. Times are UTC, rates per second.
public struct CollectorStatus: Codable, Sendable {
  /// The program's version.
  public var version: String
  public var host: String
  /// When this was so.
  public var time: Date
  public var started: Date
  /// Addresses and ports; those of TCP and TLS have `tcp://` and `tls://` before them.
  public var listen: [String]
  public var workers: Int
  public var store: Store
  public var aggregation: Aggregation
  /// Those that fire first; nil: an older collector does not say.
  public var alerts: [Alert]?
  /// Nil: an older collector does not say.
  public var outputs: [Output]?
  /// Outputs that write rows as lines; nil: there are none.
  public var lineOutputs: [LineOutput]?
  /// Targets that received datagrams are sent on to; nil: there are none.
  public var relay: [Relay]?
  /// Connections of exporters; nil: there can be none.
  public var streams: Streams?
  /// Files of labels and databases; nil: there are none.
  public var labels: Labels?
  public var ledger: Ledger
  /// Sums of the ledger that do not come out; empty but for moments.
  public var imbalances: [String]
  /// Exporters that are known, also those beyond the bound on `exporters`.
  public var exporterCount: Int
  /// Those that sent most records first.
  public var exporters: [Exporter]

  public struct Store: Codable, Sendable {
    public var path: String
    /// What keeps it from being written, while something does.
    public var failure: String?
  }

  /// What became of the datagrams that were to go to one target of the relay, since the collector started.
  public struct Relay: Codable, Sendable {
    /// Address and UDP port.
    public var target: String
    /// Taken by the kernel.
    public var sent: UInt64
    /// Refused by the kernel or by the target, as far as that is known.
    public var failed: UInt64
    /// Dropped because the queue was full.
    public var dropped: UInt64
    /// Octets that wait.
    public var waiting: UInt64
    /// Why datagrams fail, while they do.
    public var failure: String?
  }

  /// Connections of exporters that use TCP or TLS. What is counted is counted since the collector started.
  public struct Streams: Codable, Sendable {
    public var open: Int
    /// Of these, not read because store or journal have no room.
    public var paused: Int
    public var accepted: UInt64
    /// Octets that wait for workers.
    public var waiting: Int
    /// Connections that the collector closed or refused, by reason.
    public var closed: [String: UInt64]
  }

  /// What is known of flows beside what exporters send.
  public struct Labels: Codable, Sendable {
    public var files: [LabelFile]
    /// Octets of memory of all texts.
    public var textBytes: Int
    /// Octets of memory of the table that has prefixes and databases together; 0: at most one of them is in use.
    public var joinedBytes: Int
  }

  /// A file of labels, or a database.
  public struct LabelFile: Codable, Sendable {
    /// Its setting: `prefixes`, `asDatabase`.
    public var setting: String
    public var path: String
    /// When it was last read; nil: nothing of it is in use.
    public var loaded: Date?
    /// What is in use of it: a number of what.
    public var entries: Int
    public var unit: String?
    /// Octets of memory, without texts.
    public var bytes: Int
    /// Why it cannot be taken as it is now, while that is so, and since when.
    public var failure: String?
    public var failingSince: Date?
  }

  /// What is watched.
  public struct Alert: Codable, Sendable {
    public var name: String
    /// Of alerts that are of one of several: an exporter's address, an output's name.
    public var subject: String?
    /// `ok`, `pending`, `firing`, or `clearing`: it still fires.
    public var state: String
    /// When that began.
    public var since: Date
    /// When it fired, while it does.
    public var firedAt: Date?
    /// What was measured last, nil if that is not known; what it is compared with; and what is usual.
    public var value: Double?
    public var limit: Double?
    public var usual: Double?
    /// `above` or `below`.
    public var condition: String
    public var measure: String
    public var unit: String
    /// In words.
    public var message: String
  }

  /// Where the store's files go. What is counted is counted since it started.
  public struct Output: Codable, Sendable {
    public var name: String
    /// As in the configuration.
    public var type: String
    /// Which server, and what there.
    public var place: String
    public var shippedFiles: UInt64
    public var shippedBytes: UInt64
    /// Those that are on their way as well.
    public var waitingFiles: Int
    public var waitingBytes: UInt64
    /// For how long the oldest of them has waited; 0: none waits.
    public var waitingSeconds: Int64
    /// Attempts that failed and are made again.
    public var retries: UInt64
    /// Files that the destination never will take.
    public var setAsideFiles: UInt64
    /// Files that were removed before they were taken.
    public var removedFiles: UInt64
    /// Rows that were sent as they left the cache; nil: it takes files alone.
    public var live: LiveRows?
    /// Since when it fails, while it does.
    public var failingSince: Date?
    /// What it failed with last, whether or not that is over, and when.
    public var lastError: String?
    public var lastErrorTime: Date?
  }

  /// Rows that an output sends before their file is committed. What is counted is counted since it started.
  public struct LiveRows: Codable, Sendable {
    /// Handed to what sends them.
    public var sentRows: UInt64
    /// Of these, those that the destination has.
    public var acknowledgedRows: UInt64
    /// Left to their files: not acknowledged, or not sent because a queue was full.
    public var leftRows: UInt64
  }

  /// An output that writes rows as lines. What is counted is counted since it started.
  public struct LineOutput: Codable, Sendable {
    public var name: String
    /// As in the configuration.
    public var type: String
    /// The file's path, or that it is standard output.
    public var place: String
    public var writtenRows: UInt64
    public var writtenBytes: UInt64
    /// Rows that could be neither written nor kept.
    public var lostRows: UInt64
    /// Rows that wait for the file: because it cannot be written, or takes them slowly.
    public var heldRows: UInt64
    /// Since when it fails, and why, while it does.
    public var failingSince: Date?
    public var failure: String?
  }

  public struct Aggregation: Codable, Sendable {
    public var enabled: Bool
    /// Seconds.
    public var activeTimeout: Int
    /// Seconds.
    public var inactiveTimeout: Int
  }

  /// All that one address sends.
  public struct Exporter: Codable, Sendable {
    public var address: String
    public var firstSeen: Date
    public var lastSeen: Date
    public var datagrams: UInt64
    /// Flow records.
    public var records: UInt64
    /// By sequence numbers, in their own units.
    public var lost: UInt64
    public var datagramsPerSecond: Double
    public var recordsPerSecond: Double
    public var sessionCount: Int
    /// By port, version and domain.
    public var sessions: [Session]
    /// What it calls things, by domain.
    public var names: [Names]?
  }

  /// What options data of one domain call things: of each kind the lowest numbers, of `count` names in all.
  public struct Names: Codable, Sendable {
    public var domain: UInt32
    public var count: Int
    /// By SNMP index.
    public var interfaces: [Name]
    public var vrfs: [Name]
    public var samplers: [Name]
    /// By `engine:selector`.
    public var applications: [Name]
  }

  public struct Name: Codable, Sendable, Equatable {
    public var id: String
    public var name: String
  }

  /// One stream of messages: source port, local port, version and observation domain.
  public struct Session: Codable, Sendable {
    public var port: UInt16
    /// The port that it was sent to.
    public var localPort: UInt16?
    /// `udp` or `tcp`, which may be TLS.
    public var transport: String?
    /// Not 0 where devices take turns on one address and port, or the exporter has restarted. Of TCP the number of the connection,
    /// 0 for all that have ended.
    public var stream: UInt32?
    /// 5, 9, or 10 for IPFIX.
    public var version: UInt16
    /// Observation domain, source id, or engine type and id.
    public var domain: UInt32
    public var firstSeen: Date
    public var lastSeen: Date
    public var datagrams: UInt64
    public var records: UInt64
    public var optionsRecords: UInt64
    public var lost: UInt64
    public var reordered: UInt64
    public var duplicates: UInt64
    public var restarts: UInt64
    public var datagramsPerSecond: Double
    public var recordsPerSecond: Double
    /// How far the exporter's clock is ahead, seconds.
    public var clockSkew: Double
    /// Whether its times are corrected because of that.
    public var isClockCorrected: Bool?
    /// Ids, the lowest of `templateCount`.
    public var templates: [UInt16]
    public var templateCount: Int
    /// Data sets that came before their template.
    public var unknownTemplateSets: UInt64
    /// Sessions whose templates it took over because it continues them, and templates that served because all agree on them.
    public var continuedSessions: UInt64?
    public var agreedTemplates: UInt64?
    /// Rates, names and starts of it that contradict what another source port of the exporter says.
    public var contradictions: UInt64?
    public var sampling: Sampling
  }

  public struct Sampling: Codable, Sendable {
    /// One packet in this many was seen; nil if records differ.
    public var rate: UInt32?
    /// `header`, `options`, `only_sampler`, `other_domain`, `record`, `configuration`, `forced` or `none`.
    public var source: String
  }
}

extension CollectorStatus {
  private static let timeFormat = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

  /// JSON with sorted keys; times as `2026-01-31T12:00:00.000Z`.
  public func encoded(pretty: Bool = false) throws -> Data { try Self.encoder(pretty: pretty).encode(self) }

  fileprivate static func encoder(pretty: Bool) -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting =
      pretty ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted] : [.sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .custom { date, encoder in
      var value = encoder.singleValueContainer()
      try value.encode(date.formatted(Self.timeFormat))
    }
    return encoder
  }

  /// - Throws: `DecodingError` if it is no status.
  public init(decoding data: Data) throws {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .custom { decoder in
      try Self.timeFormat.parse(decoder.singleValueContainer().decode(String.self))
    }
    self = try decoder.decode(Self.self, from: data)
  }
}

/// The exporters of the status alone: the answer of `/api/v1/exporters`.
struct ExporterStatus: Encodable, Sendable {
  /// When this was so, milliseconds since 1970 UTC.
  var time: Int64
  /// Exporters that are known, also those beyond the bound on `exporters`.
  var exporterCount: Int
  var exporters: [CollectorStatus.Exporter]

  /// JSON in the form of the status.
  func encoded() throws -> Data { try CollectorStatus.encoder(pretty: false).encode(self) }
}

public import FlowPipeline
public import Foundation

/// The state of a running collector: the response of `/api/v1/status`. Times are UTC, rates per second.
public struct CollectorStatus: Codable, Sendable {
  /// The program's version.
  public var version: String
  public var host: String
  /// Time of this status.
  public var time: Date
  public var started: Date
  /// Addresses and ports; those of TCP and TLS with `tcp://` and `tls://`.
  public var listen: [String]
  public var workers: Int
  public var store: Store
  public var aggregation: Aggregation
  /// Firing ones first; nil from an older collector.
  public var alerts: [Alert]?
  /// Nil from an older collector.
  public var outputs: [Output]?
  /// Line outputs; nil if there are none.
  public var lineOutputs: [LineOutput]?
  /// Relay targets; nil if there are none.
  public var relay: [Relay]?
  /// Connections of exporters; nil if there is no listener.
  public var streams: Streams?
  /// Label files and databases; nil if there are none.
  public var labels: Labels?
  public var ledger: Ledger
  /// Sums of the ledger that do not add up; empty except for moments.
  public var imbalances: [String]
  /// Number of known exporters, including those beyond the limit of `exporters`.
  public var exporterCount: Int
  /// In descending order of records.
  public var exporters: [Exporter]

  public struct Store: Codable, Sendable {
    public var path: String
    /// The error that currently prevents writing; nil if none does.
    public var failure: String?
  }

  /// Counters of the datagrams for one relay target, since the collector started.
  public struct Relay: Codable, Sendable {
    /// Address and UDP port.
    public var target: String
    /// Accepted by the kernel.
    public var sent: UInt64
    /// Refused by the kernel or by the target, as far as known.
    public var failed: UInt64
    /// Dropped because the queue was full.
    public var dropped: UInt64
    /// Octets waiting.
    public var waiting: UInt64
    /// Why datagrams fail; nil if they do not.
    public var failure: String?
  }

  /// Exporter connections over TCP or TLS. Counters begin at the collector's start.
  public struct Streams: Codable, Sendable {
    public var open: Int
    /// Those not being read because store or journal is full.
    public var paused: Int
    public var accepted: UInt64
    /// Octets waiting for workers.
    public var waiting: Int
    /// Connections that the collector closed or refused, by reason.
    public var closed: [String: UInt64]
  }

  /// The label files in use.
  public struct Labels: Codable, Sendable {
    public var files: [LabelFile]
    /// Octets of memory of all texts.
    public var textBytes: Int
    /// Octets of memory of the joined table of prefixes and databases; 0 if at most one of them is in use.
    public var joinedBytes: Int
  }

  /// A label file or a database.
  public struct LabelFile: Codable, Sendable {
    /// Its setting: `prefixes`, `asDatabase`.
    public var setting: String
    public var path: String
    /// When it was last read; nil if no content is in use.
    public var loaded: Date?
    /// Number of entries in use, and their unit.
    public var entries: Int
    public var unit: String?
    /// Octets of memory, without texts.
    public var bytes: Int
    /// Why and since when the present file has been rejected; nil if it is in use.
    public var failure: String?
    public var failingSince: Date?
  }

  /// An alert.
  public struct Alert: Codable, Sendable {
    public var name: String
    /// For alerts with several subjects: an exporter's address, an output's name.
    public var subject: String?
    /// `ok`, `pending`, `firing`, or `clearing`, in which it still fires.
    public var state: String
    /// When the state began.
    public var since: Date
    /// When it fired; nil if it does not fire.
    public var firedAt: Date?
    /// The last value, nil if unknown; its limit; and the usual value.
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

  /// A file output. Counters begin at its start.
  public struct Output: Codable, Sendable {
    public var name: String
    /// As in the configuration.
    public var type: String
    /// Server and location.
    public var place: String
    public var shippedFiles: UInt64
    public var shippedBytes: UInt64
    /// Including those in transit.
    public var waitingFiles: Int
    public var waitingBytes: UInt64
    /// How long the oldest of them has waited; 0 if none waits.
    public var waitingSeconds: Int64
    /// Failed attempts that are retried.
    public var retries: UInt64
    /// Files that the destination will never accept.
    public var setAsideFiles: UInt64
    /// Files removed by retention before they were shipped.
    public var removedFiles: UInt64
    /// Rows sent as they left the cache; nil if the destination accepts only files.
    public var live: LiveRows?
    /// Since when it has been failing; nil if it is not.
    public var failingSince: Date?
    /// The last error, past or present, and its time.
    public var lastError: String?
    public var lastErrorTime: Date?
  }

  /// Rows that an output sends before their file is committed. Counters begin at its start.
  public struct LiveRows: Codable, Sendable {
    /// Queued for sending.
    public var sentRows: UInt64
    /// Acknowledged by the destination.
    public var acknowledgedRows: UInt64
    /// Left to their files: not acknowledged, or not sent because a queue was full.
    public var leftRows: UInt64
  }

  /// A line output. Counters begin at its start.
  public struct LineOutput: Codable, Sendable {
    public var name: String
    /// As in the configuration.
    public var type: String
    /// The file's path, or "standard output".
    public var place: String
    public var writtenRows: UInt64
    public var writtenBytes: UInt64
    /// Rows that could be neither written nor kept.
    public var lostRows: UInt64
    /// Rows waiting because the file cannot be written or is slow.
    public var heldRows: UInt64
    /// Since when and why it has been failing; nil if it is not.
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

  /// Everything received from one address.
  public struct Exporter: Codable, Sendable {
    public var address: String
    public var firstSeen: Date
    public var lastSeen: Date
    public var datagrams: UInt64
    /// Flow records.
    public var records: UInt64
    /// By sequence numbers, in their units.
    public var lost: UInt64
    public var datagramsPerSecond: Double
    public var recordsPerSecond: Double
    public var sessionCount: Int
    /// By port, version and domain.
    public var sessions: [Session]
    /// Names that it uses, by domain.
    public var names: [Names]?
  }

  /// Names from the options data of one domain: of each kind those with the lowest numbers, of `count` in all.
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

  /// A stream of messages: source port, local port, version and observation domain.
  public struct Session: Codable, Sendable {
    public var port: UInt16
    /// Destination port.
    public var localPort: UInt16?
    /// `udp` or `tcp`, which may be TLS.
    public var transport: String?
    /// Not 0 if several devices share one address and port, or the exporter has restarted. For TCP, the number of the
    /// connection, or 0 for all that have ended.
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
    /// Seconds by which the exporter's clock is ahead.
    public var clockSkew: Double
    /// Whether its times are corrected for that.
    public var isClockCorrected: Bool?
    /// The lowest ids of `templateCount`.
    public var templates: [UInt16]
    public var templateCount: Int
    /// Data sets that arrived before their template.
    public var unknownTemplateSets: UInt64
    /// Sessions whose templates it took over because it continues them, and templates used because all sessions agree
    /// on them.
    public var continuedSessions: UInt64?
    public var agreedTemplates: UInt64?
    /// Rates, names and start times that contradict another source port of the exporter.
    public var contradictions: UInt64?
    public var sampling: Sampling
  }

  public struct Sampling: Codable, Sendable {
    /// Sampling interval: one of this many packets; nil if records differ.
    public var rate: UInt32?
    /// `header`, `options`, `only_sampler`, `other_domain`, `record`, `configuration`, `forced` or `none`.
    public var source: String
  }
}

extension CollectorStatus {
  private static let timeFormat = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

  /// Encodes as JSON with sorted keys; times as `2026-01-31T12:00:00.000Z`.
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

  /// - Throws: `DecodingError` if it is not a status.
  public init(decoding data: Data) throws {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .custom { decoder in
      try Self.timeFormat.parse(decoder.singleValueContainer().decode(String.self))
    }
    self = try decoder.decode(Self.self, from: data)
  }
}

/// The exporters' part of the status: the response of `/api/v1/exporters`.
struct ExporterStatus: Encodable, Sendable {
  /// Time of this status, milliseconds since 1970 UTC.
  var time: Int64
  /// Number of known exporters, including those beyond the limit of `exporters`.
  var exporterCount: Int
  var exporters: [CollectorStatus.Exporter]

  /// Encodes as JSON in the format of the status.
  func encoded() throws -> Data { try CollectorStatus.encoder(pretty: false).encode(self) }
}

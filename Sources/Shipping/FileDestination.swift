public import FlowStore

/// A committed file of the store, to be shipped.
public struct CommittedFile: Hashable, Sendable {
  /// Relative to the store: `date=2026-01-31/hour=07/flows-….parquet`. Names are never reused.
  public var name: String
  /// Path to open.
  public var path: String
  public var octets: UInt64

  public init(name: String, path: String, octets: UInt64) {
    self.name = name
    self.path = path
    self.octets = octets
  }
}

/// The destination of a file output: a database or an object store. Several files may be in transit at a time.
public protocol FileDestination: Sendable {
  /// For display: server and location, without secrets.
  var place: String { get }

  /// Ships a file and returns once the destination has stored it durably. Must be idempotent: a file is shipped again
  /// if the collector ended before recording it.
  ///
  /// - Throws: `CancellationError` when the collector stops, otherwise `ShippingFailure`.
  func ship(_ file: CommittedFile) async throws

  /// Checks that the destination is reachable, accepts the credentials, and has the target of the files.
  ///
  /// - Returns: findings, one per line.
  /// - Throws: as `ship`.
  func test() async throws -> [String]

  // MARK: Rows before their file is committed, for destinations that accept them

  /// Receives the store's rows; nil if the destination accepts only files. `ship` is called for each file anyway, and
  /// sends what is missing.
  var tap: (any RowTap)? { get }

  /// Counters of live rows; nil if the destination accepts only files.
  var liveRows: LiveRowCounts? { get }

  /// Starts sending rows.
  func start()

  /// Stops sending rows, after the last file; rows in transit are abandoned.
  func finish() async
}

extension FileDestination {
  public var tap: (any RowTap)? { nil }
  public var liveRows: LiveRowCounts? { nil }
  public func start() {}
  public func finish() async {}
}

/// Counters of rows to be sent before their file is committed.
public struct LiveRowCounts: Hashable, Sendable {
  /// Queued for sending.
  public var sent: UInt64
  /// Acknowledged by the destination.
  public var acknowledged: UInt64
  /// Left to their files: not acknowledged, or not sent because a queue was full.
  public var left: UInt64

  public init(sent: UInt64 = 0, acknowledged: UInt64 = 0, left: UInt64 = 0) {
    self.sent = sent
    self.acknowledged = acknowledged
    self.left = left
  }
}

/// Why a file was not accepted.
public struct ShippingFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What to do next.
  public enum Remedy: Hashable, Sendable {
    /// Retry soon: a broken connection, a busy server.
    case retry
    /// Retry slowly until someone fixes it: wrong credentials, a missing table, a full server.
    case wait
    /// Set the file aside and continue: it will never be accepted.
    case setAside
  }

  public var remedy: Remedy
  /// For display: what happened, where, and what to do.
  public var reason: String
  /// Equal for all failures with the same cause, whatever else the reason contains, such as file names. A new kind is
  /// logged.
  public var kind: String

  /// - Parameter kind: defaults to the reason.
  public init(_ remedy: Remedy, _ reason: String, kind: String? = nil) {
    self.remedy = remedy
    self.reason = reason
    self.kind = kind ?? reason
  }

  public var description: String { reason }
}

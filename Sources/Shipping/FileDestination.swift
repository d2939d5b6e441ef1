public import FlowStore

/// A committed file of the store, on its way to where an output puts it.
public struct CommittedFile: Hashable, Sendable {
  /// Below the store's directory: `date=2026-01-31/hour=07/flows-….parquet`. No other file ever has this name.
  public var name: String
  /// Where it can be opened.
  public var path: String
  public var octets: UInt64

  public init(name: String, path: String, octets: UInt64) {
    self.name = name
    self.path = path
    self.octets = octets
  }
}

/// Where an output of files puts them: a database, an object store. Several files may be on their way at a time.
public protocol FileDestination: Sendable {
  /// For people: which server, and what there, without secrets.
  var place: String { get }

  /// Puts a file there and returns when it is there for good. A file that is put there again, because the collector ended before it had
  /// noted the first time, must not be there twice.
  ///
  /// - Throws: `CancellationError` when the collector stops, else `ShippingFailure`.
  func ship(_ file: CommittedFile) async throws

  /// Whether files would be taken: that the server answers, knows the user, and has what files go to.
  ///
  /// - Returns: what was found, a line each.
  /// - Throws: as `ship`.
  func test() async throws -> [String]

  // MARK: Rows before their file is committed, where a destination takes them

  /// Sees the store's rows; nil: it takes files alone. `ship` is told of each file all the same, and sends what is missing of it.
  var tap: (any RowTap)? { get }

  /// What became of the rows that it saw so far; nil: it takes files alone.
  var liveRows: LiveRowCounts? { get }

  /// Begins to send rows.
  func start()

  /// Ends that, once nothing is shipped any more: what is on its way is given up.
  func finish() async
}

extension FileDestination {
  public var tap: (any RowTap)? { nil }
  public var liveRows: LiveRowCounts? { nil }
  public func start() {}
  public func finish() async {}
}

/// What became of rows that were to be sent before their file was committed.
public struct LiveRowCounts: Hashable, Sendable {
  /// Handed to what sends them.
  public var sent: UInt64
  /// Of these, those that the destination has.
  public var acknowledged: UInt64
  /// Left to their files: not acknowledged, or not sent because a queue was full.
  public var left: UInt64

  public init(sent: UInt64 = 0, acknowledged: UInt64 = 0, left: UInt64 = 0) {
    self.sent = sent
    self.acknowledged = acknowledged
    self.left = left
  }
}

/// Why a file was not taken.
public struct ShippingFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is done next.
  public enum Remedy: Hashable, Sendable {
    /// The same again a moment later: a connection that was cut, a server that is busy.
    case retry
    /// The same again, slowly, until somebody has mended it: wrong credentials, no table, a full server.
    case wait
    /// The file will never be taken: it is set aside, and the next one goes on.
    case setAside
  }

  public var remedy: Remedy
  /// For people: what happened, where, and what to do.
  public var reason: String
  /// The same for all failures of one cause, whatever else the reason has, such as names of files: a new one is logged.
  public var kind: String

  /// - Parameter kind: the reason, if it is left out.
  public init(_ remedy: Remedy, _ reason: String, kind: String? = nil) {
    self.remedy = remedy
    self.reason = reason
    self.kind = kind ?? reason
  }

  public var description: String { reason }
}

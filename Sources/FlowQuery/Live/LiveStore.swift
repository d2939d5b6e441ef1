import Files
import Files
public import NetworkBytes
public import Parquet

/// The files under some paths, with the live flows of the collectors that write them. Together they contain each flow
/// exactly once, whatever the collectors commit meanwhile.
public struct LiveStore: Sendable {
  public private(set) var files = StoreFiles()
  public private(set) var snapshots: [ParquetSnapshot] = []
  /// Time up to which flows are included; nil for published files only.
  public private(set) var until: UnixMilliseconds?
  /// The collectors asked.
  public private(set) var collectors: [LiveState] = []
  /// Why live flows are missing, one line each.
  public private(set) var notices: [String] = []

  /// Attempts in case a collector ends meanwhile.
  private static let attempts = 3

  /// Empty.
  public init() {}

  /// - Parameter own: the collector of this process, if it writes one of the paths.
  /// - Throws: as `StoreFiles.find`; a store may be empty if its collector responds.
  public static func find(_ paths: [String], own: OwnCollector? = nil) throws(QueryError) -> LiveStore {
    for _ in 1..<attempts {
      if let found = try attempt(paths, own, isLast: false) { return found }
    }
    return try attempt(paths, own, isLast: true) ?? LiveStore()
  }

  /// Returns published files only.
  public static func committed(_ paths: [String]) throws(QueryError) -> LiveStore {
    var found = LiveStore()
    found.files = try StoreFiles.find(paths)
    return found
  }

  /// Returns the collectors that write stores.
  public static func collectors(of stores: [String]) -> [LiveState] {
    stores.flatMap { store in
      LiveAddress.all(in: store).compactMap { address in
        if case .ready(let session) = LiveSession.open(address, store: store) { session.state } else { nil }
      }
    }
  }

  /// Whether there is nothing to read.
  public var isEmpty: Bool { files.files.isEmpty && snapshots.isEmpty }

  /// - Returns: nil if a collector ended meanwhile: its flows may be in files that were not listed.
  private static func attempt(
    _ paths: [String], _ own: OwnCollector?, isLast: Bool
  ) throws(QueryError) -> LiveStore? {
    var found = LiveStore()
    var sessions: [LiveSession] = []
    // Stores with collectors, which may have no files yet.
    var stores: Set<String> = []
    // A store may be given twice, under different names.
    var asked: Set<FileIdentity> = []
    let ownSocket = own.flatMap { LiveAddress.identity($0.link) }
    var isOwnAsked = false
    func take(_ outcome: LiveSession.Outcome<LiveSession>, _ path: String, _ socket: FileIdentity?) {
      switch outcome {
      case .ready(let session):
        sessions.append(session)
        found.collectors.append(session.state)
      case .unavailable(let reason): found.notices.append(reason)
      case .ended: return
      }
      stores.insert(path)
      if let socket { asked.insert(socket) }
    }
    for path in paths {
      if let own, own.store == path, !isOwnAsked {
        isOwnAsked = true
        take(own.open(), path, ownSocket)
      }
      for address in LiveAddress.all(in: path) {
        let socket = LiveAddress.identity(address)
        if let socket, asked.contains(socket) {
          stores.insert(path)
        } else {
          take(LiveSession.open(address, store: path), path, socket)
        }
      }
    }
    found.files = try StoreFiles.find(paths, mayBeEmpty: stores)
    for session in sessions {
      switch session.cut() {
      case .ready(let cut): found.add(cut, of: session.store)
      case .unavailable(let reason): found.notices.append(reason)
      case .ended:
        if !isLast { return nil }
        found.notices.append(LiveSession.closed)
      }
    }
    return found
  }

  private mutating func add(_ cut: LiveCut, of store: String) {
    snapshots += cut.snapshots
    until = min(until ?? .max, cut.time)
    files.add(published: cut.published, below: store)
  }

  /// Returns a scan of these files and flows.
  public var scan: Scan {
    var scan = Scan(files.files)
    scan.unreadable = files.failures
    scan.sources += snapshots.map { .snapshot($0) }
    scan.liveUntil = until
    return scan
  }
}

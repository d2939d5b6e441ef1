package import Files
import FlowModel
import NetworkBytes

/// Where files stand in the store, and what they are called.
///
/// `<root>/date=2026-01-01/hour=00/flows-<host>-<identity>-<UTC start yyyymmddThhmmssZ>-<worker>-<sequence>.parquet`, of the
/// UTC time at which the file's window begins; what has no identity has no place for it. While it is written, a file has a hidden name, so that no reader meets half a file.
struct StoreLayout: Sendable {
  let root: String
  let host: String
  let identity: String
  let worker: Int

  /// The directory of the window that begins at `window`, seconds since 1970 UTC, and below it the directory of the hour.
  func directories(window: UnixSeconds) -> (date: String, hour: String) {
    let time = CivilTime(secondsSince1970: window)
    let date = "\(root)/date=\(time.date)"
    return (date, "\(date)/hour=\(time.hourText)")
  }

  func name(window: UnixSeconds, sequence: Int) -> String {
    let writer = identity.isEmpty ? host : "\(host)-\(identity)"
    return "flows-\(writer)-\(CivilTime(secondsSince1970: window).compact)-\(worker)-\(sequence).parquet"
  }

  static func partName(_ name: String) -> String {
    ".\(name.dropLast(".parquet".count)).part"
  }

  /// Creates the directories that files of the window stand in.
  func createDirectories(window: UnixSeconds) throws(FileError) {
    let directories = directories(window: window)
    for directory in [root, directories.date, directories.hour] { try Directory.create(directory) }
  }
}

/// Whose files of a store are meant: a collector's, whatever its host was called when it wrote them.
package struct FileOwner: Sendable {
  /// As in `FlowStoreOptions`.
  package var identity: String
  /// The host's name in files that were written before there were identities; nil: there are none.
  package var formerHost: String?

  package init(identity: String, formerHost: String? = nil) {
    self.identity = identity
    self.formerHost = formerHost
  }

  /// - Parameters:
  ///   - name: without what stands before `flows-` and behind the sequence number.
  ///   - worker: nil: any.
  func owns(_ name: Substring, worker: Int?) -> Bool {
    let parts = name.split(separator: "-")
    guard parts.count >= 5, parts[0] == "flows", let writer = Int(parts[parts.count - 2]), writer == worker ?? writer
    else { return false }
    if parts.count >= 6, parts[parts.count - 4] == identity { return true }
    guard let former = formerHost.map({ "flows-\($0)-" }), name.hasPrefix(former) else { return false }
    return name.dropFirst(former.count).split(separator: "-").count == 3
  }
}

/// What has become of a file of the store.
package enum FileStage: Sendable {
  case published
  /// Begun, or complete and not published.
  case unpublished
  /// Set aside: a journal brings its rows again.
  case superseded

  fileprivate var start: String { self == .published ? "" : "." }

  fileprivate var ends: [String] {
    switch self {
    case .published: [".parquet"]
    case .unpublished: [".part", ".part.copy"]
    case .superseded: [".parquet" + Self.supersededEnd]
    }
  }

  fileprivate static let supersededEnd = ".superseded"

  /// The name under which a published file is hidden.
  static func supersededName(_ name: some StringProtocol) -> String { ".\(name)\(supersededEnd)" }
}

extension FlowStoreWriter {
  /// Hides a published file whose rows come again.
  package static func supersede(_ path: String) throws(FileError) {
    let name = path.split(separator: "/").last ?? ""
    try Directory.rename(path, to: path.dropLast(name.count) + FileStage.supersededName(name))
  }

  /// A worker's files in a store, in no order.
  ///
  /// - Throws: the first failure, if any directory cannot be read.
  package static func files(
    in root: String, of owner: FileOwner, worker: Int, _ stage: FileStage
  ) throws(FileError) -> [String] {
    let (start, ends) = (stage.start, stage.ends)
    var files: [String] = []
    var hours = HourDirectories(root)
    for hour in hours.paths {
      for name in hours.names(in: hour) where name.hasPrefix(start) {
        guard let end = ends.first(where: name.hasSuffix) else { continue }
        if owner.owns(name.dropFirst(start.count).dropLast(end.count), worker: worker) {
          files.append("\(hour)/\(name)")
        }
      }
    }
    if let failure = hours.failure { throw failure }
    return files
  }
}

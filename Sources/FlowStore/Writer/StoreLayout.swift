package import Files
import FlowModel
import NetworkBytes

/// Locations and names of files in the store.
///
/// `<root>/date=2026-01-01/hour=00/flows-<host>-<identity>-<UTC start yyyymmddThhmmssZ>-<worker>-<sequence>.parquet`,
/// by the UTC start of the file's window; without an identity, that part is omitted. While it is written, a file has a
/// hidden name, so that readers never see an incomplete file.
struct StoreLayout: Sendable {
  let root: String
  let host: String
  let identity: String
  let worker: Int

  /// Returns the directory of the window that begins at `window`, seconds since 1970 UTC, and the directory of its
  /// hour.
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

  /// Creates the directories for the window's files.
  func createDirectories(window: UnixSeconds) throws(FileError) {
    let directories = directories(window: window)
    for directory in [root, directories.date, directories.hour] { try Directory.create(directory) }
  }
}

/// Identifies a collector's files in a store, independent of its host name.
package struct FileOwner: Sendable {
  /// As in `FlowStoreOptions`.
  package var identity: String
  /// Host name in files written before identities existed; nil if there are none.
  package var formerHost: String?

  package init(identity: String, formerHost: String? = nil) {
    self.identity = identity
    self.formerHost = formerHost
  }

  /// - Parameters:
  ///   - name: without the part before `flows-` and the sequence number.
  ///   - worker: nil for any.
  func owns(_ name: Substring, worker: Int?) -> Bool {
    let parts = name.split(separator: "-")
    guard parts.count >= 5, parts[0] == "flows", let writer = Int(parts[parts.count - 2]), writer == worker ?? writer
    else { return false }
    if parts.count >= 6, parts[parts.count - 4] == identity { return true }
    guard let former = formerHost.map({ "flows-\($0)-" }), name.hasPrefix(former) else { return false }
    return name.dropFirst(former.count).split(separator: "-").count == 3
  }
}

/// The stage of a store file.
package enum FileStage: Sendable {
  case published
  /// Being written, or complete and unpublished.
  case unpublished
  /// Set aside, because a journal reproduces its rows.
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

  /// Returns the name under which a published file is hidden.
  static func supersededName(_ name: some StringProtocol) -> String { ".\(name)\(supersededEnd)" }
}

extension FlowStoreWriter {
  /// Hides a published file whose rows are reproduced.
  package static func supersede(_ path: String) throws(FileError) {
    let name = path.split(separator: "/").last ?? ""
    try Directory.rename(path, to: path.dropLast(name.count) + FileStage.supersededName(name))
  }

  /// Returns a worker's files in a store, in no order.
  ///
  /// - Throws: the first error, if any directory cannot be read.
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

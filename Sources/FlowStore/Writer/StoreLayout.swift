/// Where files stand in the store, and what they are called.
///
/// `<root>/date=2026-01-01/hour=00/flows-<host>-<UTC start yyyymmddThhmmssZ>-<worker>-<sequence>.parquet`, of the UTC time
/// at which the file's window begins. While it is written, a file has a hidden name, so that no reader meets half a file.
struct StoreLayout: Sendable {
  let root: String
  let host: String
  let worker: Int

  /// The folder of the window that begins at `window`, seconds since 1970 UTC, and below it the folder of the hour.
  func folders(window: Int64) -> (date: String, hour: String) {
    let time = CivilTime(secondsSince1970: window)
    let date = "\(root)/date=\(time.date)"
    return (date, "\(date)/hour=\(time.hourText)")
  }

  func name(window: Int64, sequence: Int) -> String {
    "flows-\(host)-\(CivilTime(secondsSince1970: window).compact)-\(worker)-\(sequence).parquet"
  }

  static func partName(_ name: String) -> String {
    ".\(name.dropLast(".parquet".count)).part"
  }

  /// Creates the folders that files of the window stand in.
  func createFolders(window: Int64) throws(StoreError) {
    let folders = folders(window: window)
    for folder in [root, folders.date, folders.hour] { try Directory.create(folder) }
  }
}

extension FlowStoreWriter {
  /// A worker's files in a store, in no order: those that are complete, or those that were begun or not published.
  package static func files(
    in root: String, host: String, worker: Int, published: Bool
  ) throws(StoreError) -> [String] {
    let (prefix, suffix) = published ? ("flows-\(host)-", ".parquet") : (".flows-\(host)-", ".part")
    var files: [String] = []
    for hour in try StoredFile.hourFolders(root) {
      let names = try Directory.names(in: hour).filter { name in
        guard name.hasPrefix(prefix), name.hasSuffix(suffix) || !published && name.hasSuffix(".part.copy") else {
          return false
        }
        let parts = name.dropLast(suffix.count).split(separator: "-")
        return parts.count >= 5 && Int(parts[parts.count - 2]) == worker
      }
      files += names.map { "\(hour)/\($0)" }
    }
    return files
  }
}

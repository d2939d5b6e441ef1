public import Parquet

/// Files and directories that an answer lacks, or has once though they were named twice: the one account of what goes wrong with
/// files, from the search for them to their last row group.
///
/// A file is in it once, however many of its row groups failed, and by however many workers.
public struct ScanFailures: Sendable {
  /// What could not be read: what it holds is missing.
  public private(set) var unread: [ParquetReadError] = []
  /// Paths of files that retention removed while the scan went on.
  public private(set) var vanished: [String] = []
  /// Paths that lead to a file that another path led to before: it counts once.
  public private(set) var repeated: [String] = []
  /// Of `unread` and `vanished`.
  private var paths: Set<String> = []

  public init() {}

  public init(_ unread: [ParquetReadError]) {
    for error in unread { note(error) }
  }

  /// Adds a file or directory that could not be read to its end.
  package mutating func note(_ error: ParquetReadError) {
    guard paths.insert(error.path).inserted else { return }
    if error.isMissing { vanished.append(error.path) } else { unread.append(error) }
  }

  /// Adds it if the scan may go on without it.
  ///
  /// - Throws: the error itself if not: the scan is strict, and retention has not removed the file.
  mutating func note(_ error: ParquetReadError, isStrict: Bool) throws(ScanFailure) {
    if isStrict, !error.isMissing { throw .file(error) }
    note(error)
  }

  package mutating func noteRepeated(_ path: String) { repeated.append(path) }

  package mutating func merge(_ other: ScanFailures) {
    for error in other.unread { note(error) }
    for path in other.vanished where paths.insert(path).inserted { vanished.append(path) }
    repeated += other.repeated
  }
}

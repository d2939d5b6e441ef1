public import Parquet

/// Files and directories missing from a result, or given twice: collects all failures, from the search for files to the
/// last row group.
///
/// A file is listed once, however many of its row groups failed, in however many workers.
public struct ScanFailures: Sendable {
  /// Unreadable files; their content is missing.
  public private(set) var unread: [ParquetReadError] = []
  /// Files that retention removed during the scan.
  public private(set) var vanished: [String] = []
  /// Paths to files that another path had already led to; these count once.
  public private(set) var repeated: [String] = []
  /// Paths in `unread` and `vanished`.
  private var paths: Set<String> = []

  public init() {}

  public init(_ unread: [ParquetReadError]) {
    for error in unread { note(error) }
  }

  /// Adds a file or directory that could not be read completely.
  package mutating func note(_ error: ParquetReadError) {
    guard paths.insert(error.path).inserted else { return }
    if error.isMissing { vanished.append(error.path) } else { unread.append(error) }
  }

  /// Adds an error if the scan can continue.
  ///
  /// - Throws: the error itself if the scan is strict and retention has not removed the file.
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

// FlowQuery: queries a store: finds its files, reads the necessary parts, filters, groups and sums.

/// Why a query failed.
public enum QueryError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The path does not exist.
  case noSuchPath(String)
  /// There are no flow files under this path.
  case noFiles(String)
  /// No flow is in the window; the time covered by the store, milliseconds since 1970 UTC.
  case emptyWindow(TimeWindow, ClosedRange<Int64>)
  /// More groups than fit into memory.
  case tooManyGroups(Int)
  /// The query was canceled.
  case cancelled

  public var description: String {
    switch self {
    case .noSuchPath(let path): "\(path): no such file or directory"
    case .noFiles(let path): "\(path): no flow files (*.parquet)"
    case .emptyWindow(let window, let range):
      "no flows in \(window); the store has \(TimeWindow(range))"
    case .tooManyGroups(let count):
      "more than \(count) groups, which do not fit into memory; use a coarser key (src_addr/24), a filter, or a shorter time window"
    case .cancelled: "the query was cancelled"
    }
  }
}

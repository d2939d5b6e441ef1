// FlowQuery: asks a store: finds its files, reads what is needed of them, selects, groups and sums.

/// Why a question has no answer.
public enum QueryError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Nothing is at this path.
  case noSuchPath(String)
  /// There are no flow files under this path.
  case noFiles(String)
  /// No flow of the store lies in the window; what the store has, milliseconds since 1970 UTC.
  case emptyWindow(TimeWindow, ClosedRange<Int64>)
  /// More groups than memory is allowed for.
  case tooManyGroups(Int)
  /// Whoever asked does not want the answer any more.
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

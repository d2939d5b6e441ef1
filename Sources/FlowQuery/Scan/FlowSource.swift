public import Parquet

/// What a scan reads flows from.
public enum FlowSource: Sendable {
  /// A file by its path.
  case path(String)
  /// Flows of a running collector, which no committed file has.
  case snapshot(ParquetSnapshot)

  /// For messages.
  var path: String {
    switch self {
    case .path(let path): path
    case .snapshot(let snapshot): snapshot.path
    }
  }

  var isSnapshot: Bool { if case .snapshot = self { true } else { false } }
}

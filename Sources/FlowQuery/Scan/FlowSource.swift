public import Parquet

/// A source of flows for a scan.
public enum FlowSource: Sendable {
  /// A file by its path.
  case path(String)
  /// Flows of a running collector that are in no committed file.
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

import Parquet

/// How the store is written.
public struct FlowStoreOptions: Sendable {
  /// The directory under which `date=…/hour=…` stand.
  public var path: String
  /// Part of every file's name, for people: where the flows were collected.
  public var host: String
  /// Part of every file's name, if it is not empty: no two collectors have the same, nor does it change with the host's name.
  public var identity = ""
  /// Part of every file's name: each worker of a collector writes its own files.
  public var worker = 0
  /// Seconds of one file's window, at least 1; divides an hour.
  public var rotation: Int64 = 300
  /// Octets after which a file ends before its window does.
  public var maximumFileSize: Int64 = 256_000_000
  /// Rows of a row group, at most `rowGroupRowLimit`.
  public var rowGroupRows = 262_144
  /// Octets of `extra` texts after which a row group ends before it has its rows: they can be long, and wait in memory.
  public var rowGroupExtraOctets = 64 << 20
  /// Whether files wait for `FlowStoreWriter.publish` once they are complete.
  public var holdsFiles = false
  /// zstd level.
  public var compressionLevel = 1
  /// `created_by` of the files.
  public var createdBy = "sagflow"
  /// Further key-value metadata of each file, such as the aging timers in force.
  public var metadata: [(key: String, value: String)] = []

  public init(path: String, host: String) {
    self.path = path
    self.host = host
  }

  /// The most rows of a row group. Twice as many may come together after a failure, and the ranks of their addresses
  /// and of 2^20 exporters must fit into a word (`RowSorter`).
  public static let rowGroupRowLimit = 1 << 20
}

extension FlowStoreOptions {
  var room: RowGroup.Room {
    RowGroup.Room(rows: min(max(rowGroupRows, 1), Self.rowGroupRowLimit), extraOctets: max(rowGroupExtraOctets, 1))
  }

  var parquet: ParquetWriterOptions {
    var options = ParquetWriterOptions()
    options.compression = .zstd(level: compressionLevel)
    options.createdBy = createdBy
    return options
  }
}

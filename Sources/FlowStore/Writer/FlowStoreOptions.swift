import Parquet

/// How the store is written.
public struct FlowStoreOptions: Sendable {
  /// The directory that contains `date=…/hour=…`.
  public var path: String
  /// Part of every file name, for display: the collecting host.
  public var host: String
  /// Part of every file name unless empty: unique per collector, and independent of the host name.
  public var identity = ""
  /// Part of every file name: each worker writes its own files.
  public var worker = 0
  /// Length of a file's window, seconds, at least 1; divides an hour.
  public var rotation: Int64 = 300
  /// Size in octets from which a file ends early.
  public var maximumFileSize: Int64 = 256_000_000
  /// Rows of a row group, at most `rowGroupRowLimit`.
  public var rowGroupRows = 262_144
  /// Octets of `extra` texts from which a row group ends early, to bound memory.
  public var rowGroupExtraOctets = 64 << 20
  /// Whether complete files wait for `FlowStoreWriter.publish`.
  public var holdsFiles = false
  /// zstd level.
  public var compressionLevel = 1
  /// `created_by` of the files.
  public var createdBy = "sagflow"
  /// Additional key-value metadata of each file, such as the aging settings.
  public var metadata: [(key: String, value: String)] = []

  public init(path: String, host: String) {
    self.path = path
    self.host = host
  }

  /// Maximum rows of a row group. Twice as many may accumulate after a failure, and the ranks of their addresses and of
  /// 2^20 exporters must fit into a word (`RowSorter`).
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

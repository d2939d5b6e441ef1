import Parquet

/// How the store is written.

public struct FlowStoreOptions: Sendable {
  /// The directory under which `date=…/hour=…` stand.
  public var path: String
  /// Part of every file's name, so that several hosts can write into one directory.
  public var host: String
  /// Part of every file's name: each worker of a collector writes its own files.
  public var worker = 0
  /// Seconds of one file's window; divides an hour.
  public var rotation: Int64 = 300
  /// Octets after which a file ends before its window does.
  public var maximumFileSize: Int64 = 256_000_000
  /// Rows of a row group.
  public var rowGroupRows = 262_144
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
}

extension FlowStoreOptions {
  var parquet: ParquetWriterOptions {
    var options = ParquetWriterOptions()
    options.compression = .zstd(level: compressionLevel)
    options.createdBy = createdBy
    return options
  }
}

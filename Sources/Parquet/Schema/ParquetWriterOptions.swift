/// How a file is written.
public struct ParquetWriterOptions: Sendable {
  /// How pages are compressed.
  public enum Compression: Equatable, Sendable {
    case uncompressed
    /// Levels as zstd counts them: 1 is fast, 3 zstd's own default.
    case zstd(level: Int)
  }

  public var compression: Compression = .zstd(level: 1)
  /// The most rows a data page holds, at least 1. A reader decodes whole pages.
  public var pageRowLimit = 20_000
  /// The most octets a dictionary page holds before compression. Integers beyond it are PLAIN; a column of byte arrays
  /// with a longer dictionary is PLAIN as a whole, unless that would take more than twice as much.
  public var dictionaryByteLimit = 16 << 20
  /// Octets gathered within a row group before the file is written to: few system calls, and memory of about this much
  /// and one column chunk.
  public var writeSize = 1 << 20
  /// Permission bits of a file that the writer creates, before the process's umask.
  public var fileMode: UInt32 = 0o644
  /// Who wrote the file. Readers look in it for writers with known faults, so it has their form.
  public var createdBy = "sagflow-parquet version 1.0.0 (build 1)"

  public init() {}
}

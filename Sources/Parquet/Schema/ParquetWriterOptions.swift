/// Options of a writer.
public struct ParquetWriterOptions: Sendable {
  /// Compression of pages.
  public enum Compression: Equatable, Sendable {
    case uncompressed
    /// zstd level: 1 is fast, 3 is zstd's default.
    case zstd(level: Int)
  }

  public var compression: Compression = .zstd(level: 1)
  /// Maximum rows of a data page, at least 1. Readers decode whole pages.
  public var pageRowLimit = 20_000
  /// Maximum octets of a dictionary page before compression. Integers beyond it are PLAIN; a byte array column with a
  /// longer dictionary becomes PLAIN as a whole, unless that takes more than twice as much.
  public var dictionaryByteLimit = 16 << 20
  /// Octets collected within a row group before they are written to the file. Limits the number of system calls; memory
  /// use is about this plus one column chunk.
  public var writeSize = 1 << 20
  /// Permission bits of a created file, before the process's umask.
  public var fileMode: UInt32 = 0o644
  /// Name of the writer. Readers parse it to detect writers with known bugs, so it follows their format.
  public var createdBy = "sagflow-parquet version 1.0.0 (build 1)"

  public init() {}
}

package import Files

/// Open Parquet file that can be read without its name: it may be in memory, renamed, or still being written.
public struct ParquetSnapshot: Sendable {
  package let content: SharedFile
  /// Tail of the file with a footer of the complete row groups; nil if it is part of `content`.
  package let footer: SharedFile?
  /// Name of the file for errors.
  public let path: String

  package init(_ content: SharedFile, footer: SharedFile? = nil, path: String) {
    self.content = content
    self.footer = footer
    self.path = path
  }
}

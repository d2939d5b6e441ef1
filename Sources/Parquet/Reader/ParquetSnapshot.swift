package import Files

/// A Parquet file that is open, of which a reader needs no name: it may be in memory, renamed meanwhile, or still written.
public struct ParquetSnapshot: Sendable {
  package let content: SharedFile
  /// What ends with the footer of the row groups that were whole; nil: `content` does.
  package let footer: SharedFile?
  /// What to call the file in errors.
  public let path: String

  package init(_ content: SharedFile, footer: SharedFile? = nil, path: String) {
    self.content = content
    self.footer = footer
    self.path = path
  }
}

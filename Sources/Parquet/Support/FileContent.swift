import Files

/// Content of a file, read from start to end in pieces.
package struct FileContent {
  private let path: String
  private static let pieceSize = 1 << 20

  package init(_ path: String) { self.path = path }

  /// Returns whether the content has this size and CRC-32.
  ///
  /// - Parameter checksum: CRC-32 of the expected content.
  package func matches(size: Int64, checksum: UInt32) throws(ParquetError) -> Bool {
    let found = try read { (_: Span<UInt8>) throws(ParquetError) in }
    return found.size == size && found.checksum == checksum
  }

  /// Copies the content to another file.
  ///
  /// - Throws: `ParquetError.changed` if it differs from what is expected; the other file has been written
  ///   nevertheless.
  func copy(to file: borrowing OutputFile, size: Int64, checksum: UInt32) throws(ParquetError) {
    let found = try read { (piece: Span<UInt8>) throws(ParquetError) in try file.write(piece) }
    guard found.size == size, found.checksum == checksum else { throw .changed(path: path) }
  }

  private func read(
    _ body: (Span<UInt8>) throws(ParquetError) -> Void
  ) throws(ParquetError) -> (size: Int64, checksum: UInt32) {
    var piece = [UInt8](repeating: 0, count: Self.pieceSize)
    var (size, checksum) = (Int64(0), UInt32(0))
    let file: OpenFile
    do throws(FileError) { file = try OpenFile(path, .reading, for: .read) } catch { throw .system(error) }
    while true {
      let count: Int
      do throws(FileError) {
        var octets = piece.mutableSpan
        count = try file.read(at: size, into: &octets)
      } catch {
        throw .system(error)
      }
      if count == 0 { return (size, checksum) }
      let span = piece.span.extracting(0..<count)
      checksum = CRC32.checksum(span, after: checksum)
      size += Int64(count)
      try body(span)
    }
  }
}

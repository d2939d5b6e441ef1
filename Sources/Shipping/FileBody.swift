import Files
public import NIOCore
import NIOPosix

/// Part of a file as a request body, read in pieces on threads that may block on the disk.
public struct FileBody: AsyncSequence, Sendable {
  private let path: String
  private let range: Range<UInt64>

  /// Octets of a piece.
  private static let pieceLength: UInt64 = 1 << 18

  /// - Parameter range: range of octets in the file.
  public init(_ path: String, _ range: Range<UInt64>) {
    self.path = path
    self.range = range
  }

  public func makeAsyncIterator() -> Iterator { Iterator(path: path, range: range) }

  private static func read(_ file: SharedFile, _ range: Range<UInt64>) throws -> ByteBuffer {
    var octets = [UInt8](repeating: 0, count: range.count)
    var span = octets.mutableSpan
    guard try file.file.read(at: Int64(range.lowerBound), into: &span) == octets.count else {
      throw ShippingFailure(.setAside, "\(file.file.path) has become shorter")
    }
    return ByteBuffer(bytes: octets)
  }

  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let path: String
    fileprivate var range: Range<UInt64>
    private var file: SharedFile?

    fileprivate init(path: String, range: Range<UInt64>) {
      self.path = path
      self.range = range
    }

    /// - Throws: `FileError` if the file cannot be read, `ShippingFailure` if it is too short.
    public mutating func next() async throws -> ByteBuffer? {
      if range.isEmpty { return nil }
      let (path, known) = (path, file)
      let piece = range.lowerBound..<Swift.min(range.lowerBound + FileBody.pieceLength, range.upperBound)
      let (opened, buffer) = try await NIOThreadPool.singleton.runIfActive { () throws -> (SharedFile, ByteBuffer) in
        let file = try known ?? SharedFile(OpenFile(path, .reading))
        return (file, try FileBody.read(file, piece))
      }
      file = opened
      range = piece.upperBound..<range.upperBound
      return buffer
    }
  }
}

import Files
import Glibc

/// A file or pipe that is read from its beginning to its end, closed when it goes away.
struct InputFile: ~Copyable {
  private var file: OpenFile?
  /// The next octet, if it was looked at and not read yet.
  private var peeked: UInt8?
  /// The errno value of a failed read, if one failed.
  private(set) var readError: Int32?
  /// The file's size in octets; nil for a pipe or terminal.
  let size: Int?

  /// Opens `path`, or standard input for `-`.
  init(path: String) throws(CaptureError) {
    let file = try Self.open(path)
    let status = try? file.status()
    // A directory opens, and then fails to read: say so at once.
    if status?.kind == .directory { throw CaptureError(path: path, reason: .cannotOpen(errno: EISDIR)) }
    let size = status.flatMap { $0.kind == .file ? Int($0.size) : nil }
    self.init(file: file, peeked: nil, size: size)
  }

  private static func open(_ path: String) throws(CaptureError) -> OpenFile {
    do throws(FileError) {
      return path == "-" ? try .standardInput() : try OpenFile(path, .reading)
    } catch {
      throw CaptureError(path: path, reason: .cannotOpen(errno: error.code))
    }
  }

  /// No file: nothing to read.
  init() {
    self.init(file: nil, peeked: nil, size: nil)
  }

  private init(file: consuming OpenFile?, peeked: UInt8?, size: Int?) {
    self.file = file
    self.peeked = peeked
    self.size = size
  }

  /// The next octet, which stays unread; nil at the end of the file.
  mutating func peek() -> UInt8? {
    if peeked == nil {
      var octets: [UInt8] = []
      if read(1, appendingTo: &octets) == 1 { peeked = octets[0] }
    }
    return peeked
  }

  /// Reads up to `count` octets to the end of `bytes`.
  ///
  /// - Returns: How many came: fewer than `count` only at the end of the file or after an error.
  mutating func read(_ count: Int, appendingTo bytes: inout [UInt8]) -> Int {
    let before = bytes.count
    if count > 0, let octet = peeked.take() { bytes.append(octet) }
    let missing = before + count - bytes.count
    switch file {
    case .some(let file):
      do throws(FileError) {
        try bytes.append(addingCapacity: missing) { (output: inout OutputSpan<UInt8>) throws(FileError) in
          try file.read(into: &output)
        }
      } catch {
        readError = error.code
      }
    case .none: break
    }
    return bytes.count - before
  }

  /// The file in a value of its own. There is nothing to read here afterwards.
  mutating func take() -> InputFile {
    InputFile(file: file.take(), peeked: peeked.take(), size: size)
  }

  /// Hands the descriptor to the caller, who closes it, with the octet that was looked at and is no longer to be read from
  /// it. There is nothing to read afterwards.
  mutating func release() -> (descriptor: Int32, peeked: UInt8?)? {
    guard let file = file.take() else { return nil }
    return (file.release(), peeked.take())
  }
}

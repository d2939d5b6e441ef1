import Files
import Glibc

/// A file or pipe read sequentially; closed when it goes out of scope.
struct InputFile: ~Copyable {
  private var file: OpenFile?
  /// The next octet, if it was peeked.
  private var peeked: UInt8?
  /// The errno value of a failed read, if any.
  private(set) var readError: Int32?
  /// The file's size in octets; nil for a pipe or terminal.
  let size: Int?

  /// Opens `path`, or standard input for `-`.
  init(path: String) throws(CaptureError) {
    let file = try Self.open(path)
    let status = try? file.status()
    // A directory can be opened but not read, so fail at once.
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

  /// An empty input without a file.
  init() {
    self.init(file: nil, peeked: nil, size: nil)
  }

  private init(file: consuming OpenFile?, peeked: UInt8?, size: Int?) {
    self.file = file
    self.peeked = peeked
    self.size = size
  }

  /// Returns the next octet without consuming it; nil at the end of the file.
  mutating func peek() -> UInt8? {
    if peeked == nil {
      var octets: [UInt8] = []
      if read(1, appendingTo: &octets) == 1 { peeked = octets[0] }
    }
    return peeked
  }

  /// Reads up to `count` octets and appends them to `bytes`.
  ///
  /// - Returns: the number read; less than `count` only at the end of the file or after an error.
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

  /// Moves the file out, leaving an empty input.
  mutating func take() -> InputFile {
    InputFile(file: file.take(), peeked: peeked.take(), size: size)
  }

  /// Passes ownership of the descriptor to the caller, with the peeked octet if any, leaving an empty input.
  mutating func release() -> (descriptor: Int32, peeked: UInt8?)? {
    guard let file = file.take() else { return nil }
    return (file.release(), peeked.take())
  }
}

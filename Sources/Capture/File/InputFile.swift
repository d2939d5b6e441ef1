// A file that is read from its beginning to its end. All of this module's C stdio stands here.

import Glibc
import NetworkBytes

/// A file or pipe, closed when it goes away.
///
/// Sound: `stream` comes from fopen or fdopen, belongs to this value alone, and is closed once: by `deinit`, or by
/// whoever took it with `release()`, which leaves nil.
@safe
struct InputFile: ~Copyable {
  private var stream: UnsafeMutablePointer<FILE>?
  /// The file's size in octets; nil for a pipe or terminal.
  let size: Int?

  private static let bufferSize = 1 << 18

  /// Opens `path`, or standard input for `-`.
  init(path: String) throws(CaptureError) {
    let opened = path == "-" ? unsafe fdopen(dup(STDIN_FILENO), "rb") : unsafe fopen(path, "rbe")
    guard let opened = unsafe opened else { throw CaptureError(path: path, reason: .cannotOpen(errno: errno)) }
    var status = stat()
    // A folder opens, and then fails to read: say so at once.
    if unsafe fstat(fileno(opened), &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      unsafe fclose(opened)
      throw CaptureError(path: path, reason: .cannotOpen(errno: EISDIR))
    }
    unsafe setvbuf(opened, nil, _IOFBF, Self.bufferSize)
    unsafe stream = opened
    size = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
  }

  /// No file: nothing to read.
  init() {
    unsafe self.init(stream: nil, size: nil)
  }

  deinit {
    if let stream = unsafe stream { unsafe fclose(stream) }
  }

  /// The next octet, which stays unread; nil at the end of the file.
  func peek() -> UInt8? {
    guard let stream = unsafe stream else { return nil }
    let octet = unsafe getc(stream)
    guard octet != EOF else { return nil }
    unsafe ungetc(octet, stream)
    return UInt8(truncatingIfNeeded: octet)
  }

  /// The errno value of a failed read, if one failed.
  var readError: Int32? {
    guard let stream = unsafe stream, unsafe ferror(stream) != 0 else { return nil }
    return errno
  }

  /// Reads up to `count` octets to the end of `bytes`.
  ///
  /// - Returns: How many came: fewer than `count` only at the end of the file or after an error.
  func read(_ count: Int, appendingTo bytes: inout [UInt8]) -> Int {
    guard let stream = unsafe stream else { return 0 }
    let before = bytes.count
    bytes.append(addingCapacity: count) { output in
      // Sound: fread writes at most `count` octets into the free capacity and says how many it has initialised.
      unsafe output.withUnsafeMutableBufferPointer { buffer, initialized in
        unsafe initialized += fread(buffer.baseAddress?.advanced(by: initialized), 1, count, stream)
      }
    }
    return bytes.count - before
  }

  /// The file in a value of its own. There is nothing to read here afterwards.
  mutating func take() -> InputFile {
    unsafe InputFile(stream: release(), size: size)
  }

  private init(stream: UnsafeMutablePointer<FILE>?, size: Int?) {
    unsafe self.stream = stream
    self.size = size
  }

  /// Hands the stream to the caller, who closes it. There is nothing to read afterwards.
  mutating func release() -> UnsafeMutablePointer<FILE>? {
    let released = unsafe stream
    unsafe stream = nil
    return unsafe released
  }
}

import NetworkBytes

/// A sliding window over a file, with as many contiguous octets as the caller needs.
struct InputBuffer: ~Copyable {
  private var file: InputFile
  private var bytes: [UInt8] = []
  private var position = 0

  /// Offset of the window in the file.
  private(set) var offset = 0

  private static let chunk = 1 << 18

  init(_ file: consuming InputFile) {
    self.file = file
  }

  /// The errno value of a failed read, if any.
  var readError: Int32? { file.readError }
  var size: Int? { file.size }

  /// Number of octets in the window.
  var count: Int { bytes.count - position }

  /// The octets in the window.
  var window: RawSpan {
    @_lifetime(borrow self) get { bytes.rawSpan.extracting(position..<bytes.count) }
  }

  /// Reads until the window has `wanted` octets.
  ///
  /// - Returns: false if the file ends before.
  mutating func fill(_ wanted: Int) -> Bool {
    guard count < wanted else { return true }
    bytes.removeFirst(position)
    position = 0
    let missing = max(wanted, Self.chunk) - bytes.count
    _ = file.read(missing, appendingTo: &bytes)
    return count >= wanted
  }

  /// Removes the first `length` octets, which must be in the window.
  mutating func consume(_ length: Int) {
    position += length
    offset += length
  }

  /// Skips `length` octets, inside or beyond the window.
  ///
  /// - Returns: false if the file ends before.
  mutating func skip(_ length: Int) -> Bool {
    var left = length
    while left > count {
      left -= count
      consume(count)
      guard fill(1) else { return false }
    }
    consume(left)
    return true
  }
}

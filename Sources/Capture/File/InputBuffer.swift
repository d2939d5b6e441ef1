import NetworkBytes

/// A window that walks over a file: as many octets at a time as the caller needs to see together.
struct InputBuffer: ~Copyable {
  private var file: InputFile
  private var bytes: [UInt8] = []
  private var position = 0

  /// Where in the file the window begins.
  private(set) var offset = 0

  private static let chunk = 1 << 18

  init(_ file: consuming InputFile) {
    self.file = file
  }

  /// The errno value of a failed read, if one failed.
  var readError: Int32? { file.readError }
  var size: Int? { file.size }

  /// Octets in the window.
  var count: Int { bytes.count - position }

  /// The octets in the window.
  var window: RawSpan {
    @_lifetime(borrow self) get { bytes.rawSpan.extracting(position..<bytes.count) }
  }

  /// Reads on until the window holds `wanted` octets.
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

  /// Moves the window's beginning on by `length` octets, which are in it.
  mutating func consume(_ length: Int) {
    position += length
    offset += length
  }

  /// Passes over `length` octets, in the window or behind it.
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

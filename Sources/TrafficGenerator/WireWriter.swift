import NetworkBytes

/// Writes consecutive integers in network byte order into borrowed memory.
///
/// The memory's size is computed beforehand; a store beyond it traps.
struct WireWriter: ~Copyable, ~Escapable {
  private var bytes: MutableRawSpan
  private(set) var offset = 0

  /// Starts at the first octet of `message`.
  @_lifetime(&message)
  init(_ message: inout MutableSpan<UInt8>) {
    bytes = message.mutableOctets
  }

  @_lifetime(self: copy self)
  @inline(__always)
  mutating func put<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
    bytes.storeBytes(of: value.bigEndian, toByteOffset: offset, as: Value.self)
    offset &+= MemoryLayout<Value>.size
  }

  /// Writes the low `width` octets of `value` (1, 2, 4, 6 or 8).
  @_lifetime(self: copy self)
  @inline(__always)
  mutating func put(_ value: UInt64, width: UInt16) {
    switch width {
    case 1: put(UInt8(truncatingIfNeeded: value))
    case 2: put(UInt16(truncatingIfNeeded: value))
    case 4: put(UInt32(truncatingIfNeeded: value))
    case 8: put(value)
    default:
      put(UInt16(truncatingIfNeeded: value >> 32))
      put(UInt32(truncatingIfNeeded: value))
    }
  }

  @_lifetime(self: copy self)
  mutating func put(_ octets: [UInt8]) {
    for octet in octets { put(octet) }
  }

  /// Skips to the next multiple of four octets; the memory is already zero.
  @_lifetime(self: copy self)
  mutating func pad() {
    offset = paddedToWord(offset)
  }
}

/// `length` rounded up to a multiple of four octets.
@inline(__always)
func paddedToWord(_ length: Int) -> Int { (length &+ 3) & ~3 }

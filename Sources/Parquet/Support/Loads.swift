/// Whole words out of borrowed octets, checked: one of the module's homes of `unsafe`.
struct Loads: ~Escapable {
  private let bytes: RawSpan

  @_lifetime(copy span)
  @inline(__always)
  fileprivate init(_ span: Span<UInt8>) {
    // Sound: an octet has no padding, and the view lives no longer than the span.
    bytes = unsafe span.bytes
  }

  /// Four octets, the least significant first. Traps when they are out of bounds.
  @inline(__always)
  func littleEndian32(at offset: Int) -> UInt32 {
    // Sound: the load checks its bounds, and an integer takes every bit pattern.
    unsafe UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  /// Eight octets, the least significant first. Traps when they are out of bounds.
  @inline(__always)
  func littleEndian64(at offset: Int) -> UInt64 {
    // Sound: as above.
    unsafe UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// Eight octets, the most significant first. Traps when they are out of bounds.
  @inline(__always)
  func bigEndian64(at offset: Int) -> UInt64 {
    // Sound: as above.
    unsafe UInt64(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }
}

extension Span<UInt8> {
  /// The octets, to load words from.
  var loads: Loads {
    @_lifetime(copy self) @inline(__always) get { Loads(self) }
  }
}

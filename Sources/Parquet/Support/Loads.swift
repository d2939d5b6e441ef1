// Octets seen as words, and integers seen as octets: this module's `unsafe` but for its C libraries, in
// CLibraries.swift.

/// Whole words out of borrowed octets, checked.
struct Loads: ~Escapable {
  private let bytes: RawSpan

  @_lifetime(copy span)
  @inline(__always)
  fileprivate init(_ span: Span<UInt8>) {
    bytes = span.octets
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

extension Span where Element: FixedWidthInteger & BitwiseCopyable {
  /// The integers as they lie in memory.
  var octets: RawSpan {
    // Sound: a fixed-width integer has no padding, and the view lives no longer than the span.
    @_lifetime(copy self) @inline(__always) get { unsafe bytes }
  }
}

extension MutableSpan<UInt8> {
  /// The octets, to store words into.
  var mutableOctets: MutableRawSpan {
    // Sound: an octet has no padding and takes every bit pattern, and the view lives no longer than the loan of the span.
    @_lifetime(&self) @inline(__always) mutating get { unsafe mutableBytes }
  }
}

extension MutableRawSpan {
  /// Replaces the first octets. Traps when there are fewer than `octets`.
  @_lifetime(self: copy self)
  @inline(__always)
  mutating func copyBeginning(from octets: RawSpan) {
    unsafe withUnsafeMutableBytes { target in
      // Sound: copies no more than `target` has room for (it traps), from memory that `target` is not part of.
      unsafe octets.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
    }
  }
}

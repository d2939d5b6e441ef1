// Wrappers of C libraries: zstd, and CRC-32 of libdeflate. All calls and all `unsafe` code of this module are in this
// file.

import CDeflate
import CZstd
import NetworkBytes

/// CRC-32 of gzip and PNG (polynomial 0x04C11DB7, reflected), which Parquet uses for pages. The C library uses
/// carry-less multiplication instructions.
package enum CRC32 {
  /// Returns the CRC of `bytes`.
  ///
  /// - Parameter before: CRC of the preceding bytes.
  package static func checksum(_ bytes: Span<UInt8>, after before: UInt32 = 0) -> UInt32 {
    checksum(bytes.octets, after: before)
  }

  /// Returns the CRC of octets of any kind.
  package static func checksum(_ bytes: RawSpan, after before: UInt32 = 0) -> UInt32 {
    unsafe bytes.withUnsafeBytes { buffer in
      // Sound: the pointer is borrowed for the call with the length of its memory. An empty buffer has no pointer,
      // which the library would take for a request for its initial value.
      unsafe buffer.isEmpty ? before : libdeflate_crc32(before, buffer.baseAddress, buffer.count)
    }
  }
}

/// zstd context reused for all pages of a file.
@safe
struct ZstdCompressor: ~Copyable, @unchecked Sendable {
  // Sendable: this value is the only owner of the context.
  private let context: OpaquePointer?
  /// Octets of values that are passed over after each at which matches are looked for.
  private var skipped: Int32 = 0

  /// What a page has, which decides what is worth looking for.
  enum Content {
    /// Distinct values: texts in order, much of each of which is in the one before.
    case dictionary
    /// Packed columns: nearly all that zstd saves in them is by the frequencies of octets.
    case values
  }

  /// - Parameter level: as zstd counts: 1 is fast, 3 its own default, negative levels are faster still.
  /// - Throws: `ParquetError.compression` if zstd has no memory or refuses the level.
  init(level: Int) throws(ParquetError) {
    unsafe context = ZSTD_createCCtx()
    if unsafe context == nil { throw .compression(code: Int(ZSTD_error_memory_allocation.rawValue)) }
    try set(ZSTD_c_compressionLevel, Int32(clamping: level))
    if level == 1 {
      // Only matches of seven octets and more, by a table that stays in the nearest cache: a quarter faster, and no larger.
      try set(ZSTD_c_hashLog, 12)
      try set(ZSTD_c_minMatch, 7)
      // Looking at every 33rd octet of values only, zstd needs a third less for all pages, which are 1.6 % larger. It would leave
      // out frequencies then, unless a parameter prevents it that is not among its stable ones and may be refused.
      if ZSTD_isError(unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_experimentalParam5, 1)) == 0 { skipped = 32 }
    }
  }

  private func set(_ parameter: ZSTD_cParameter, _ value: Int32) throws(ParquetError) {
    let result = unsafe ZSTD_CCtx_setParameter(context, parameter, value)
    try Self.check(result)
  }

  deinit { unsafe ZSTD_freeCCtx(context) }

  /// Appends the octets of `bytes` in `range` to `output` as one frame.
  mutating func compress(
    _ bytes: borrowing ByteBuffer, _ range: Range<Int>, _ content: Content, to output: inout ByteBuffer
  ) throws(ParquetError) {
    try set(ZSTD_c_targetLength, content == .values ? skipped : 0)
    let source = bytes.span.extracting(range)
    let context = unsafe context
    var result = 0
    output.append(atMost: ZSTD_compressBound(source.count)) { free in
      result = unsafe free.withUnsafeMutableBytes { target in
        unsafe source.withUnsafeBytes { source in
          // Sound: both pointers are borrowed for the call with the lengths of their memory.
          unsafe ZSTD_compress2(context, target.baseAddress, target.count, source.baseAddress, source.count)
        }
      }
      return ZSTD_isError(result) == 0 ? result : 0
    }
    try Self.check(result)
  }

  private static func check(_ result: Int) throws(ParquetError) {
    if ZSTD_isError(result) != 0 { throw .compression(code: Int(ZSTD_getErrorCode(result).rawValue)) }
  }

  /// Returns zstd's name of an error code.
  static func name(ofError code: Int) -> String {
    unsafe String(cString: ZSTD_getErrorString(ZSTD_ErrorCode(UInt32(clamping: code))))
  }
}

/// zstd context reused for all pages read by a thread.
@safe
struct ZstdDecompressor: ~Copyable, @unchecked Sendable {
  // Sendable: this value is the only owner of the context.
  private let context: OpaquePointer?

  init() {
    unsafe context = ZSTD_createDCtx()
  }

  deinit { unsafe ZSTD_freeDCtx(context) }

  /// Decompresses a frame of `size` octets into the first `size` octets of `output`.
  ///
  /// - Returns: Whether the frame was valid and of this size.
  mutating func decompress(_ frame: Span<UInt8>, into output: inout [UInt8], size: Int) -> Bool {
    precondition(output.count >= size)
    let context = unsafe context
    if unsafe context == nil { return false }
    let result = unsafe output.withUnsafeMutableBytes { target in
      unsafe frame.withUnsafeBytes { source in
        // Sound: both pointers are borrowed for the call with lengths of at most their memory.
        unsafe ZSTD_decompressDCtx(context, target.baseAddress, size, source.baseAddress, source.count)
      }
    }
    return ZSTD_isError(result) == 0 && result == size
  }
}

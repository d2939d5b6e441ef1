import CZstd

/// One zstd context, kept for all pages that a thread reads. One of the module's homes of `unsafe`: the C library.
@safe
struct ZstdDecompressor: ~Copyable, @unchecked Sendable {
  // Sendable: the context belongs to this value alone and moves with it.
  private let context: OpaquePointer?

  init() {
    unsafe context = ZSTD_createDCtx()
  }

  deinit { unsafe ZSTD_freeDCtx(context) }

  /// Fills the first `size` octets of `output` with what a frame of `size` octets holds.
  ///
  /// - Returns: whether it was such a frame.
  mutating func decompress(_ frame: Span<UInt8>, into output: inout [UInt8], size: Int) -> Bool {
    precondition(output.count >= size)
    let context = unsafe context
    if unsafe context == nil { return false }
    let result = unsafe output.withUnsafeMutableBytes { target in
      unsafe frame.withUnsafeBytes { source in
        // Sound: both pointers are borrowed for the call and their lengths are at most those of the memory behind them.
        unsafe ZSTD_decompressDCtx(context, target.baseAddress, size, source.baseAddress, source.count)
      }
    }
    return ZSTD_isError(result) == 0 && result == size
  }
}

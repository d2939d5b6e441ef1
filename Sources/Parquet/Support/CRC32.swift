import CDeflate

/// CRC-32 as in gzip and PNG (polynomial 0x04C11DB7, reflected), which Parquet's pages carry, by the C library, which has
/// the processor's carry-less multiplication do it.
package enum CRC32 {
  /// The CRC of `bytes`.
  ///
  /// - Parameter before: the CRC of what stands before them.
  package static func checksum(_ bytes: Span<UInt8>, after before: UInt32 = 0) -> UInt32 {
    checksum(bytes.octets, after: before)
  }

  /// The CRC of octets of any kind.
  package static func checksum(_ bytes: RawSpan, after before: UInt32 = 0) -> UInt32 {
    unsafe bytes.withUnsafeBytes { buffer in
      // Sound: the pointer is borrowed for the call, and its length is that of the memory behind it. Of nothing there is no
      // pointer, which the library takes for a question about its own beginning.
      unsafe buffer.isEmpty ? before : libdeflate_crc32(before, buffer.baseAddress, buffer.count)
    }
  }
}

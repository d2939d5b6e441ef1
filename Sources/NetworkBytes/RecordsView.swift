/// Contiguous records of equal length in borrowed memory. The bounds of the whole set are checked once, so that a loop
/// over one field of all records needs no check per record.
///
/// `count` is the number of complete records; trailing bytes are ignored. The loads are in Loads.swift.
public struct RecordsView: ~Escapable {
  @usableFromInline let bytes: RawSpan
  /// Octets of a record, at least 1.
  public let recordLength: Int
  /// Number of complete records.
  public let count: Int

  /// - Returns: nil if `recordLength` is not positive.
  @inlinable @_lifetime(copy bytes)
  public init?(_ bytes: RawSpan, recordLength: Int) {
    guard recordLength > 0 else { return nil }
    self.bytes = bytes
    self.recordLength = recordLength
    count = bytes.byteCount / recordLength
  }

  /// Returns the offset of a field. Both checks are loop-invariant or implied by `0..<count`, so the optimizer hoists
  /// them.
  @inlinable @inline(__always)
  func start(_ record: Int, _ field: Int, _ width: Int) -> Int {
    precondition(UInt(bitPattern: record) < UInt(bitPattern: count))
    precondition(field >= 0 && field &+ width <= recordLength)
    return field &+ record &* recordLength
  }

  /// Returns an unsigned integer of 1 to 8 octets, including the odd widths of reduced-size encoding (RFC 7011 §6.2).
  @inlinable @inline(__always)
  public func unsigned(_ record: Int, at field: Int, width: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<width { value = value << 8 | UInt64(octet(record, at: field &+ index)) }
    return value
  }
}

/// Integers of a column in one row group. Signed integers are stored as their 64-bit patterns; a null is 0.
@frozen
public enum IntegerColumn: Sendable {
  /// The same value in all rows.
  case constant(UInt64)
  /// The value of a row is `entries[indices[row]]`; all indices are valid.
  case dictionary(entries: [UInt64], indices: [UInt32])
  case narrow([UInt32])
  case wide([UInt64])

  /// Returns the value of a row.
  @inlinable @inline(__always)
  public subscript(row: Int) -> UInt64 {
    switch self {
    case .constant(let value): value
    case .dictionary(let entries, let indices): entries[Int(indices[row])]
    case .narrow(let values): UInt64(values[row])
    case .wide(let values): values[row]
    }
  }
}

/// Byte arrays of a column in one row group: entries and the index of each row. An entry may occur twice.
@frozen
public struct StringColumn: Sendable {
  @frozen
  public enum Rows: Sendable {
    /// The same entry in all rows; nil for null.
    case constant(Int?)
    /// Entry index of each row; the number of entries represents null.
    case indices([UInt32])
  }

  /// Octets of all entries, possibly with others in between; at least sixteen follow the last entry.
  public var octets: [UInt8] = []
  /// Start and end of each entry in `octets`.
  public var starts: [UInt32] = []
  public var ends: [UInt32] = []
  public var rows = Rows.constant(nil)

  /// Creates a column with null in every row.
  public init() {}

  @inlinable public var entryCount: Int { starts.count }

  @inlinable @inline(__always)
  public func range(_ entry: Int) -> Range<Int> { Int(starts[entry])..<Int(ends[entry]) }
  public func text(_ entry: Int) -> String { String(decoding: octets[range(entry)], as: UTF8.self) }

  /// Returns the entry index of a row; nil for null.
  public func entry(_ row: Int) -> Int? {
    switch rows {
    case .constant(let entry): return entry
    case .indices(let indices):
      let index = Int(indices[row])
      return index < entryCount ? index : nil
    }
  }
}

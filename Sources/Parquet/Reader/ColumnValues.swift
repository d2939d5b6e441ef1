/// The integers of a column in one row group. Signed ones stand as their 64 bits; a null is 0.
@frozen
public enum IntegerColumn: Sendable {
  /// One in all rows.
  case constant(UInt64)
  /// A row has `entries[indices[row]]`; every index is one of an entry.
  case dictionary(entries: [UInt64], indices: [UInt32])
  case narrow([UInt32])
  case wide([UInt64])

  /// The value of a row.
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

/// The byte arrays of a column in one row group: distinct entries, and which a row has. An entry may stand there twice.
@frozen
public struct StringColumn: Sendable {
  @frozen
  public enum Rows: Sendable {
    /// One entry in all rows; nil: null.
    case constant(Int?)
    /// An entry's number for each row; the number of entries stands for null.
    case indices([UInt32])
  }

  /// All entries' octets, and others between them; behind the last entry at least sixteen.
  public var octets: [UInt8] = []
  /// Where each entry begins and ends in `octets`.
  public var starts: [UInt32] = []
  public var ends: [UInt32] = []
  public var rows = Rows.constant(nil)

  /// Null in every row.
  public init() {}

  @inlinable public var entryCount: Int { starts.count }

  @inlinable @inline(__always)
  public func range(_ entry: Int) -> Range<Int> { Int(starts[entry])..<Int(ends[entry]) }
  public func text(_ entry: Int) -> String { String(decoding: octets[range(entry)], as: UTF8.self) }

  /// The entry of a row; nil: null.
  public func entry(_ row: Int) -> Int? {
    switch rows {
    case .constant(let entry): return entry
    case .indices(let indices):
      let index = Int(indices[row])
      return index < entryCount ? index : nil
    }
  }
}

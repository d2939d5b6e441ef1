/// Strings or byte arrays that the values of a column refer to, each stored once.
///
/// A producer fills it and passes one index per row to the writer (`ParquetWriter.write(indices:dictionary:)`). Entries
/// may repeat or be unused, but a file is smallest if they are distinct and all used, and if neighbours are similar
/// (for instance sorted). Indices have 32 bits and one represents null, so there can be 2^32 - 2 entries.
public struct StringDictionary: Sendable {
  /// Entries in PLAIN, so that a dictionary page is a copy: four octets of length, then the octets.
  @usableFromInline var encoded: [UInt8] = []
  /// Start of each entry in `encoded`, followed by the end of the last.
  @usableFromInline var offsets: [Int] = [0]

  public init() {}

  /// Number of entries.
  @inlinable public var count: Int { offsets.count - 1 }
  @inlinable public var isEmpty: Bool { count == 0 }
  /// Octets of the entries and their lengths.
  @inlinable public var byteCount: Int { encoded.count }

  /// Reserves memory for `count` entries of `byteCount` octets in total.
  public mutating func reserve(count: Int, byteCount: Int) {
    offsets.reserveCapacity(count + 1)
    encoded.reserveCapacity(byteCount + 4 * count)
  }

  /// Removes all entries and keeps the memory.
  public mutating func removeAll() {
    encoded.removeAll(keepingCapacity: true)
    offsets.removeAll(keepingCapacity: true)
    offsets.append(0)
  }

  /// Adds an entry of at most `capacity` octets, appended by `body`, and returns its index.
  ///
  /// - Precondition: The octets are UTF-8 if the column is a string column.
  @inlinable
  @discardableResult
  public mutating func append(capacity: Int, _ body: (inout OutputSpan<UInt8>) -> Void) -> UInt32 {
    let start = encoded.count
    encoded.append(addingCapacity: capacity + 4) { output in
      for _ in 0..<4 { output.append(0) }
      body(&output)
    }
    let length = UInt32(truncatingIfNeeded: encoded.count &- start &- 4)
    for index in 0..<4 { encoded[start &+ index] = UInt8(truncatingIfNeeded: length &>> UInt32(8 &* index)) }
    offsets.append(encoded.count)
    return UInt32(truncatingIfNeeded: offsets.count &- 2)
  }

  /// Adds `octets` as an entry and returns its index.
  @discardableResult
  public mutating func append(_ octets: Span<UInt8>) -> UInt32 {
    append(capacity: octets.count) { output in
      for index in octets.indices { output.append(octets[index]) }
    }
  }

  /// Adds a string and returns its index.
  @discardableResult
  public mutating func append(_ text: String) -> UInt32 {
    append(text.utf8.span)
  }

  /// Returns the octets of an entry.
  public subscript(index: UInt32) -> Span<UInt8> {
    @_lifetime(borrow self) get {
      encoded.span.extracting((offsets[Int(index)] + 4)..<offsets[Int(index) + 1])
    }
  }
}

/// A set of rows of a file or row group.
package struct RowSet: Sendable {
  private var words: [UInt64] = []
  package private(set) var count = 0
  /// Number of rows; a growing set covers those up to the greatest inserted.
  package private(set) var rows: Int

  package init(rows: Int = 0) {
    self.rows = rows
    words = [UInt64](repeating: 0, count: (rows + 63) / 64)
  }

  /// Octets of memory.
  var octets: Int { words.count * 8 }

  package func contains(_ row: Int) -> Bool {
    row < rows && words[row >> 6] >> UInt64(row & 63) & 1 == 1
  }

  /// - Returns: whether it was not in the set.
  @discardableResult
  package mutating func insert(_ row: Int) -> Bool {
    if contains(row) { return false }
    if row >= rows {
      rows = row + 1
      while words.count <= row >> 6 { words.append(0) }
    }
    words[row >> 6] |= 1 << UInt64(row & 63)
    count += 1
    return true
  }
}

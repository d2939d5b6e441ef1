/// Which rows of a file are acknowledged.
package struct RowSet: Sendable {
  private var words: [UInt64] = []
  package private(set) var count = 0
  /// Of the file.
  package let rows: Int

  package init(rows: Int) {
    self.rows = rows
    words = [UInt64](repeating: 0, count: (rows + 63) / 64)
  }

  package func contains(_ row: Int) -> Bool { words[row >> 6] >> UInt64(row & 63) & 1 == 1 }

  package mutating func insert(_ row: Int) {
    if contains(row) { return }
    words[row >> 6] |= 1 << UInt64(row & 63)
    count += 1
  }
}

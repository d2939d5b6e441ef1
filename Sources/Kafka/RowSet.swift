/// Which rows of a file are acknowledged.
struct RowSet: Sendable {
  private var words: [UInt64] = []
  private(set) var count = 0
  /// Of the file.
  let rows: Int

  init(rows: Int) {
    self.rows = rows
    words = [UInt64](repeating: 0, count: (rows + 63) / 64)
  }

  func contains(_ row: Int) -> Bool { words[row >> 6] >> UInt64(row & 63) & 1 == 1 }

  mutating func insert(_ row: Int) {
    if contains(row) { return }
    words[row >> 6] |= 1 << UInt64(row & 63)
    count += 1
  }
}

/// The outcome of rows of a row group that are sent before its file is committed.
struct LiveGroup: Sendable {
  /// Rows passed to the sender and not reported yet.
  var pending = 0
  /// Acknowledged rows, by position in order of appending.
  private var appended = RowSet()
  /// After writing: for each of the file's rows, its position in order of appending; emptied when no longer needed.
  private var order: [UInt32] = []
  private(set) var isWritten = false
  /// Number of the group's rows in the file.
  private var rowCount = 0
  /// Once nothing is pending: acknowledged rows by position in the file; nil for all.
  private var inFile: RowSet?
  /// Whether `inFile` is set.
  private(set) var isFinal = false

  /// Bits of a row's position in its key.
  static let keyBits = 24

  mutating func acknowledge(_ place: Int) { appended.insert(place) }

  mutating func write(_ order: [UInt32]) {
    (isWritten, rowCount, self.order) = (true, order.count, order)
    finish()
  }

  /// Keeps only the outcome once it is final.
  mutating func finish() {
    guard isWritten, pending == 0, !isFinal else { return }
    isFinal = true
    if appended.count < rowCount {
      var set = RowSet(rows: rowCount)
      if appended.count > 0 {
        for (row, place) in order.enumerated() where appended.contains(Int(place)) { set.insert(row) }
      }
      inFile = set
    }
    (order, appended) = ([], RowSet())
  }

  /// Whether any of the file's rows need not be sent, or may not need to be.
  var isOfUse: Bool { !isFinal || inFile.map { $0.count > 0 } ?? true }

  /// Approximate octets of memory.
  var octets: Int { 128 + appended.octets + order.count * 4 + (inFile?.octets ?? 0) }

  /// Adds this group's acknowledged rows to those of a file.
  ///
  /// - Parameters:
  ///   - first: index in the file of the group's first row.
  ///   - count: number of the group's rows in the file.
  /// - Returns: false if the file is not the one that was written.
  func add(to rows: inout RowSet, first: Int, count: Int) -> Bool {
    guard isFinal, count == rowCount else { return false }
    for row in 0..<count where inFile?.contains(row) ?? true { rows.insert(first + row) }
    return true
  }
}

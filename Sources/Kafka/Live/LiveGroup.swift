/// What is known of a row group whose rows are sent before its file is committed.
struct LiveGroup: Sendable {
  /// Rows that were handed to the sender and not reported yet.
  var pending = 0
  /// Those that were acknowledged, by their place in the group as they were appended.
  private var appended = RowSet()
  /// Once it is written: for each of the file's rows, as which it was appended; empty again when that is no longer needed.
  private var order: [UInt32] = []
  private(set) var isWritten = false
  /// How many rows the file has of it.
  private var rowCount = 0
  /// Once nothing is pending: those that were acknowledged, by their place in the file; nil: all.
  private var inFile: RowSet?
  /// Whether `inFile` is known.
  private(set) var isFinal = false

  /// Greatest number of rows that fit into a row's key.
  static let keyBits = 24

  mutating func acknowledge(_ place: Int) { appended.insert(place) }

  mutating func write(_ order: [UInt32]) {
    (isWritten, rowCount, self.order) = (true, order.count, order)
    finish()
  }

  /// Keeps only the outcome, once nothing can change it any more.
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

  /// Whether a file that has it is spared anything by it.
  var isOfUse: Bool { !isFinal || inFile.map { $0.count > 0 } ?? true }

  /// Octets of memory, about.
  var octets: Int { 128 + appended.octets + order.count * 4 + (inFile?.octets ?? 0) }

  /// Adds to a file's rows those of this group that were acknowledged.
  ///
  /// - Parameters:
  ///   - first: the file's row with which the group begins.
  ///   - count: how many rows the file has of it.
  /// - Returns: false if the file is not the one that was written.
  func add(to rows: inout RowSet, first: Int, count: Int) -> Bool {
    guard isFinal, count == rowCount else { return false }
    for row in 0..<count where inFile?.contains(row) ?? true { rows.insert(first + row) }
    return true
  }
}

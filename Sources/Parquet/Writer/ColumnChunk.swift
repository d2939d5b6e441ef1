/// The column chunk being made: its pages, encoded and not yet compressed, and the memory that making them needs.
///
/// One value serves all chunks of a file, one after the other, so that a file in its stride allocates little.
struct ColumnChunk: ~Copyable, Sendable {
  /// An encoded data page in `body`.
  struct Page: Sendable {
    var encoding: Encoding
    /// Nulls included.
    var valueCount: Int
    var range: Range<Int>
  }

  /// Which rows have a value.
  enum Presence: Sendable {
    case all, none
    /// As `levels` says: 1 where there is a value, 0 where there is none.
    case some(count: Int)
  }

  /// The rows of a page, and where their values are among the chunk's values.
  struct Slice {
    var rows: Range<Int>
    var values: Range<Int>
  }

  private(set) var column: ParquetColumn
  private(set) var rowCount = 0
  /// Rows of all pages but the last.
  var rowsPerPage = 1
  private(set) var presence = Presence.all

  /// The pages' bodies, end to end.
  var body = ByteBuffer()
  private(set) var pages: [Page] = []
  /// The dictionary page's body, and its entries; none if there is no dictionary page.
  var dictionary = ByteBuffer()
  var dictionaryCount = 0
  var statistics = Statistics(nullCount: 0)

  /// Definition levels, one a row, when some rows have a value and others have none.
  var levels: [UInt32] = []
  /// The indices of the rows that have one.
  var presentIndices: [UInt32] = []
  /// A page's dictionary indices.
  var indices: [UInt32] = []
  /// For each entry of a producer's dictionary, whether it is used; then the number it gets in the file.
  var numbers: [UInt32] = []

  private var nextRow = 0
  private var nextValue = 0

  init(column: ParquetColumn) {
    self.column = column
  }

  /// Begins the chunk of `column`. `levels` are set already if `presence` says `some`.
  mutating func begin(_ column: ParquetColumn, rowCount: Int, presence: Presence, pageRowLimit: Int) {
    self.column = column
    self.rowCount = rowCount
    self.presence = presence
    statistics = Statistics(nullCount: Int64(rowCount - valueCount))
    divide(pageRowLimit: pageRowLimit)
    beginAgain()
  }

  /// Forgets the pages and the dictionary.
  mutating func beginAgain() {
    body.removeAll()
    pages.removeAll(keepingCapacity: true)
    dictionary.removeAll()
    dictionaryCount = 0
    nextRow = 0
    nextValue = 0
  }

  /// Rows that have a value.
  var valueCount: Int {
    switch presence {
    case .all: rowCount
    case .none: 0
    case .some(let count): count
    }
  }

  /// Makes the pages equally long, and whole groups of eight, which pack without a rest.
  mutating func divide(pageRowLimit: Int) {
    let limit = max(pageRowLimit, 1)
    let pageCount = max((rowCount + limit - 1) / limit, 1)
    let even = (rowCount + pageCount - 1) / pageCount
    rowsPerPage = max(min((even + 7) & ~7, limit), 1)
  }

  /// The next page's rows, or nil after the last.
  mutating func nextSlice() -> Slice? {
    if nextRow == rowCount { return nil }
    let rows = nextRow..<min(nextRow + rowsPerPage, rowCount)
    nextRow = rows.upperBound
    let count =
      switch presence {
      case .all: rows.count
      case .none: 0
      case .some: Self.sum(levels, rows)
      }
    let values = nextValue..<(nextValue + count)
    nextValue = values.upperBound
    return Slice(rows: rows, values: values)
  }

  /// Appends a page's definition levels, where the column has them: four octets of length and a hybrid of 1-bit values.
  /// Returns where the page begins.
  mutating func beginPage(_ slice: Slice) -> Int {
    let start = body.count
    guard column.isOptional else { return start }
    body.append(littleEndian: 0)
    if slice.values.count == slice.rows.count {
      RunLengthHybrid.append(repeating: 1, count: slice.rows.count, width: 1, to: &body)
    } else if slice.values.isEmpty {
      RunLengthHybrid.append(repeating: 0, count: slice.rows.count, width: 1, to: &body)
    } else {
      Self.append(hybrid: levels, slice.rows, width: 1, to: &body)
    }
    body.replace(at: start, littleEndian: UInt32(clamping: body.count - start - 4))
    return start
  }

  /// The page's values stand after its levels: the page is complete.
  mutating func endPage(_ slice: Slice, from start: Int, encoding: Encoding) {
    pages.append(Page(encoding: encoding, valueCount: slice.rows.count, range: start..<body.count))
  }

  /// Pages without a value, or of one value, which `dictionary` has as its only entry.
  mutating func encodeUniform() {
    // A chunk of nulls has no dictionary: some readers stumble over an empty one.
    let encoding = valueCount == 0 ? Encoding.plain : .rleDictionary
    while let slice = nextSlice() {
      let start = beginPage(slice)
      if encoding == .rleDictionary {
        // One bit, not none, for the index 0: some readers stumble over indices without bits.
        body.append(1)
        RunLengthHybrid.append(repeating: 0, count: slice.values.count, width: 1, to: &body)
      }
      endPage(slice, from: start, encoding: encoding)
    }
  }

  /// A page of dictionary indices, the first of `indices`, each at most `greatest`.
  mutating func appendIndexPage(_ slice: Slice, greatest: Int) {
    let start = beginPage(slice)
    let width = max(BitPacking.width(UInt(greatest)), 1)
    body.append(UInt8(width))
    Self.append(hybrid: indices, 0..<slice.values.count, width: width, to: &body)
    endPage(slice, from: start, encoding: .rleDictionary)
  }

  static func append(hybrid values: [UInt32], _ range: Range<Int>, width: Int, to buffer: inout ByteBuffer) {
    RunLengthHybrid.append(values.span.extracting(range), width: width, to: &buffer)
  }

  private static func sum(_ levels: [UInt32], _ rows: Range<Int>) -> Int {
    var sum: UInt32 = 0
    for row in rows { sum &+= levels[row] }
    return Int(sum)
  }
}

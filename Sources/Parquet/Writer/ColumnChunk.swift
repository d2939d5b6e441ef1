/// Column chunk under construction: its encoded, uncompressed pages and the memory needed to make them.
///
/// One value is reused for all chunks of a file, so that allocations are rare once it has grown.
struct ColumnChunk: ~Copyable, Sendable {
  /// Encoded data page in `body`.
  struct Page: Sendable {
    var encoding: Encoding
    /// Number of values including nulls.
    var valueCount: Int
    var range: Range<Int>
  }

  /// Which rows have a value.
  enum Presence: Sendable {
    case all, none
    /// According to `levels`: 1 for a value, 0 for null.
    case some(count: Int)
  }

  /// Rows of a page, and the location of their values among those of the chunk.
  struct Slice {
    var rows: Range<Int>
    var values: Range<Int>
  }

  private(set) var column: ParquetColumn
  private(set) var rowCount = 0
  /// Rows of each page except the last.
  var rowsPerPage = 1
  private(set) var presence = Presence.all

  /// Page bodies, concatenated.
  var body = ByteBuffer()
  private(set) var pages: [Page] = []
  /// Body of the dictionary page and the number of its entries; empty if there is no dictionary page.
  var dictionary = ByteBuffer()
  var dictionaryCount = 0
  var statistics = Statistics(nullCount: 0)

  /// Definition levels, one per row, if only some rows have a value.
  var levels: [UInt32] = []
  /// Indices of the rows that have a value.
  var presentIndices: [UInt32] = []
  /// Dictionary indices of a page.
  var indices: [UInt32] = []
  /// For each entry of a producer's dictionary, first whether it is used, then its number in the file.
  var numbers: [UInt32] = []

  private var nextRow = 0
  private var nextValue = 0

  init(column: ParquetColumn) {
    self.column = column
  }

  /// Begins the chunk of `column`. For `presence` `some`, `levels` must have been set.
  mutating func begin(_ column: ParquetColumn, rowCount: Int, presence: Presence, pageRowLimit: Int) {
    self.column = column
    self.rowCount = rowCount
    self.presence = presence
    statistics = Statistics(nullCount: Int64(rowCount - valueCount))
    divide(pageRowLimit: pageRowLimit)
    beginAgain()
  }

  /// Discards the pages and the dictionary.
  mutating func beginAgain() {
    body.removeAll()
    pages.removeAll(keepingCapacity: true)
    dictionary.removeAll()
    dictionaryCount = 0
    nextRow = 0
    nextValue = 0
  }

  /// Number of rows that have a value.
  var valueCount: Int {
    switch presence {
    case .all: rowCount
    case .none: 0
    case .some(let count): count
    }
  }

  /// Chooses equally long pages in multiples of eight rows, which pack without padding.
  mutating func divide(pageRowLimit: Int) {
    let limit = max(pageRowLimit, 1)
    let pageCount = max((rowCount + limit - 1) / limit, 1)
    let even = (rowCount + pageCount - 1) / pageCount
    rowsPerPage = max(min((even + 7) & ~7, limit), 1)
  }

  /// Returns the rows of the next page; nil after the last.
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

  /// Appends the definition levels of a page if the column has them: a four-octet length and a hybrid of 1-bit values.
  /// Returns the start of the page.
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

  /// Completes a page whose values have been appended after its levels.
  mutating func endPage(_ slice: Slice, from start: Int, encoding: Encoding) {
    pages.append(Page(encoding: encoding, valueCount: slice.rows.count, range: start..<body.count))
  }

  /// Encodes pages without values, or with the only entry of `dictionary` as their value.
  mutating func encodeUniform() {
    // A chunk of nulls has no dictionary: some readers fail on an empty one.
    let encoding = valueCount == 0 ? Encoding.plain : .rleDictionary
    while let slice = nextSlice() {
      let start = beginPage(slice)
      if encoding == .rleDictionary {
        // One bit for index 0, not zero bits: some readers fail on indices of no bits.
        body.append(1)
        RunLengthHybrid.append(repeating: 0, count: slice.values.count, width: 1, to: &body)
      }
      endPage(slice, from: start, encoding: encoding)
    }
  }

  /// Appends a page of dictionary indices, the first of `indices`, each at most `greatest`.
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

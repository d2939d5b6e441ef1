/// Decodes the pages of a chunk into an `IntegerColumn`.
struct IntegerChunkDecoder: ChunkDecoder {
  let rowCount: Int
  let isNarrow: Bool
  let isUnsigned: Bool
  let name: String
  let isOptional: Bool
  private(set) var rows = 0
  private var entries: [UInt64]?
  /// Representation of the rows decoded so far.
  private var form = Form.uniform

  private enum Form {
    /// All rows have the only dictionary entry.
    case uniform
    case indices([UInt32])
    case narrow([UInt32])
    case wide([UInt64])
  }

  init(rowCount: Int, isNarrow: Bool, isUnsigned: Bool, name: String, isOptional: Bool) {
    self.rowCount = rowCount
    self.isNarrow = isNarrow
    self.isUnsigned = isUnsigned
    self.name = name
    self.isOptional = isOptional
  }

  mutating func dictionary(_ bytes: [UInt8], _ range: Range<Int>, count: Int) throws(ParquetReadError.Reason) {
    guard entries == nil, rows == 0 else { throw .damaged("column \(name) has two dictionaries") }
    guard count * (isNarrow ? 4 : 8) <= range.count else { throw .damaged("the dictionary of \(name) is cut off") }
    var values = [UInt64](repeating: 0, count: count)
    let page = PageContent(
      bytes: bytes, levels: 0..<0, values: range, count: count, encoding: Encoding.plain.rawValue)
    try page.wide(count, isNarrow: isNarrow, isUnsigned: isUnsigned, into: &values, from: 0)
    entries = values
  }

  mutating func skip(_ count: Int) { rows += count }

  mutating func values(_ page: PageContent) throws(ParquetReadError.Reason) {
    if let presence = try page.presence() {
      try spread(page, presence)
    } else if page.encoding == 2 || page.encoding == Encoding.rleDictionary.rawValue {
      try appendIndices(page)
    } else if isNarrow, isUnsigned, page.encoding == Encoding.plain.rawValue, canBeNarrow {
      var values = takeNarrow()
      try page.plain32(page.count, into: &values, from: rows)
      form = .narrow(values)
    } else {
      var values = takeWide()
      try page.wide(page.count, isNarrow: isNarrow, isUnsigned: isUnsigned, into: &values, from: rows)
      form = .wide(values)
    }
    rows += page.count
  }

  private var canBeNarrow: Bool { if case .wide = form { false } else { true } }

  private func known() throws(ParquetReadError.Reason) -> [UInt64] {
    guard let entries else { throw .damaged("column \(name) has no dictionary") }
    return entries
  }

  private mutating func appendIndices(_ page: PageContent) throws(ParquetReadError.Reason) {
    let entries = try known()
    switch form {
    case .uniform where entries.count == 1: break
    case .uniform, .indices:
      var indices = takeIndices()
      try page.indices(page.count, entryCount: entries.count, into: &indices, from: rows)
      form = .indices(indices)
    case .narrow, .wide:
      // Dictionary-encoded page after a plain one: no known writer does this.
      var indices = [UInt32](repeating: 0, count: page.count)
      try page.indices(page.count, entryCount: entries.count, into: &indices, from: 0)
      var values = takeWide()
      for row in 0..<page.count { values[rows + row] = entries[Int(indices[row])] }
      form = .wide(values)
    }
  }

  /// Distributes values to the rows that have one; other rows get 0.
  private mutating func spread(
    _ page: PageContent, _ presence: PageContent.Presence
  ) throws(ParquetReadError.Reason) {
    var packed = [UInt64](repeating: 0, count: presence.count)
    if page.encoding == 2 || page.encoding == Encoding.rleDictionary.rawValue {
      if presence.count > 0 {
        let entries = try known()
        var indices = [UInt32](repeating: 0, count: presence.count)
        try page.indices(presence.count, entryCount: entries.count, into: &indices, from: 0)
        for index in packed.indices { packed[index] = entries[Int(indices[index])] }
      }
    } else {
      try page.wide(presence.count, isNarrow: isNarrow, isUnsigned: isUnsigned, into: &packed, from: 0)
    }
    var values = takeWide()
    var next = 0
    for row in 0..<page.count where presence.flags[row] == 1 {
      values[rows + row] = packed[next]
      next += 1
    }
    form = .wide(values)
  }

  // Converts the rows decoded so far to another form. Takes them out of `form` to avoid a second copy.

  private mutating func takeIndices() -> [UInt32] {
    if case .indices(let indices) = form {
      form = .uniform
      return indices
    }
    return [UInt32](repeating: 0, count: rowCount)
  }

  private mutating func takeNarrow() -> [UInt32] {
    let taken = form
    form = .uniform
    switch taken {
    case .narrow(let values): return values
    case .wide(let values): return values.map { UInt32(truncatingIfNeeded: $0) }
    case .uniform, .indices:
      var values = [UInt32](repeating: 0, count: rowCount)
      for row in 0..<rows { values[row] = UInt32(truncatingIfNeeded: entry(taken, row)) }
      return values
    }
  }

  private mutating func takeWide() -> [UInt64] {
    let taken = form
    form = .uniform
    if case .wide(let values) = taken { return values }
    var values = [UInt64](repeating: 0, count: rowCount)
    if case .narrow(let narrow) = taken {
      for row in 0..<rows { values[row] = UInt64(narrow[row]) }
    } else {
      for row in 0..<rows { values[row] = entry(taken, row) }
    }
    return values
  }

  private func entry(_ form: Form, _ row: Int) -> UInt64 {
    guard let entries else { return 0 }
    if case .indices(let indices) = form { return entries[Int(indices[row])] }
    return entries.first ?? 0
  }

  consuming func finish() throws(ParquetReadError.Reason) -> IntegerColumn {
    switch form {
    case .uniform: return .constant(entries?.first ?? 0)
    case .indices(let indices): return .dictionary(entries: try known(), indices: indices)
    case .narrow(let values): return .narrow(values)
    case .wide(let values): return .wide(values)
    }
  }
}

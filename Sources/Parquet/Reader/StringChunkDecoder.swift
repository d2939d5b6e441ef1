import NetworkBytes

/// Decodes the pages of a chunk into a `StringColumn`.
struct StringChunkDecoder: ChunkDecoder {
  let rowCount: Int
  let name: String
  let isOptional: Bool
  private(set) var rows = 0
  private var column = StringColumn()
  private var hasDictionary = false
  /// Nil while all rows have the only dictionary entry or all are null.
  private var indices: [UInt32]?
  private var uniform = Uniform.undecided
  private static let null = UInt32.max

  private enum Uniform { case undecided, entry, null }

  init(rowCount: Int, name: String, isOptional: Bool) {
    self.rowCount = rowCount
    self.name = name
    self.isOptional = isOptional
  }

  mutating func dictionary(_ bytes: [UInt8], _ range: Range<Int>, count: Int) throws(ParquetReadError.Reason) {
    guard !hasDictionary, rows == 0 else { throw .damaged("column \(name) has two dictionaries") }
    hasDictionary = true
    try column.append(count, bytes, range, name)
  }

  mutating func skip(_ count: Int) { rows += count }

  mutating func values(_ page: PageContent) throws(ParquetReadError.Reason) {
    let presence = try page.presence()
    let count = presence?.count ?? page.count
    if count == 0, indices == nil, uniform != .entry {
      uniform = .null
    } else if page.encoding == 2 || page.encoding == Encoding.rleDictionary.rawValue {
      guard hasDictionary || count == 0 else { throw .damaged("column \(name) has no dictionary") }
      if presence == nil, column.entryCount == 1, indices == nil, uniform != .null {
        uniform = .entry
      } else {
        var packed = [UInt32](repeating: 0, count: presence == nil ? 0 : count)
        var all = takeIndices()
        if let presence {
          try page.indices(count, entryCount: column.entryCount, into: &packed, from: 0)
          place(packed, presence, in: &all)
        } else {
          try page.indices(count, entryCount: column.entryCount, into: &all, from: rows)
        }
        indices = all
      }
    } else if let encoding = Encoding(rawValue: page.encoding), encoding != .rle, encoding != .deltaBinaryPacked {
      var all = takeIndices()
      let first = column.entryCount
      try append(count, page, encoding)
      let numbers = (0..<count).map { UInt32(first + $0) }
      if let presence {
        place(numbers, presence, in: &all)
      } else {
        for row in 0..<count { all[rows + row] = numbers[row] }
      }
      indices = all
    } else {
      throw .unsupported("a column \(name) in encoding \(page.encoding)")
    }
    rows += page.count
  }

  /// Appends the values of the page as entries of their own.
  private mutating func append(_ count: Int, _ page: PageContent, _ encoding: Encoding) throws(ParquetReadError.Reason)
  {
    switch encoding {
    case .deltaLengthByteArray: try column.append(count, lengthsBefore: page, name)
    case .deltaByteArray: try column.append(count, prefixesBefore: page, name)
    default: try column.append(count, page.bytes, page.values, name)
    }
  }

  private func place(_ packed: [UInt32], _ presence: PageContent.Presence, in all: inout [UInt32]) {
    var next = 0
    for row in presence.flags.indices {
      if presence.flags[row] == 1 {
        all[rows + row] = packed[next]
        next += 1
      } else {
        all[rows + row] = Self.null
      }
    }
  }

  /// Returns the rows decoded so far as indices, taking them out to avoid a second copy.
  private mutating func takeIndices() -> [UInt32] {
    if let indices {
      self.indices = nil
      return indices
    }
    var all = [UInt32](repeating: 0, count: rowCount)
    if uniform == .null { for row in 0..<rows { all[row] = Self.null } }
    return all
  }

  consuming func finish() -> StringColumn {
    // Allows loading whole words from the start of an entry.
    column.octets.append(contentsOf: repeatElement(0, count: Unpacking.slack))
    guard var indices else {
      column.rows = .constant(uniform == .entry ? 0 : nil)
      return column
    }
    if isOptional {
      let null = UInt32(column.entryCount)
      for row in indices.indices where indices[row] == Self.null { indices[row] = null }
    }
    column.rows = .indices(indices)
    return column
  }
}

extension StringColumn {
  /// Appends `count` PLAIN byte arrays, each preceded by its length.
  fileprivate mutating func append(
    _ count: Int, _ bytes: [UInt8], _ range: Range<Int>, _ name: String
  ) throws(ParquetReadError.Reason) {
    guard count <= range.count / 4 else { throw .damaged("the values of column \(name) are cut off") }
    let base = octets.count - range.lowerBound
    starts.reserveCapacity(starts.count + count)
    ends.reserveCapacity(ends.count + count)
    let words = bytes.span.octets
    var position = range.lowerBound
    for _ in 0..<count {
      guard position &+ 4 <= range.upperBound else { throw .damaged("the values of column \(name) are cut off") }
      let length = Int(words.le32(position))
      position &+= 4
      guard length <= range.upperBound &- position else { throw .damaged("the values of column \(name) are cut off") }
      starts.append(UInt32(truncatingIfNeeded: base &+ position))
      position &+= length
      ends.append(UInt32(truncatingIfNeeded: base &+ position))
    }
    octets.append(contentsOf: bytes[range])
    try checkSize(name)
  }
}

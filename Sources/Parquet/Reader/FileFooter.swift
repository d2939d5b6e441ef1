/// The part of a footer (`FileMetaData`) that a reader needs: the top-level columns and the location of their chunks.
package struct FileFooter: Equatable, Sendable {
  package var columns: [Column] = []
  package var rowGroups: [RowGroup] = []
  package var keyValues: [String: String] = [:]
  package var createdBy = ""

  /// Leaf of the schema.
  package struct Column: Equatable, Sendable {
    package var name: String
    /// `Type`; nil if this module does not know it.
    package var physicalType: PhysicalType?
    package var isOptional: Bool
    /// Whether the column is at the top level and has one value per row.
    package var isFlat: Bool
    package var isUnsigned = false
    /// Bit width of an integer if its type declares fewer bits than it occupies.
    package var bits: Int?
    /// Unit of integers that are times; nil for others and if undeclared.
    package var timeUnit: TimeUnit?
  }

  package struct RowGroup: Equatable, Sendable {
    package var rowCount = 0
    package var chunks: [Chunk] = []
  }

  package struct Chunk: Equatable, Sendable {
    package var codec: Int32 = 0
    package var valueCount = 0
    package var compressedSize = 0
    package var dataPageOffset = 0
    package var dictionaryPageOffset: Int?
    package var minimum: [UInt8]?
    package var maximum: [UInt8]?

    /// Start of the chunk: a dictionary precedes the data.
    var start: Int { min(dictionaryPageOffset.flatMap { $0 > 0 ? $0 : nil } ?? dataPageOffset, dataPageOffset) }
  }
}

extension FileFooter {
  /// Maximum rows of a row group, all of which are read at once; more than any writer produces.
  package static let maximumRows = 1 << 24

  package init(_ bytes: [UInt8]) throws(ParquetReadError.Reason) {
    var reader = ThriftCompactReader(bytes, to: bytes.count)
    var elements: [Element] = []
    var rowCount: Int64 = 0
    try reader.structure { reader, field, type throws(ParquetReadError.Reason) in
      switch (field, type) {
      case (2, .list):
        try reader.list(of: .structure) { reader throws(ParquetReadError.Reason) in
          elements.append(try Element(&reader))
        }
      case (3, .int64): rowCount = try reader.integer()
      case (4, .list):
        try reader.list(of: .structure) { reader throws(ParquetReadError.Reason) in
          rowGroups.append(try RowGroup(&reader))
        }
      case (5, .list):
        try reader.list(of: .structure) { reader throws(ParquetReadError.Reason) in try readPair(&reader) }
      case (6, .binary): createdBy = try reader.string()
      default: try reader.skip(type)
      }
    }
    columns = try Self.leaves(of: elements)
    guard rowGroups.reduce(0, { $0 + Int64($1.rowCount) }) == rowCount else {
      throw .damaged("its row groups have another number of rows than the file")
    }
    for group in rowGroups where group.chunks.count != columns.count {
      throw .damaged("a row group has \(group.chunks.count) columns, not \(columns.count)")
    }
  }

  private mutating func readPair(_ reader: inout ThriftCompactReader) throws(ParquetReadError.Reason) {
    var pair = ("", "")
    try reader.structure { reader, field, type throws(ParquetReadError.Reason) in
      switch (field, type) {
      case (1, .binary): pair.0 = try reader.string()
      case (2, .binary): pair.1 = try reader.string()
      default: try reader.skip(type)
      }
    }
    keyValues[pair.0] = pair.1
  }

  /// Node of the schema.
  private struct Element {
    var column = Column(name: "", physicalType: nil, isOptional: false, isFlat: true)
    var childCount = 0

    init(_ reader: inout ThriftCompactReader) throws(ParquetReadError.Reason) {
      var convertedType: Int32?
      try reader.structure { reader, field, type throws(ParquetReadError.Reason) in
        switch (field, type) {
        case (1, .int32): column.physicalType = PhysicalType(rawValue: try reader.int32())
        case (3, .int32):
          let repetition = Repetition(rawValue: try reader.int32())
          column.isOptional = repetition != .required
          if repetition == nil { column.isFlat = false }
        case (4, .binary): column.name = try reader.string()
        case (5, .int32): childCount = Int(try reader.int32())
        case (6, .int32): convertedType = try reader.int32()
        case (10, .structure): try readLogicalType(&reader)
        default: try reader.skip(type)
        }
      }
      if let converted = convertedType.flatMap(ConvertedType.init(rawValue:)) {
        let widths: [ConvertedType: Int] = [.uint8: 8, .uint16: 16, .uint32: 32, .uint64: 64]
        if let bits = widths[converted] {
          column.isUnsigned = true
          column.bits = bits
        }
        if column.timeUnit == nil {
          if converted == .timestampMillis { column.timeUnit = .milliseconds }
          if converted == .timestampMicros { column.timeUnit = .microseconds }
        }
      }
    }

    private mutating func readLogicalType(_ reader: inout ThriftCompactReader) throws(ParquetReadError.Reason) {
      try reader.structure { reader, field, type throws(ParquetReadError.Reason) in
        switch (field, type) {
        case (10, .structure):
          try reader.structure { reader, field, type throws(ParquetReadError.Reason) in
            if field == 2 { column.isUnsigned = type == .booleanFalse }
            try reader.skip(type)
          }
        case (8, .structure):
          try reader.structure { reader, field, type throws(ParquetReadError.Reason) in
            guard field == 2, type == .structure else { return try reader.skip(type) }
            try reader.structure { reader, field, type throws(ParquetReadError.Reason) in
              column.timeUnit = TimeUnit(rawValue: field)
              try reader.skip(type)
            }
          }
        default: try reader.skip(type)
        }
      }
    }
  }

  /// Returns the leaves of the schema in order; those below a group are not flat.
  private static func leaves(of elements: [Element]) throws(ParquetReadError.Reason) -> [Column] {
    guard let root = elements.first, root.childCount > 0 else { throw .damaged("it has no columns") }
    var columns: [Column] = []
    // Number of missing children of each open group.
    var open = [root.childCount]
    for element in elements.dropFirst() {
      while open.last == 0 { open.removeLast() }
      guard !open.isEmpty, open.count < 64 else { throw .damaged("its schema is not a tree") }
      open[open.count - 1] -= 1
      if element.childCount > 0 {
        open.append(element.childCount)
      } else {
        var column = element.column
        if open.count > 1 { column.isFlat = false }
        columns.append(column)
      }
    }
    guard open.allSatisfy({ $0 == 0 }) else { throw .damaged("its schema is cut off") }
    return columns
  }
}

extension FileFooter.RowGroup {
  fileprivate init(_ reader: inout ThriftCompactReader) throws(ParquetReadError.Reason) {
    try reader.structure { reader, field, type throws(ParquetReadError.Reason) in
      switch (field, type) {
      case (1, .list):
        try reader.list(of: .structure) { reader throws(ParquetReadError.Reason) in
          chunks.append(try FileFooter.Chunk(&reader))
        }
      case (3, .int64):
        let count = try reader.integer()
        guard count >= 0 else { throw .damaged("a row group with a negative number of rows") }
        guard count <= Int64(FileFooter.maximumRows) else { throw .unsupported("a row group of \(count) rows") }
        rowCount = Int(count)
      default: try reader.skip(type)
      }
    }
  }
}

extension FileFooter.Chunk {
  fileprivate init(_ reader: inout ThriftCompactReader) throws(ParquetReadError.Reason) {
    var isElsewhere = false
    try reader.structure { reader, field, type throws(ParquetReadError.Reason) in
      switch (field, type) {
      case (1, .binary):
        isElsewhere = true
        try reader.skip(type)
      case (3, .structure): try readMetadata(&reader)
      default: try reader.skip(type)
      }
    }
    if isElsewhere { throw .unsupported("columns in other files") }
  }

  private mutating func readMetadata(_ reader: inout ThriftCompactReader) throws(ParquetReadError.Reason) {
    func size(_ reader: inout ThriftCompactReader) throws(ParquetReadError.Reason) -> Int {
      let value = try reader.integer()
      guard value >= 0 else { throw .damaged("a column chunk with a negative size or place") }
      return Int(value)
    }
    try reader.structure { reader, field, type throws(ParquetReadError.Reason) in
      switch (field, type) {
      case (4, .int32): codec = try reader.int32()
      case (5, .int64): valueCount = try size(&reader)
      case (7, .int64): compressedSize = try size(&reader)
      case (9, .int64): dataPageOffset = try size(&reader)
      case (11, .int64): dictionaryPageOffset = try size(&reader)
      case (12, .structure):
        try reader.structure { reader, field, type throws(ParquetReadError.Reason) in
          switch (field, type) {
          case (5, .binary): maximum = try reader.binary()
          case (6, .binary): minimum = try reader.binary()
          default: try reader.skip(type)
          }
        }
      default: try reader.skip(type)
      }
    }
  }
}

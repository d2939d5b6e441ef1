/// Columns of a row group. Each call writes the next column of the schema completely.
///
/// All throw `ParquetError.misuse` for values that do not fit the column or the row group, `.system` if the file cannot
/// be written, `.compression`, and `.pageTooLarge`.
extension ParquetWriter {
  /// Index that represents null in `write(indices:dictionary:)`.
  public static var nullIndex: UInt32 { .max }

  /// Writes a column of type `uint8`, `uint16` or `uint32`.
  ///
  /// - Parameter present: Which rows of an optional column have a value; `values` of the others are ignored.
  public mutating func write(uint32 values: Span<UInt32>, present: Span<Bool>? = nil) throws(ParquetError) {
    let (presence, packed) = ColumnChunk.presence(of: values, present, &chunk.levels)
    try begin([.uint8, .uint16, .uint32], count: values.count, presence: presence)
    try chunk.encode(values, packed: packed, distinct: &distinct32, byteLimit: options.dictionaryByteLimit)
    try end()
  }

  /// Writes a column of type `int32`. `present` as for `uint32`.
  public mutating func write(int32 values: Span<Int32>, present: Span<Bool>? = nil) throws(ParquetError) {
    let (presence, packed) = ColumnChunk.presence(of: values, present, &chunk.levels)
    try begin([.int32], count: values.count, presence: presence)
    try chunk.encode(values, packed: packed, distinct: &distinct32, byteLimit: options.dictionaryByteLimit)
    try end()
  }

  /// Writes a column of type `uint64`. `present` as for `uint32`.
  public mutating func write(uint64 values: Span<UInt64>, present: Span<Bool>? = nil) throws(ParquetError) {
    let (presence, packed) = ColumnChunk.presence(of: values, present, &chunk.levels)
    try begin([.uint64], count: values.count, presence: presence)
    try chunk.encode(values, packed: packed, distinct: &distinct64, byteLimit: options.dictionaryByteLimit)
    try end()
  }

  /// Writes a column of type `int64` or `timestampMilliseconds`. `present` as for `uint32`.
  public mutating func write(int64 values: Span<Int64>, present: Span<Bool>? = nil) throws(ParquetError) {
    let (presence, packed) = ColumnChunk.presence(of: values, present, &chunk.levels)
    try begin([.int64, .timestampMilliseconds], count: values.count, presence: presence)
    try chunk.encode(values, packed: packed, distinct: &distinct64, byteLimit: options.dictionaryByteLimit)
    try end()
  }

  /// Writes a column of type `string` or `bytes`: one index into `dictionary` per row; `nullIndex` is null.
  public mutating func write(indices: Span<UInt32>, dictionary: StringDictionary) throws(ParquetError) {
    let presence = ColumnChunk.presence(
      of: indices, null: Self.nullIndex, &chunk.levels, &chunk.presentIndices)
    try begin([.string, .bytes], count: indices.count, presence: presence)
    if case .all = presence {
      try chunk.encode(indices, of: dictionary, byteLimit: options.dictionaryByteLimit)
    } else {
      let present = chunk.presentIndices
      let values = present.span.extracting(0..<chunk.valueCount)
      try chunk.encode(values, of: dictionary, byteLimit: options.dictionaryByteLimit)
    }
    try end()
  }

  /// Writes an integer column of any type with the same value in all rows, without an array of values.
  public mutating func write(repeating value: Int64) throws(ParquetError) {
    try begin(
      [.uint8, .uint16, .uint32, .int32, .uint64, .int64, .timestampMilliseconds], count: nil, presence: .all)
    try chunk.encode(repeating: value)
    try end()
  }

  /// Writes a column of type `string` or `bytes` with the same value in all rows.
  public mutating func write(repeating octets: Span<UInt8>) throws(ParquetError) {
    try begin([.string, .bytes], count: nil, presence: .all)
    chunk.encode(repeating: octets)
    try end()
  }

  /// Writes an optional column of any type with null in all rows.
  public mutating func writeNulls() throws(ParquetError) {
    try begin(nil, count: nil, presence: .none)
    chunk.encodeUniform()
    try end()
  }

  /// Begins the chunk of the next column if it accepts values of these types.
  private mutating func begin(
    _ types: [ParquetColumn.ValueType]?, count: Int?, presence: ColumnChunk.Presence
  ) throws(ParquetError) {
    guard case .inRowGroup(let rowCount, let number) = state else { throw refusal(.noRowGroup) }
    guard number < schema.columns.count else { throw refusal(.tooManyColumns) }
    let column = schema.columns[number]
    if let types, !types.contains(column.type) { throw refusal(.type(column: column.name)) }
    if let count, count != rowCount {
      throw refusal(.count(column: column.name, expected: rowCount, actual: count))
    }
    if !column.isOptional {
      guard case .all = presence else { throw refusal(.null(column: column.name)) }
    }
    state = .broken  // until `end`
    chunk.begin(column, rowCount: rowCount, presence: presence, pageRowLimit: options.pageRowLimit)
  }

  /// Writes the pages of the chunk and prepares for the next column.
  private mutating func end() throws(ParquetError) {
    let metadata = try writePages()
    openColumns.append(metadata)
    state = .inRowGroup(rowCount: chunk.rowCount, nextColumn: openColumns.count)
  }
}

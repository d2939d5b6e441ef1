import Files

/// Writes a Parquet file: row groups, each with its columns in schema order, then the footer.
///
///     var writer = try ParquetWriter(path: "part.parquet", schema: schema)
///     try writer.beginRowGroup(rowCount: 3, sortedBy: [SortingColumn(column: 0)])
///     try writer.write(int64: times.span)
///     try writer.write(indices: names.span, dictionary: dictionary)
///     try writer.endRowGroup()
///     try writer.finish(metadata: [("host", "collector-1")])
///     try writer.sync()
///     try writer.close()
///
/// The file is valid only after `finish`, and durable only after `sync` and once the caller has synced its directory.
/// After an error, the writer accepts only `discardRowGroup`. Releasing it closes the file; removing the file is up to
/// the caller.
public struct ParquetWriter: ~Copyable, Sendable {
  enum State: Sendable {
    case betweenRowGroups
    case inRowGroup(rowCount: Int, nextColumn: Int)
    case finished
    /// An operation began and did not complete.
    case broken
  }

  public let schema: ParquetSchema
  public let options: ParquetWriterOptions

  var state = State.betweenRowGroups
  var rowGroups: [RowGroupMetadata] = []
  var openColumns: [ColumnMetadata] = []
  var openSorting: [SortingColumn] = []

  // Chunk under construction, and memory reused for all chunks.
  var chunk: ColumnChunk
  var distinct32 = IntegerDictionary<UInt32>()
  var distinct64 = IntegerDictionary<UInt64>()
  var compressor: ZstdCompressor?
  var compressed = ByteBuffer()

  /// Bytes to be written to the file: pages and Thrift headers.
  var output = ThriftCompactWriter(buffer: ByteBuffer())
  var file: OutputFile
  private var writtenByteCount: Int64 = 0
  /// Octets of the file's head and complete row groups.
  private var completeByteCount: Int64 = 4
  /// CRC-32 of the octets written, and of the first `completeByteCount`.
  public private(set) var checksum: UInt32 = 0
  private var completeChecksum: UInt32 = 0

  /// Creates the file at `path`. Leaves an existing one untouched.
  ///
  /// - Throws: `ParquetError.system` (`create`) or `ParquetError.compression`.
  public init(
    path: String, schema: ParquetSchema, options: ParquetWriterOptions = ParquetWriterOptions()
  ) throws(ParquetError) {
    try self.init(file: OutputFile(creating: path, mode: options.fileMode), schema: schema, options: options)
  }

  /// Takes over `descriptor`, which must be open for writing at the start of an empty file, and finally closes it.
  ///
  /// - Parameter path: Name of the file for errors.
  /// - Throws: `ParquetError.compression`.
  public init(
    owningDescriptor descriptor: Int32, path: String, schema: ParquetSchema,
    options: ParquetWriterOptions = ParquetWriterOptions()
  ) throws(ParquetError) {
    try self.init(file: OutputFile(owning: descriptor, path: path), schema: schema, options: options)
  }

  private init(
    file: consuming OutputFile, schema: ParquetSchema, options: ParquetWriterOptions
  ) throws(ParquetError) {
    self.file = file
    self.schema = schema
    self.options = options
    chunk = ColumnChunk(column: schema.columns[0])
    if case .zstd(let level) = options.compression {
      compressor = try ZstdCompressor(level: level)
    } else {
      compressor = nil
    }
    output.buffer.append(magic.span)
  }

  /// Octets of the file so far, including those not yet written. `finish` adds the footer.
  public var byteCount: Int64 { writtenByteCount + Int64(output.buffer.count) }

  /// Number of rows of all complete row groups.
  public var rowCount: Int64 { rowGroups.reduce(0) { $0 + $1.rowCount } }

  /// Begins a row group. All columns of the schema must follow in order, each with `rowCount` rows.
  ///
  /// - Parameter sortedBy: Columns by which the rows are sorted, most significant first.
  public mutating func beginRowGroup(rowCount: Int, sortedBy: [SortingColumn] = []) throws(ParquetError) {
    guard case .betweenRowGroups = state else { throw refusal(.rowGroupOpen) }
    if let wrong = sortedBy.first(where: { !schema.columns.indices.contains($0.column) }) {
      throw refusal(.sortingColumn(wrong.column))
    }
    precondition(rowCount >= 0)
    openColumns.removeAll(keepingCapacity: true)
    openSorting = sortedBy
    state = .inRowGroup(rowCount: rowCount, nextColumn: 0)
  }

  /// Discards the open row group or a partial footer, also after an error, so that the complete row groups can still be
  /// finished. Truncates the file to them, which frees space for the footer on a full disk.
  public mutating func discardRowGroup() throws(ParquetError) {
    if case .finished = state { throw .misuse(.finished) }
    let kept = min(completeByteCount, writtenByteCount)
    try file.truncate(to: kept)
    // Complete row groups are written as soon as they end.
    if kept == completeByteCount { checksum = completeChecksum }
    writtenByteCount = kept
    output.buffer.truncate(to: Int(completeByteCount - kept))
    openColumns.removeAll(keepingCapacity: true)
    state = .betweenRowGroups
  }

  /// Ends the row group and writes it completely, so that a full disk affects this row group and none before it. An
  /// empty row group leaves nothing in the file.
  public mutating func endRowGroup() throws(ParquetError) {
    guard case .inRowGroup(let rowCount, let nextColumn) = state else { throw refusal(.noRowGroup) }
    if nextColumn < schema.columns.count { throw refusal(.missingColumn(schema.columns[nextColumn].name)) }
    state = .broken
    try flush()
    completeByteCount = byteCount
    completeChecksum = checksum
    state = .betweenRowGroups
    if rowCount == 0 { return }
    rowGroups.append(
      RowGroupMetadata(
        columns: openColumns, rowCount: Int64(rowCount), sortingColumns: openSorting,
        ordinal: Int16(exactly: rowGroups.count)))
  }

  /// Writes the footer and all pending bytes. The file is then complete but not synced. After an error and
  /// `discardRowGroup` it can be called again.
  ///
  /// - Parameter metadata: Key-value metadata of the file.
  public mutating func finish(metadata: [(key: String, value: String)] = []) throws(ParquetError) {
    guard case .betweenRowGroups = state else { throw refusal(.rowGroupOpen) }
    state = .broken
    footer(metadata).writeEnding(to: &output)
    try flush()
    state = .finished
  }

  private func footer(_ metadata: [(key: String, value: String)]) -> FileMetadata {
    FileMetadata(
      schema: schema.elements, rowGroups: rowGroups,
      keyValues: metadata.map { FileMetadata.KeyValue(key: $0.key, value: $0.value) },
      createdBy: options.createdBy)
  }

  /// Returns the current content of the file for concurrent readers. The writer continues.
  ///
  /// - Parameter metadata: As for `finish`.
  package func snapshot(metadata: [(key: String, value: String)] = []) throws(ParquetError) -> ParquetSnapshot {
    var ending = ThriftCompactWriter(buffer: ByteBuffer())
    ending.buffer.append(magic.span)
    footer(metadata).writeEnding(to: &ending)
    do throws(FileError) {
      let footer = try MemoryFile.create()
      try footer.write(ending.buffer.span)
      try MemoryFile.seal(footer)
      return ParquetSnapshot(SharedFile(try file.reopened()), footer: SharedFile(footer), path: file.path)
    } catch {
      throw .system(error)
    }
  }

  /// Finishes a file in memory and seals it against changes.
  package consuming func sealed(metadata: [(key: String, value: String)] = []) throws(ParquetError) -> ParquetSnapshot {
    try finish(metadata: metadata)
    return try file.sealed()
  }

  /// Makes everything written so far durable (fsync).
  public mutating func sync() throws(ParquetError) {
    if case .broken = state { throw .misuse(.finished) }
    try file.sync()
  }

  /// Makes the finished file durable after a failed `sync`, since another sync would succeed wrongly. Replaces the file
  /// by a copy if the system still has its content.
  ///
  /// - Throws: `ParquetError.changed` if it has not; after other errors it can be called again.
  public mutating func syncByCopy() throws(ParquetError) {
    try file.replaceByCopy(size: writtenByteCount, checksum: checksum)
  }

  /// Closes the file and reports a late error of the system. Without `finish` the file is not a valid Parquet file.
  public consuming func close() throws(ParquetError) {
    try file.close()
  }

  /// Writes all pending bytes.
  mutating func flush() throws(ParquetError) {
    try file.write(output.buffer.span)
    writtenByteCount += Int64(output.buffer.count)
    checksum = CRC32.checksum(output.buffer.span, after: checksum)
    output.buffer.removeAll()
  }

  /// Returns the error for a call in the wrong state, preferring the reason recorded in the state.
  mutating func refusal(_ misuse: ParquetMisuse) -> ParquetError {
    switch state {
    case .finished, .broken: return .misuse(.finished)
    case .betweenRowGroups, .inRowGroup:
      state = .broken
      return .misuse(misuse)
    }
  }
}

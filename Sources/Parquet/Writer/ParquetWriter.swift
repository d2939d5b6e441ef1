import Files

/// Writes one Parquet file: row groups one after the other, in each the columns in the schema's order, then the footer.
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
/// The file is a Parquet file only after `finish`, and durable only after `sync` and what the caller does about its
/// name and directory. After any error the writer refuses further work but `discardRowGroup`; letting it go closes the
/// file, whose removal is the caller's.
public struct ParquetWriter: ~Copyable, Sendable {
  enum State: Sendable {
    case betweenRowGroups
    case inRowGroup(rowCount: Int, nextColumn: Int)
    case finished
    /// An operation began and has not come to a good end.
    case broken
  }

  public let schema: ParquetSchema
  public let options: ParquetWriterOptions

  var state = State.betweenRowGroups
  var rowGroups: [RowGroupMetadata] = []
  var openColumns: [ColumnMetadata] = []
  var openSorting: [SortingColumn] = []

  // The chunk being made, and what serves all chunks.
  var chunk: ColumnChunk
  var distinct32 = IntegerDictionary<UInt32>()
  var distinct64 = IntegerDictionary<UInt64>()
  var compressor: ZstdCompressor?
  var compressed = ByteBuffer()

  /// Bytes on their way to the file: pages, and headers, which are Thrift.
  var output = ThriftCompactWriter(buffer: ByteBuffer())
  var file: OutputFile
  private var writtenByteCount: Int64 = 0
  /// Octets that the head of the file and its whole row groups take.
  private var completeByteCount: Int64 = 4
  /// CRC-32 of the octets that were written, and of those of `completeByteCount`.
  public private(set) var checksum: UInt32 = 0
  private var completeChecksum: UInt32 = 0

  /// Creates the file at `path`. One that is there already is left alone.
  ///
  /// - Throws: `ParquetError.system` (`create`) or `ParquetError.compression`.
  public init(
    path: String, schema: ParquetSchema, options: ParquetWriterOptions = ParquetWriterOptions()
  ) throws(ParquetError) {
    try self.init(file: OutputFile(creating: path, mode: options.fileMode), schema: schema, options: options)
  }

  /// Takes over `descriptor`, open for writing at the beginning of an empty file, and closes it in the end.
  ///
  /// - Parameter path: what to call the file in errors.
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

  /// Octets of the file so far: those written and those about to be. The footer comes on top with `finish`.
  public var byteCount: Int64 { writtenByteCount + Int64(output.buffer.count) }

  /// Rows of all row groups ended so far.
  public var rowCount: Int64 { rowGroups.reduce(0) { $0 + $1.rowCount } }

  /// Begins a row group. Exactly the schema's columns follow, in its order, each with `rowCount` rows.
  ///
  /// - Parameter sortedBy: what the producer has sorted the rows by, most significant first.
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

  /// Takes back the open row group, or what there is of a footer, after an error too, so that what was written before
  /// can still be finished: the file is cut to its whole row groups, which on a full disk makes room for the footer.
  public mutating func discardRowGroup() throws(ParquetError) {
    if case .finished = state { throw .misuse(.finished) }
    let kept = min(completeByteCount, writtenByteCount)
    try file.truncate(to: kept)
    // Whole row groups are written as soon as they end.
    if kept == completeByteCount { checksum = completeChecksum }
    writtenByteCount = kept
    output.buffer.truncate(to: Int(completeByteCount - kept))
    openColumns.removeAll(keepingCapacity: true)
    state = .betweenRowGroups
  }

  /// Ends the row group and hands it to the system whole, so that what a full disk has no room for is this row group and
  /// none before it. One without rows leaves nothing in the file.
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

  /// Writes the footer and everything that still waits. The file is complete; it is not synced. After an error and
  /// `discardRowGroup` it can be tried again.
  ///
  /// - Parameter metadata: pairs for the file's own metadata.
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

  /// The file as it is now, for readers in between. The writer goes on.
  ///
  /// - Parameter metadata: pairs as of `finish`.
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

  /// Finishes a file in memory: nobody can change it from now on.
  package consuming func sealed(metadata: [(key: String, value: String)] = []) throws(ParquetError) -> ParquetSnapshot {
    try finish(metadata: metadata)
    return try file.sealed()
  }

  /// Returns when what was written so far would survive a loss of power (fsync).
  public mutating func sync() throws(ParquetError) {
    if case .broken = state { throw .misuse(.finished) }
    try file.sync()
  }

  /// Makes the finished file durable after a `sync` that failed: another sync would succeed without doing so. A copy takes
  /// its place, if the system still has what was written.
  ///
  /// - Throws: `ParquetError.changed` if it has not; after others it can be tried again.
  public mutating func syncByCopy() throws(ParquetError) {
    try file.replaceByCopy(size: writtenByteCount, checksum: checksum)
  }

  /// Closes the file, and tells if the system has a late error. Without `finish` the file is no Parquet file.
  public consuming func close() throws(ParquetError) {
    try file.close()
  }

  /// Hands everything that waits to the system.
  mutating func flush() throws(ParquetError) {
    try file.write(output.buffer.span)
    writtenByteCount += Int64(output.buffer.count)
    checksum = CRC32.checksum(output.buffer.span, after: checksum)
    output.buffer.removeAll()
  }

  /// The error for a call that does not fit the state: the state's own reason where there is one.
  mutating func refusal(_ misuse: ParquetMisuse) -> ParquetError {
    switch state {
    case .finished, .broken: return .misuse(.finished)
    case .betweenRowGroups, .inRowGroup:
      state = .broken
      return .misuse(misuse)
    }
  }
}

public import Files

/// Reads a Parquet file by column and row group: flat columns of integers and byte arrays, pages of both versions,
/// PLAIN, dictionary and delta encodings, uncompressed, Snappy or zstd. This covers the output of this module's writer
/// and much of what others produce. Page checksums are verified where present. Reading any file, however damaged, ends
/// in values or in a `ParquetReadError`.
///
/// A reader must be used by one thread at a time.
public struct ParquetReader: ~Copyable, Sendable {
  public let path: String
  let file: InputFile
  let footer: FileFooter
  private let numbers: [String: Int]
  var decompressor = ZstdDecompressor()
  var scratch = ChunkScratch()

  /// Opens a file and reads its footer.
  public init(_ path: String) throws(ParquetReadError) {
    let file = try Self.open(path)
    let footer = try Self.footer(of: file, path)
    try self.init(file, footer: footer, path)
  }

  /// Reads an open file, independently of its other readers.
  public init(_ snapshot: ParquetSnapshot) throws(ParquetReadError) {
    let path = snapshot.path
    let file = try Self.open(snapshot.content, path)
    let footer: FileFooter
    if let ending = snapshot.footer {
      footer = try Self.footer(of: Self.open(ending, path), path)
    } else {
      footer = try Self.footer(of: file, path)
    }
    try self.init(file, footer: footer, path)
  }

  private init(
    _ file: consuming InputFile, footer: FileFooter, _ path: String
  ) throws(ParquetReadError) {
    self.path = path
    self.file = file
    self.footer = footer
    numbers = Dictionary(footer.columns.enumerated().map { ($1.name, $0) }) { first, _ in first }
  }

  private static func open(_ path: String) throws(ParquetReadError) -> InputFile {
    do throws(ParquetReadError.Reason) { return try InputFile(path) } catch { throw ParquetReadError(path, error) }
  }

  private static func open(_ shared: SharedFile, _ path: String) throws(ParquetReadError) -> InputFile {
    do throws(ParquetReadError.Reason) { return try InputFile(shared) } catch { throw ParquetReadError(path, error) }
  }

  private static func footer(
    of file: borrowing InputFile, _ path: String
  ) throws(ParquetReadError) -> FileFooter {
    do throws(ParquetReadError.Reason) { return try readFooter(file) } catch { throw ParquetReadError(path, error) }
  }

  private static let magic = Array("PAR1".utf8)
  /// Maximum size of a footer.
  private static let maximumFooter = 1 << 28

  private static func readFooter(_ file: borrowing InputFile) throws(ParquetReadError.Reason) -> FileFooter {
    guard file.size >= 12 else { throw .notParquet }
    var head: [UInt8] = []
    var tail: [UInt8] = []
    try file.read(0..<4, into: &head)
    try file.read((file.size - 8)..<file.size, into: &tail)
    guard head == magic, tail[4...].elementsEqual(magic) else { throw .notParquet }
    let length = (0..<4).reduce(0) { $0 | Int(tail[$1]) << (8 * $1) }
    guard length <= min(file.size - 12, maximumFooter) else { throw .damaged("its footer is longer than itself") }
    var footer: [UInt8] = []
    try file.read((file.size - 8 - length)..<(file.size - 8), into: &footer)
    return try FileFooter(footer)
  }

  public var rowGroupCount: Int { footer.rowGroups.count }
  public func rowCount(_ rowGroup: Int) -> Int { footer.rowGroups[rowGroup].rowCount }
  /// Number of rows of all row groups.
  public var rowCount: Int { footer.rowGroups.reduce(0) { $0 + $1.rowCount } }
  /// Key-value metadata of the file.
  public var metadata: [String: String] { footer.keyValues }
  public var columnNames: [String] { footer.columns.map(\.name) }

  /// Returns the index of a column; nil if there is none of this name.
  public func column(_ name: String) -> Int? { numbers[name] }

  /// Returns the unit of an integer column that is declared as a time.
  public func timeUnit(_ column: Int) -> TimeUnit? { footer.columns[column].timeUnit }

  /// Returns whether a column may have nulls.
  public func isOptional(_ column: Int) -> Bool { footer.columns[column].isOptional }

  /// Returns the greatest value of the type of an integer column as its 64-bit pattern. The declared width may be
  /// smaller than the stored one.
  public func greatest(_ column: Int) -> UInt64 {
    let description = footer.columns[column]
    guard description.isUnsigned, description.physicalType == .int32 else { return .max }
    return UInt64.max >> UInt64(64 - min(description.bits ?? 32, 32))
  }

  /// Equal for all paths to this file.
  public var identity: FileIdentity { file.identity }

  /// Returns the bounds of an integer column in a row group if the file has them: signed columns by their signed value,
  /// unsigned ones up to `Int64.max`.
  public func bounds(_ column: Int, rowGroup: Int) -> ClosedRange<Int64>? {
    let description = footer.columns[column]
    let chunk = footer.rowGroups[rowGroup].chunks[column]
    guard let type = description.physicalType, type != .byteArray, let low = chunk.minimum, let high = chunk.maximum
    else { return nil }
    func value(_ octets: [UInt8]) -> Int64? {
      guard octets.count == (type == .int32 ? 4 : 8) else { return nil }
      let bits = octets.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      if description.isUnsigned { return Int64(exactly: bits) }
      return type == .int32 ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(bitPattern: bits)
    }
    guard let least = value(low), let greatest = value(high), least <= greatest else { return nil }
    return least...greatest
  }

  /// Reads the integers of a column.
  ///
  /// - Parameter rows: 1 for each needed row, 0 for the others, whose values are undefined: pages without a needed row
  ///   are skipped. Nil if all are needed.
  /// - Throws: `ParquetReadError`, also if the column has another type.
  public mutating func integers(
    _ column: Int, rowGroup: Int, rows: [UInt8]? = nil
  ) throws(ParquetReadError) -> IntegerColumn {
    do throws(ParquetReadError.Reason) {
      let (description, chunk) = try flat(column, rowGroup)
      guard description.physicalType == .int32 || description.physicalType == .int64 else {
        throw .unsupported("a column \(description.name) that holds no integers")
      }
      var decoder = IntegerChunkDecoder(
        rowCount: rowCount(rowGroup), isNarrow: description.physicalType == .int32, isUnsigned: description.isUnsigned,
        name: description.name, isOptional: description.isOptional)
      try readPages(of: chunk, named: description.name, rows, into: &decoder)
      return try decoder.finish()
    } catch {
      throw ParquetReadError(path, error)
    }
  }

  /// Reads the byte arrays of a column.
  ///
  /// - Parameter rows: As for `integers`.
  /// - Throws: `ParquetReadError`, also if the column has another type.
  public mutating func strings(
    _ column: Int, rowGroup: Int, rows: [UInt8]? = nil
  ) throws(ParquetReadError) -> StringColumn {
    do throws(ParquetReadError.Reason) {
      let (description, chunk) = try flat(column, rowGroup)
      guard description.physicalType == .byteArray else {
        throw .unsupported("a column \(description.name) that holds no text")
      }
      var decoder = StringChunkDecoder(
        rowCount: rowCount(rowGroup), name: description.name, isOptional: description.isOptional)
      try readPages(of: chunk, named: description.name, rows, into: &decoder)
      return decoder.finish()
    } catch {
      throw ParquetReadError(path, error)
    }
  }

  private func flat(
    _ column: Int, _ rowGroup: Int
  ) throws(ParquetReadError.Reason) -> (FileFooter.Column, FileFooter.Chunk) {
    let description = footer.columns[column]
    guard description.isFlat, description.physicalType != nil else {
      throw .unsupported("a column \(description.name) of another type")
    }
    return (description, footer.rowGroups[rowGroup].chunks[column])
  }
}

/// Memory reused for one chunk after another.
struct ChunkScratch: Sendable {
  /// Chunk as stored in the file.
  var chunk: [UInt8] = []
  /// Decompressed page body.
  var page: [UInt8] = []
}

/// Decodes pages to values.
protocol ChunkDecoder {
  var rowCount: Int { get }
  var isOptional: Bool { get }
  /// Number of rows decoded so far.
  var rows: Int { get }
  /// Takes the dictionary of the chunk: `count` PLAIN values in `range`.
  mutating func dictionary(_ bytes: [UInt8], _ range: Range<Int>, count: Int) throws(ParquetReadError.Reason)
  /// Skips rows whose values are not needed.
  mutating func skip(_ count: Int)
  /// Takes the values of a page.
  mutating func values(_ page: PageContent) throws(ParquetReadError.Reason)
}

/// Body of a data page, followed by `Unpacking.slack`.
struct PageContent {
  var bytes: [UInt8]
  /// Location of the definition levels, runs of one bit; empty if every row has a value.
  var levels: Range<Int>
  var values: Range<Int>
  /// Number of values including nulls.
  var count: Int
  var encoding: Int32
}

import FlowModel
import NetworkBytes
import Parquet

/// What the rows of a row group refer to, and the order that they are written in.
struct RowGroupContext {
  let extensions: [FlowExtension]
  /// What the records' origin numbers stand for.
  let origins: [FlowOrigin]
  /// What exporters call things.
  let names: NameTable
  let sorter: RowSorter

  func rare(_ record: FlowRecord) -> FlowExtension? {
    record.extensionNumber == 0 ? nil : extensions[Int(record.extensionNumber) - 1]
  }
}

/// Rows in sorted order, few enough to stay in a near cache while every column takes its part of them.
struct RowBlock {
  static let size = 512

  /// Their places in sorted order.
  var places: Range<Int> = 0..<0
  var records: [FlowRecord] = []
  /// What is known of them; empty where nothing is known of any row of the group.
  var facts: [FlowFacts] = []
}

/// The values of one column of a row group on their way from records to a file. Memory is used again from group to group.
protocol ColumnBuffer: Sendable {
  /// Begins a row group and forgets the one before.
  mutating func begin(_ group: RowGroupContext)
  mutating func append(_ block: RowBlock, _ group: RowGroupContext)
  func write(to file: inout ParquetWriter, _ group: RowGroupContext) throws(ParquetError)
}

extension FlowColumn {
  /// An empty buffer for the column's values.
  func buffer() -> any ColumnBuffer {
    if let key = Self.sortColumns.firstIndex(of: self) { return SortedAddressBuffer(key: key) }
    return switch values {
    case .time(let reader): PlainBuffer(reader)
    case .counter(let reader): PlainBuffer(reader)
    case .number(_, let reader): PlainBuffer(reader)
    case .address(let reader, let isNullable): AddressBuffer(reader: reader, isNullable: isNullable)
    case .mac(let reader): MACBuffer(reader: reader)
    case .word(let reader, let words): WordBuffer(reader: reader, words: words)
    case .origin(.address(let read)): OriginTextBuffer { read($0).description }
    case .origin(.number(_, let read)): OriginNumberBuffer(read)
    case .origin(.text(let read)): OriginTextBuffer(read)
    case .rare(.address(let read)): RareAddressBuffer(read: read)
    case .rare(.number(_, let read)): RareNumberBuffer(read: read)
    case .rare(.counter(let read)): RareCounterBuffer(read: read)
    case .rare(.text(let read)), .rare(.json(let read)): RareTextBuffer(read: read)
    case .exporterName(let kind, let number, let fact): NameBuffer(kind: kind, number: number, fact: fact)
    case .fact(let read): FactBuffer(read: read)
    }
  }
}

// MARK: Values of the record

/// A type whose values files have as they are.
protocol PlainValue: BitwiseCopyable, Sendable {
  static func write(_ values: Span<Self>, to file: inout ParquetWriter) throws(ParquetError)
}

extension Int64: PlainValue {
  static func write(_ values: Span<Int64>, to file: inout ParquetWriter) throws(ParquetError) {
    try file.write(int64: values)
  }
}
extension UInt64: PlainValue {
  static func write(_ values: Span<UInt64>, to file: inout ParquetWriter) throws(ParquetError) {
    try file.write(uint64: values)
  }
}
extension UInt32: PlainValue {
  static func write(_ values: Span<UInt32>, to file: inout ParquetWriter) throws(ParquetError) {
    try file.write(uint32: values)
  }
}

/// Times, counters and numbers.
struct PlainBuffer<Value: PlainValue>: ColumnBuffer {
  let reader: RecordReader<Value>
  fileprivate var values: [Value] = []

  init(_ reader: RecordReader<Value>) { self.reader = reader }

  mutating func begin(_ group: RowGroupContext) { values.removeAll(keepingCapacity: true) }
  mutating func append(_ block: RowBlock, _ group: RowGroupContext) { reader.append(block.records, to: &values) }
  func write(to file: inout ParquetWriter, _ group: RowGroupContext) throws(ParquetError) {
    try Value.write(values.span, to: &file)
  }
}

/// Words, each by its number.
struct WordBuffer: ColumnBuffer {
  private var numbers: PlainBuffer<UInt32>
  /// Index in `texts` of each number.
  private var indices: [UInt32] = []
  private var texts = StringDictionary()

  init(reader: RecordReader<UInt32>, words: [String?]) {
    numbers = PlainBuffer(reader)
    indices = words.map { word in word.map { texts.append($0) } ?? ParquetWriter.nullIndex }
  }

  mutating func begin(_ group: RowGroupContext) { numbers.begin(group) }
  mutating func append(_ block: RowBlock, _ group: RowGroupContext) {
    let first = numbers.values.count
    numbers.append(block, group)
    for place in first..<numbers.values.count {
      let number = Int(numbers.values[place])
      numbers.values[place] = number < indices.count ? indices[number] : ParquetWriter.nullIndex
    }
  }
  func write(to file: inout ParquetWriter, _ group: RowGroupContext) throws(ParquetError) {
    try file.write(indices: numbers.values.span, dictionary: texts)
  }
}

/// Addresses, of which the row group's distinct ones are made into text.
struct AddressBuffer: ColumnBuffer {
  let reader: RecordReader<IPAddress>
  private var block: [IPAddress] = []
  private var values: DictionaryBuffer<IPAddress>

  init(reader: RecordReader<IPAddress>, isNullable: Bool) {
    self.reader = reader
    values = DictionaryBuffer(isNullable: isNullable)
  }

  mutating func begin(_ group: RowGroupContext) { values.removeAll() }
  mutating func append(_ block: RowBlock, _ group: RowGroupContext) {
    self.block.removeAll(keepingCapacity: true)
    reader.append(block.records, to: &self.block)
    values.append(self.block) { $0 }
  }
  func write(to file: inout ParquetWriter, _ group: RowGroupContext) throws(ParquetError) {
    try values.write(to: &file)
  }
}

struct MACBuffer: ColumnBuffer {
  let reader: RecordReader<UInt64>
  private var block: [UInt64] = []
  private var values = DictionaryBuffer<MACAddress>(isNullable: true)

  init(reader: RecordReader<UInt64>) { self.reader = reader }

  mutating func begin(_ group: RowGroupContext) { values.removeAll() }
  mutating func append(_ block: RowBlock, _ group: RowGroupContext) {
    self.block.removeAll(keepingCapacity: true)
    reader.append(block.records, to: &self.block)
    values.append(self.block) { MACAddress(octets: $0) }
  }
  func write(to file: inout ParquetWriter, _ group: RowGroupContext) throws(ParquetError) {
    try values.write(to: &file)
  }
}

/// One of the addresses that rows are sorted by: the sorter has made them into text.
struct SortedAddressBuffer: ColumnBuffer {
  /// Place among the sort columns.
  let key: Int
  private var ranks: [UInt32] = []

  init(key: Int) { self.key = key }

  mutating func begin(_ group: RowGroupContext) { ranks.removeAll(keepingCapacity: true) }
  mutating func append(_ block: RowBlock, _ group: RowGroupContext) {
    group.sorter.appendRanks(key, block.places, to: &ranks)
  }
  func write(to file: inout ParquetWriter, _ group: RowGroupContext) throws(ParquetError) {
    try file.write(indices: ranks.span, dictionary: group.sorter.texts(key))
  }
}

// MARK: Values of the origin

struct OriginNumberBuffer: ColumnBuffer {
  private let read: @Sendable (FlowOrigin) -> UInt32
  private var ofOrigin: [UInt32] = []
  private var values: [UInt32] = []

  init(_ read: @escaping @Sendable (FlowOrigin) -> UInt32) { self.read = read }

  mutating func begin(_ group: RowGroupContext) {
    ofOrigin = group.origins.map(read)
    values.removeAll(keepingCapacity: true)
  }
  mutating func append(_ block: RowBlock, _ group: RowGroupContext) {
    values.append(addingCapacity: block.records.count) { output in
      for record in block.records { output.append(ofOrigin[Int(record.origin)]) }
    }
  }
  func write(to file: inout ParquetWriter, _ group: RowGroupContext) throws(ParquetError) {
    try file.write(uint32: values.span)
  }
}

struct OriginTextBuffer: ColumnBuffer {
  private let read: @Sendable (FlowOrigin) -> String
  private var ofOrigin: [UInt32] = []
  private var texts = StringDictionary()
  private var indices: [UInt32] = []

  init(_ read: @escaping @Sendable (FlowOrigin) -> String) { self.read = read }

  mutating func begin(_ group: RowGroupContext) {
    texts.removeAll()
    var known: [String: UInt32] = [:]
    ofOrigin.removeAll(keepingCapacity: true)
    for origin in group.origins {
      let text = read(origin)
      let index = known[text] ?? texts.append(text)
      known[text] = index
      ofOrigin.append(index)
    }
    indices.removeAll(keepingCapacity: true)
  }
  mutating func append(_ block: RowBlock, _ group: RowGroupContext) {
    indices.append(addingCapacity: block.records.count) { output in
      for record in block.records { output.append(ofOrigin[Int(record.origin)]) }
    }
  }
  func write(to file: inout ParquetWriter, _ group: RowGroupContext) throws(ParquetError) {
    try file.write(indices: indices.span, dictionary: texts)
  }
}

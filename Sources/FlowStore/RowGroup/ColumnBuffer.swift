import FlowModel
import NetworkBytes
import Parquet

/// Writes one column of a row group. Memory is used again from group to group.
protocol ColumnBuffer: Sendable {
  mutating func write(_ rows: inout SortedRows, to file: inout ParquetWriter) throws(ParquetError)
}

extension FlowColumn {
  /// What writes the column.
  func buffer() -> any ColumnBuffer {
    if let key = Self.sortColumns.firstIndex(of: self) { return SortedAddressBuffer(key: key) }
    return switch values {
    case .time(let reader): TimeBuffer(reader)
    case .counter(let reader): CounterBuffer(reader)
    case .number(_, let reader): NumberBuffer(reader)
    case .address(let reader, let isNullable): AddressBuffer(reader: reader, isNullable: isNullable)
    case .mac(let reader): MACBuffer(reader)
    case .word(let reader, let words): WordBuffer(reader, words: words)
    case .origin(.address(let read)): OriginTextBuffer { read($0).description }
    case .origin(.number(_, let read)): OriginNumberBuffer(read: read)
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

/// Times. Where a reader is not of a lane, it is asked about each row; so with the buffers below.
struct TimeBuffer: ColumnBuffer {
  private let reader: RecordReader<Int64>
  private let lane: RecordLane?

  init(_ reader: RecordReader<Int64>) {
    self.reader = reader
    // Of times that files cannot hold, it reads others.
    let lanes = RecordWord.all.indices.map(RecordLane.all).filter { $0.isTime(reader.value) }
    lane = lanes.count == 1 ? lanes[0] : nil
  }

  mutating func write(_ rows: inout SortedRows, to file: inout ParquetWriter) throws(ParquetError) {
    if let value = rows.shared(reader, lane.map { [$0] }) { return try file.write(repeating: value) }
    if let lane {
      try file.write(int64: rows.times(lane))
    } else {
      try file.write(int64: rows.values(reader).span)
    }
  }
}

struct CounterBuffer: ColumnBuffer {
  private let reader: RecordReader<UInt64>
  private let lane: RecordLane?

  init(_ reader: RecordReader<UInt64>) {
    self.reader = reader
    lane = RecordLane(reader.value)
  }

  mutating func write(_ rows: inout SortedRows, to file: inout ParquetWriter) throws(ParquetError) {
    if let value = rows.shared(reader, lane.map { [$0] }), let value = Int64(exactly: value) {
      return try file.write(repeating: value)
    }
    if let lane, lane == .all(of: lane.word), !rows.isShared(lane) {
      try file.write(uint64: rows.words(lane.word))
    } else {
      try file.write(uint64: rows.values(reader).span)
    }
  }
}

struct NumberBuffer: ColumnBuffer {
  private let reader: RecordReader<UInt32>
  private let lane: RecordLane?

  init(_ reader: RecordReader<UInt32>) {
    self.reader = reader
    lane = RecordLane { UInt64(reader.value($0)) }
  }

  mutating func write(_ rows: inout SortedRows, to file: inout ParquetWriter) throws(ParquetError) {
    if let value = rows.shared(reader, lane.map { [$0] }) { return try file.write(repeating: Int64(value)) }
    if let lane {
      try file.write(uint32: rows.numbers(lane))
    } else {
      try file.write(uint32: rows.values(reader).span)
    }
  }
}

/// Words by number.
struct WordBuffer: ColumnBuffer {
  private let reader: RecordReader<UInt32>
  private let lane: RecordLane?
  /// Index in `texts` of each number.
  private var indices: [UInt32] = []
  private var texts = StringDictionary()

  init(_ reader: RecordReader<UInt32>, words: [String?]) {
    self.reader = reader
    lane = RecordLane { UInt64(reader.value($0)) }
    for word in words { indices.append(word.map { texts.append($0) } ?? ParquetWriter.nullIndex) }
  }

  mutating func write(_ rows: inout SortedRows, to file: inout ParquetWriter) throws(ParquetError) {
    if let value = rows.shared(reader, lane.map { [$0] }) {
      let index = index(of: value)
      return try index == ParquetWriter.nullIndex ? file.writeNulls() : file.write(repeating: texts[index])
    }
    if let lane {
      let null = ParquetWriter.nullIndex
      try file.write(indices: rows.numbers(lane, meaning: indices, otherwise: null), dictionary: texts)
    } else {
      var numbers = rows.values(reader)
      for place in numbers.indices { numbers[place] = index(of: numbers[place]) }
      try file.write(indices: numbers.span, dictionary: texts)
    }
  }

  private func index(of number: UInt32) -> UInt32 {
    Int(number) < indices.count ? indices[Int(number)] : ParquetWriter.nullIndex
  }
}

/// Addresses; the distinct ones of a row group are formatted.
struct AddressBuffer: ColumnBuffer {
  private let reader: RecordReader<IPAddress>
  /// Of the two halves of the address.
  private let lanes: [RecordLane]?
  private var values: DictionaryBuffer<IPAddress>

  init(reader: RecordReader<IPAddress>, isNullable: Bool) {
    self.reader = reader
    if let high = RecordLane({ reader.value($0).high }), let low = RecordLane({ reader.value($0).low }) {
      lanes = [high, low]
    } else {
      lanes = nil
    }
    values = DictionaryBuffer(isNullable: isNullable)
  }

  mutating func write(_ rows: inout SortedRows, to file: inout ParquetWriter) throws(ParquetError) {
    if let address = rows.shared(reader, lanes) { return try values.write(repeating: address, to: &file) }
    values.removeAll()
    if let lanes {
      values.append(rows.addresses(lanes[0], lanes[1])) { $0 }
    } else {
      values.append(rows.values(reader).span) { $0 }
    }
    try values.write(to: &file)
  }
}

struct MACBuffer: ColumnBuffer {
  private let reader: RecordReader<UInt64>
  private let lane: RecordLane?
  private var values = DictionaryBuffer<MACAddress>(isNullable: true)

  init(_ reader: RecordReader<UInt64>) {
    self.reader = reader
    lane = RecordLane(reader.value)
  }

  mutating func write(_ rows: inout SortedRows, to file: inout ParquetWriter) throws(ParquetError) {
    if let octets = rows.shared(reader, lane.map { [$0] }) {
      return try values.write(repeating: MACAddress(octets: octets), to: &file)
    }
    values.removeAll()
    if let lane {
      values.append(rows.words(lane.word)) { MACAddress(octets: lane($0)) }
    } else {
      values.append(rows.values(reader).span) { MACAddress(octets: $0) }
    }
    try values.write(to: &file)
  }
}

/// A sort address, which the sorter has already formatted.
struct SortedAddressBuffer: ColumnBuffer {
  /// Index among the sort columns.
  let key: Int

  mutating func write(_ rows: inout SortedRows, to file: inout ParquetWriter) throws(ParquetError) {
    let texts = rows.source.sorter.texts(key)
    try file.write(indices: rows.ranks(key), dictionary: texts)
  }
}

// MARK: Values of the origin

struct OriginNumberBuffer: ColumnBuffer {
  let read: @Sendable (FlowOrigin) -> UInt32

  mutating func write(_ rows: inout SortedRows, to file: inout ParquetWriter) throws(ParquetError) {
    if let origin = rows.sharedOrigin { return try file.write(repeating: Int64(read(origin))) }
    let ofOrigin = rows.source.origins.map(read)
    try file.write(uint32: rows.numbers(.origin, meaning: ofOrigin, otherwise: 0))
  }
}

struct OriginTextBuffer: ColumnBuffer {
  private let read: @Sendable (FlowOrigin) -> String

  init(_ read: @escaping @Sendable (FlowOrigin) -> String) { self.read = read }

  mutating func write(_ rows: inout SortedRows, to file: inout ParquetWriter) throws(ParquetError) {
    if let origin = rows.sharedOrigin { return try file.write(repeating: read(origin).utf8.span) }
    var texts = StringDictionary()
    var known: [String: UInt32] = [:]
    var ofOrigin: [UInt32] = []
    for origin in rows.source.origins {
      let text = read(origin)
      let index = known[text] ?? texts.append(text)
      known[text] = index
      ofOrigin.append(index)
    }
    try file.write(indices: rows.numbers(.origin, meaning: ofOrigin, otherwise: 0), dictionary: texts)
  }
}

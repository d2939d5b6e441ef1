import FlowModel
import Parquet

// Texts from exporters, operators and databases for numbers in rows. Most row groups have few or none.

/// Names of one kind, looked up by the row's origin and number, or otherwise taken from its facts.
struct NameBuffer: ColumnBuffer {
  private struct Place: Hashable {
    var origin: UInt32
    /// Text number of the fact.
    var fact: UInt32
    var number: UInt64
  }

  private let kind: ExporterNames.Kind
  private let number: @Sendable (FlowRecord, FlowExtension?) -> UInt64?
  private let fact: FlowColumn.FactReader?
  /// Of the number, if that is one of the record's.
  private let lane: RecordLane?
  private var texts = TextBuffer()
  /// A direct-mapped cache of recent lookups with their indices; rows repeat few.
  private var recent: [(place: Place, index: UInt32)?] = Array(repeating: nil, count: 256)

  init(
    kind: ExporterNames.Kind, number: @escaping @Sendable (FlowRecord, FlowExtension?) -> UInt64?,
    fact: FlowColumn.FactReader?
  ) {
    self.kind = kind
    self.number = number
    self.fact = fact
    let lane = RecordLane { number($0, nil) ?? 0 }
    self.lane = number(FlowRecord(), nil) == nil || lane.map { $0.mask > 0xffff_ffff } ?? true ? nil : lane
  }

  mutating func write(_ rows: inout SortedRows, to file: inout ParquetWriter) throws(ParquetError) {
    let hasNames = rows.source.names.has(kind)
    if !hasNames, fact == nil || rows.source.rows.facts.isEmpty { return try file.writeNulls() }
    texts = TextBuffer()
    for index in recent.indices { recent[index] = nil }
    let given = rows.source
    if let lane {
      var origins: [UInt32] = []
      rows.copyNumbers(.origin, to: &origins)
      let numbers = rows.numbers(lane)
      for row in numbers.indices {
        append(Place(origin: origins[row], fact: 0, number: UInt64(numbers[row])), row, given, hasNames: hasNames)
      }
    } else {
      rows.forEachBlock { records, places in
        for (record, row) in zip(records, places) {
          if let number = number(record, given.rare(record.extensionNumber)) {
            append(Place(origin: record.origin, fact: 0, number: number), row, given, hasNames: hasNames)
          } else {
            texts.append(nil)
          }
        }
      }
    }
    try texts.write(to: &file)
    texts = TextBuffer()
  }

  private mutating func append(_ place: Place, _ row: Int, _ rows: RowSource, hasNames: Bool) {
    var place = place
    if let fact, let facts = rows.facts(row) { place.fact = fact(facts) }
    let slot = Int(truncatingIfNeeded: (place.number ^ UInt64(place.origin) << 5) & 255)
    if let known = recent[slot], known.place == place {
      texts.append(index: known.index)
    } else {
      let name = hasNames ? rows.names.name(kind, place.number, of: rows.origins[Int(place.origin)]) : nil
      recent[slot] = (place, texts.append(name ?? rows.names.texts[place.fact]))
    }
  }
}

/// Facts by text number; the distinct texts of a row group are written.
struct FactBuffer: ColumnBuffer {
  private struct TextNumber: Internable {
    let number: UInt32
    var words: (UInt64, UInt64) { (UInt64(number), 0) }
  }

  let read: FlowColumn.FactReader
  private var numbers = Interner<TextNumber>()
  private var indices: [UInt32] = []

  init(read: @escaping FlowColumn.FactReader) { self.read = read }

  mutating func write(_ rows: inout SortedRows, to file: inout ParquetWriter) throws(ParquetError) {
    if rows.source.rows.facts.isEmpty { return try file.writeNulls() }
    numbers.removeAll()
    indices.removeAll(keepingCapacity: true)
    for row in rows.source.sorter.order {
      let number = read(rows.source.rows.facts[Int(row)])
      indices.append(number == 0 ? ParquetWriter.nullIndex : numbers.number(of: TextNumber(number: number)))
    }
    if numbers.values.isEmpty { return try file.writeNulls() }
    var texts = StringDictionary()
    for value in numbers.values { texts.append(rows.source.names.texts[value.number] ?? "") }
    try file.write(indices: indices.span, dictionary: texts)
  }
}

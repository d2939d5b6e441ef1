import FlowModel
import Parquet

// Texts that exporters, operators and databases have for what a row has as numbers. In most row groups there are few, in many none.

/// What exporters call things of one kind, each found by the row's origin and number, or else what is known of the row.
struct NameBuffer: ColumnBuffer {
  private struct Place: Hashable {
    var origin: UInt32
    /// Of the text that is known.
    var fact: UInt32
    var number: UInt64
  }

  private let kind: ExporterNames.Kind
  private let number: @Sendable (FlowRecord, FlowExtension?) -> UInt64?
  private let fact: FlowColumn.FactReader?
  private var hasNames = false
  private var texts = TextBuffer()
  /// Places that were met lately, each where its number leads to, with their indices: rows repeat few.
  private var recent: [(place: Place, index: UInt32)?] = Array(repeating: nil, count: 256)

  init(
    kind: ExporterNames.Kind, number: @escaping @Sendable (FlowRecord, FlowExtension?) -> UInt64?,
    fact: FlowColumn.FactReader?
  ) {
    self.kind = kind
    self.number = number
    self.fact = fact
  }

  mutating func begin(_ group: RowGroupContext) {
    hasNames = group.names.has(kind)
    if texts.isEmpty { return }
    texts = TextBuffer()
    for index in recent.indices { recent[index] = nil }
  }

  mutating func append(_ block: RowBlock, _ group: RowGroupContext) {
    if !hasNames, fact == nil || block.facts.isEmpty { return }
    for (row, record) in block.records.enumerated() {
      guard let number = number(record, group.rare(record)) else {
        texts.append(nil)
        continue
      }
      var place = Place(origin: record.origin, fact: 0, number: number)
      if let fact, !block.facts.isEmpty { place.fact = fact(block.facts[row]) }
      let slot = Int(truncatingIfNeeded: (number ^ UInt64(place.origin) << 5) & 255)
      if let known = recent[slot], known.place == place {
        texts.append(index: known.index)
      } else {
        recent[slot] = (place, texts.append(text(place, group)))
      }
    }
  }

  private func text(_ place: Place, _ group: RowGroupContext) -> String? {
    let name = hasNames ? group.names.name(kind, place.number, of: group.origins[Int(place.origin)]) : nil
    return name ?? group.names.texts[place.fact]
  }

  func write(to file: inout ParquetWriter, _ group: RowGroupContext) throws(ParquetError) {
    if texts.isEmpty { try file.writeNulls() } else { try texts.write(to: &file) }
  }
}

/// What is known of rows, by the numbers of its texts, of which the row group's distinct ones are written.
struct FactBuffer: ColumnBuffer {
  private struct TextNumber: Internable {
    let number: UInt32
    var words: (UInt64, UInt64) { (UInt64(number), 0) }
  }

  let read: FlowColumn.FactReader
  private var numbers = Interner<TextNumber>()
  private var indices: [UInt32] = []

  init(read: @escaping FlowColumn.FactReader) { self.read = read }

  mutating func begin(_ group: RowGroupContext) {
    if indices.isEmpty { return }
    numbers.removeAll()
    indices.removeAll(keepingCapacity: true)
  }

  mutating func append(_ block: RowBlock, _ group: RowGroupContext) {
    for facts in block.facts {
      let number = read(facts)
      indices.append(number == 0 ? ParquetWriter.nullIndex : numbers.number(of: TextNumber(number: number)))
    }
  }

  func write(to file: inout ParquetWriter, _ group: RowGroupContext) throws(ParquetError) {
    if numbers.values.isEmpty {
      try file.writeNulls()
      return
    }
    var texts = StringDictionary()
    for value in numbers.values { texts.append(group.names.texts[value.number] ?? "") }
    try file.write(indices: indices.span, dictionary: texts)
  }
}

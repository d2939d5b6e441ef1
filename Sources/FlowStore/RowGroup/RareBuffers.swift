import FlowModel
import NetworkBytes
import Parquet

// Values of `FlowExtension`: in most row groups no row has any, and they cost nothing.

struct RareNumberBuffer: ColumnBuffer {
  let read: @Sendable (FlowExtension) -> UInt32
  private var values: [UInt32] = []

  init(read: @escaping @Sendable (FlowExtension) -> UInt32) { self.read = read }

  mutating func begin(_ group: RowGroupContext) { values.removeAll(keepingCapacity: !group.extensions.isEmpty) }
  mutating func append(_ block: RowBlock, _ group: RowGroupContext) {
    if group.extensions.isEmpty { return }
    for record in block.records { values.append(group.rare(record).map(read) ?? 0) }
  }
  func write(to file: inout ParquetWriter, _ group: RowGroupContext) throws(ParquetError) {
    if values.isEmpty { try file.write(repeating: 0) } else { try file.write(uint32: values.span) }
  }
}

struct RareAddressBuffer: ColumnBuffer {
  let read: @Sendable (FlowExtension) -> IPAddress
  private var values = DictionaryBuffer<IPAddress>(isNullable: true)

  init(read: @escaping @Sendable (FlowExtension) -> IPAddress) { self.read = read }

  mutating func begin(_ group: RowGroupContext) {
    // A fresh value lets go of the memory of a group that had some.
    if !values.isEmpty { values = DictionaryBuffer(isNullable: true) }
  }
  mutating func append(_ block: RowBlock, _ group: RowGroupContext) {
    if group.extensions.isEmpty { return }
    for record in block.records { values.append(group.rare(record).map(read) ?? .unspecified) }
  }
  func write(to file: inout ParquetWriter, _ group: RowGroupContext) throws(ParquetError) {
    if values.isEmpty { try file.writeNulls() } else { try values.write(to: &file) }
  }
}

struct RareTextBuffer: ColumnBuffer {
  let read: @Sendable (FlowExtension) -> String?
  private var texts = TextBuffer()

  init(read: @escaping @Sendable (FlowExtension) -> String?) { self.read = read }

  mutating func begin(_ group: RowGroupContext) {
    if !texts.isEmpty { texts = TextBuffer() }
  }
  mutating func append(_ block: RowBlock, _ group: RowGroupContext) {
    if group.extensions.isEmpty { return }
    for record in block.records { texts.append(group.rare(record).flatMap(read)) }
  }
  func write(to file: inout ParquetWriter, _ group: RowGroupContext) throws(ParquetError) {
    if texts.isEmpty { try file.writeNulls() } else { try texts.write(to: &file) }
  }
}

/// What exporters call things of one kind, each found by the row's origin and number. In most row groups no exporter has told
/// any.
struct NameBuffer: ColumnBuffer {
  private struct Place: Hashable {
    var origin: UInt32
    var number: UInt64
  }

  private let kind: ExporterNames.Kind
  private let number: @Sendable (FlowRecord, FlowExtension?) -> UInt64?
  private var hasNames = false
  private var texts = TextBuffer()
  /// Places that were met lately, each where its number leads to, with their indices: rows repeat few.
  private var recent: [(place: Place, index: UInt32)?] = Array(repeating: nil, count: 256)

  init(kind: ExporterNames.Kind, number: @escaping @Sendable (FlowRecord, FlowExtension?) -> UInt64?) {
    self.kind = kind
    self.number = number
  }

  mutating func begin(_ group: RowGroupContext) {
    hasNames = group.names.has(kind)
    if texts.isEmpty { return }
    texts = TextBuffer()
    for index in recent.indices { recent[index] = nil }
  }

  mutating func append(_ block: RowBlock, _ group: RowGroupContext) {
    if !hasNames { return }
    for record in block.records {
      guard let number = number(record, group.rare(record)) else {
        texts.append(nil)
        continue
      }
      let place = Place(origin: record.origin, number: number)
      let slot = Int(truncatingIfNeeded: (number ^ UInt64(place.origin) << 5) & 255)
      if let known = recent[slot], known.place == place {
        texts.append(index: known.index)
      } else {
        recent[slot] = (place, texts.append(group.names.name(kind, number, of: group.origins[Int(record.origin)])))
      }
    }
  }

  func write(to file: inout ParquetWriter, _ group: RowGroupContext) throws(ParquetError) {
    if texts.isEmpty { try file.writeNulls() } else { try texts.write(to: &file) }
  }
}

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

/// Counters, of which 0 is null.
struct RareCounterBuffer: ColumnBuffer {
  let read: @Sendable (FlowExtension) -> UInt64
  private var values: [UInt64] = []
  private var present: [Bool] = []

  init(read: @escaping @Sendable (FlowExtension) -> UInt64) { self.read = read }

  mutating func begin(_ group: RowGroupContext) {
    values.removeAll(keepingCapacity: !group.extensions.isEmpty)
    present.removeAll(keepingCapacity: !group.extensions.isEmpty)
  }
  mutating func append(_ block: RowBlock, _ group: RowGroupContext) {
    if group.extensions.isEmpty { return }
    for record in block.records {
      let value = group.rare(record).map(read) ?? 0
      values.append(value)
      present.append(value != 0)
    }
  }
  func write(to file: inout ParquetWriter, _ group: RowGroupContext) throws(ParquetError) {
    if present.contains(true) {
      try file.write(uint64: values.span, present: present.span)
    } else {
      try file.writeNulls()
    }
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

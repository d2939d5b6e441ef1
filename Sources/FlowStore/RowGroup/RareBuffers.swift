import FlowModel
import NetworkBytes
import Parquet

// Values of `FlowExtension`: in most row groups no row has any, at no cost.

struct RareNumberBuffer: ColumnBuffer {
  let read: @Sendable (FlowExtension) -> UInt32

  mutating func write(_ rows: inout SortedRows, to file: inout ParquetWriter) throws(ParquetError) {
    if rows.hasNoExtensions { return try file.write(repeating: 0) }
    var values: [UInt32] = []
    rows.forEachExtension { values.append($0.map(read) ?? 0) }
    try file.write(uint32: values.span)
  }
}

/// Counters; 0 is null.
struct RareCounterBuffer: ColumnBuffer {
  let read: @Sendable (FlowExtension) -> UInt64

  mutating func write(_ rows: inout SortedRows, to file: inout ParquetWriter) throws(ParquetError) {
    var values: [UInt64] = []
    if !rows.hasNoExtensions { rows.forEachExtension { values.append($0.map(read) ?? 0) } }
    let present = values.map { $0 != 0 }
    if present.contains(true) {
      try file.write(uint64: values.span, present: present.span)
    } else {
      try file.writeNulls()
    }
  }
}

struct RareAddressBuffer: ColumnBuffer {
  let read: @Sendable (FlowExtension) -> IPAddress

  mutating func write(_ rows: inout SortedRows, to file: inout ParquetWriter) throws(ParquetError) {
    if rows.hasNoExtensions { return try file.writeNulls() }
    var values = DictionaryBuffer<IPAddress>(isNullable: true)
    rows.forEachExtension { values.append($0.map(read) ?? .unspecified) }
    try values.write(to: &file)
  }
}

struct RareTextBuffer: ColumnBuffer {
  let read: @Sendable (FlowExtension) -> String?

  mutating func write(_ rows: inout SortedRows, to file: inout ParquetWriter) throws(ParquetError) {
    if rows.hasNoExtensions { return try file.writeNulls() }
    var texts = TextBuffer()
    rows.forEachExtension { texts.append($0.flatMap(read)) }
    try texts.write(to: &file)
  }
}

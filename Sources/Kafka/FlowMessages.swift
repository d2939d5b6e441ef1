import FlowModel
package import FlowQuery
import NetworkBytes
package import Parquet

/// Writes rows of a row group as goflow2's `FlowMessage`, with its length in front.
///
/// What is the same in many rows is encoded once: fields of one value in all rows are a beginning that all messages have, and a column's
/// dictionary becomes one of encoded fields. A batch is written field by field, each message into a place of its own that has room for the
/// longest. The order of fields within a message means nothing to readers.
package struct FlowMessages: MessageEncoder {
  /// A field whose values differ from row to row.
  private enum Part {
    /// Encoded fields by entry: those of an entry end where those of the next one begin.
    case entries(octets: [UInt8], starts: [UInt32], indices: [UInt32])
    /// The tag, as encoded, and numbers.
    case numbers(tag: [UInt8], IntegerColumn)
    /// The tag, and times in milliseconds, written as nanoseconds.
    case times(tag: [UInt8], IntegerColumn)
  }

  private var constant: [UInt8] = []
  private var parts: [Part] = []
  /// Octets of the longest message there could be, with its length.
  private var maximumLength = FlowMessages.lengthRoom

  /// Octets in front of a message that its length takes at most.
  private static let lengthRoom = 5
  /// Octets of a varint at most.
  private static let varintRoom = 10

  package init(_ group: FileRows.Group) throws(ParquetReadError) {
    for field in FlowMessageField.all { try add(field, group) }
    maximumLength += constant.count
  }

  /// Fewer where messages are long.
  package var maximumRows: Int { max(1, min(MessageBatch.maximumCount, (1 << 20) / maximumLength)) }

  private mutating func add(_ field: FlowMessageField, _ group: FileRows.Group) throws(ParquetReadError) {
    switch field.form {
    case .number: addNumbers(field, try group.integers(field.column))
    case .nanoseconds: addTimes([field.number], try group.integers(field.column))
    case .endNanoseconds: addTimes([field.number, FlowMessageField.received], try group.integers(field.column))
    case .address, .sourceAddress:
      let (entries, indices) = try group.addresses(field.column)
      addEntries(entries.count, indices) { entry, octets in
        Protobuf.append(field.number, entries[entry], to: &octets)
        if field.form == .sourceAddress {
          let address = entries[entry]
          let type: UInt64 = address.isV4 ? 0x0800 : address.isUnspecified ? 0 : 0x86dd
          Protobuf.append(FlowMessageField.etherType, type, to: &octets)
        }
      }
    case .mac, .text, .flowType, .labels: addTexts(field, try group.strings(field.column))
    }
  }

  private mutating func addNumbers(_ field: FlowMessageField, _ values: IntegerColumn) {
    switch values {
    case .constant(let value): Protobuf.append(field.number, value, to: &constant)
    case .dictionary(let entries, let indices):
      addEntries(entries.count, indices) { entry, octets in Protobuf.append(field.number, entries[entry], to: &octets) }
    case .narrow, .wide: add(.numbers(tag: Self.tag(field.number), values), room: Self.varintRoom + 5)
    }
  }

  private mutating func add(_ part: Part, room: Int) {
    parts.append(part)
    maximumLength += room
  }

  private mutating func addTimes(_ fields: [UInt32], _ values: IntegerColumn) {
    for field in fields { add(.times(tag: Self.tag(field), values), room: Self.varintRoom + 5) }
  }

  private mutating func addTexts(_ field: FlowMessageField, _ values: StringColumn) {
    let encode = { (entry: Int, octets: inout [UInt8]) in
      let text = values.octets[values.range(entry)]
      switch field.form {
      case .mac: Protobuf.append(field.number, Self.mac(text), to: &octets)
      case .flowType: Protobuf.append(field.number, Self.flowType(values.text(entry)), to: &octets)
      case .labels: Protobuf.append(field.number, octets: Self.labels(values.text(entry)), to: &octets)
      default: Protobuf.append(field.number, octets: text, to: &octets)
      }
    }
    switch values.rows {
    case .constant(nil): return
    case .constant(let entry?): encode(entry, &constant)
    case .indices(let indices):
      // The entry behind the last one is of rows without a value.
      addEntries(values.entryCount + 1, indices) { entry, octets in
        if entry < values.entryCount { encode(entry, &octets) }
      }
    }
  }

  private mutating func addEntries(_ count: Int, _ indices: [UInt32]?, _ encode: (Int, inout [UInt8]) -> Void) {
    guard let indices else { return encode(0, &constant) }
    var octets: [UInt8] = []
    var starts: [UInt32] = [0]
    starts.reserveCapacity(count + 1)
    var longest = 0
    for entry in 0..<count {
      let start = octets.count
      encode(entry, &octets)
      longest = max(longest, octets.count - start)
      starts.append(UInt32(truncatingIfNeeded: octets.count))
    }
    add(.entries(octets: octets, starts: starts, indices: indices), room: longest)
  }

  private static func tag(_ field: UInt32) -> [UInt8] {
    var tag: [UInt8] = []
    Protobuf.appendVarint(UInt64(field) << 3, to: &tag)
    return tag
  }

  /// The number of `aa:bb:cc:dd:ee:ff`.
  private static func mac(_ text: ArraySlice<UInt8>) -> UInt64 {
    text.reduce(0) { number, octet in
      switch octet {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): number << 4 | UInt64(octet - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): number << 4 | UInt64(octet - UInt8(ascii: "a") + 10)
      default: number
      }
    }
  }

  /// `FlowMessage.FlowType`; 0: flows of several versions were merged.
  private static func flowType(_ text: String) -> UInt64 {
    switch text {
    case "netflow_v5": 2
    case "netflow_v9": 3
    case "ipfix": 4
    default: 0
    }
  }

  private static func labels(_ text: String) -> [UInt8] {
    var octets: [UInt8] = []
    for label in text.split(separator: "/") { Protobuf.appendVarint(UInt64(label) ?? 0, to: &octets) }
    return octets
  }
}

extension FlowMessages {
  package mutating func encode(_ rows: ArraySlice<Int>, into batch: inout MessageBatch) {
    let size = rows.count * maximumLength
    var text: [UInt8] = []
    swap(&text, &batch.octets)
    defer { swap(&text, &batch.octets) }
    if text.count < size { text = [UInt8](repeating: 0, count: size) }
    // Where each message ends so far.
    var places: [Int] = []
    places.reserveCapacity(rows.count)
    for place in 0..<rows.count { places.append(place * maximumLength + Self.lengthRoom) }
    var octets = text.mutableSpan
    var ends = places.mutableSpan
    let constant = constant.span
    for place in 0..<rows.count { Self.copy(constant, 0..<constant.count, to: &octets, &ends[place]) }
    for part in parts {
      switch part {
      case .entries(let encoded, let starts, let indices):
        let (encoded, starts, indices) = (encoded.span, starts.span, indices.span)
        for (place, row) in rows.enumerated() {
          let entry = Int(indices[row])
          Self.copy(encoded, Int(starts[entry])..<Int(starts[entry + 1]), to: &octets, &ends[place])
        }
      case .numbers(let tag, .narrow(let values)):
        let values = values.span
        Self.write(tag.span, rows, &octets, &ends) { UInt64(values[$0]) }
      case .numbers(let tag, .wide(let values)):
        let values = values.span
        Self.write(tag.span, rows, &octets, &ends) { values[$0] }
      case .numbers(let tag, let values): Self.write(tag.span, rows, &octets, &ends) { values[$0] }
      case .times(let tag, .wide(let values)):
        let values = values.span
        Self.write(tag.span, rows, &octets, &ends) { values[$0] &* 1_000_000 }
      case .times(let tag, let values): Self.write(tag.span, rows, &octets, &ends) { values[$0] &* 1_000_000 }
      }
    }
    for (place, row) in rows.enumerated() {
      let first = place * maximumLength + Self.lengthRoom
      let length = UInt64(ends[place] - first)
      var start = first - Protobuf.varintLength(length)
      batch.messages.append(.init(range: start..<ends[place], key: 0, row: row))
      Self.write(length, to: &octets, &start)
    }
  }

  /// Writes a number of each row, but for 0.
  @inline(__always)
  private static func write(
    _ tag: Span<UInt8>, _ rows: ArraySlice<Int>, _ octets: inout MutableSpan<UInt8>, _ ends: inout MutableSpan<Int>,
    _ value: (Int) -> UInt64
  ) {
    for (place, row) in rows.enumerated() {
      let number = value(row)
      if number == 0 { continue }
      var end = ends[place]
      copy(tag, 0..<tag.count, to: &octets, &end)
      write(number, to: &octets, &end)
      ends[place] = end
    }
  }

  @inline(__always)
  private static func copy(
    _ source: Span<UInt8>, _ range: Range<Int>, to octets: inout MutableSpan<UInt8>, _ end: inout Int
  ) {
    for place in range {
      octets[end] = source[place]
      end &+= 1
    }
  }

  /// Writes a varint.
  @inline(__always)
  private static func write(_ value: UInt64, to octets: inout MutableSpan<UInt8>, _ end: inout Int) {
    var rest = value
    while rest >= 0x80 {
      octets[end] = UInt8(truncatingIfNeeded: rest) | 0x80
      end &+= 1
      rest >>= 7
    }
    octets[end] = UInt8(truncatingIfNeeded: rest)
    end &+= 1
  }
}

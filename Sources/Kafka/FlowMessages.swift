import FlowModel
package import FlowQuery
import NetworkBytes
package import Parquet

/// Encodes rows of a row group as goflow2's `FlowMessage`, length-prefixed.
///
/// Shared content is encoded once: fields with the same value in all rows form a common beginning of all messages, and
/// a column's dictionary becomes one of encoded fields. A batch is written field by field, each message into a slot
/// with room for the longest. The order of fields within a message is irrelevant to readers.
package struct FlowMessages: MessageEncoder {
  /// A field whose values vary between rows.
  enum Part {
    /// Encoded fields by dictionary entry; each ends where the next begins.
    case entries(octets: [UInt8], starts: [UInt32], indices: [UInt32])
    /// The encoded tag, and numbers.
    case numbers(tag: [UInt8], IntegerColumn)
    /// The encoded tag, and times in milliseconds, written as nanoseconds.
    case times(tag: [UInt8], IntegerColumn)
    /// Addresses encoded per row, because they rarely repeat.
    case addresses(FlowMessageField, [IPAddress])
  }

  var constant: [UInt8] = []
  private var parts: [Part] = []
  /// Octets of the longest possible message, with its length.
  var maximumLength = FlowMessages.lengthRoom

  /// Has no fields.
  init() {}

  /// Maximum octets of the length prefix.
  private static let lengthRoom = 5
  /// Maximum octets of a varint.
  private static let varintRoom = 10

  package init(_ group: FileRows.Group) throws(ParquetReadError) {
    for field in FlowMessageField.all { try add(field, group) }
    maximumLength += constant.count
  }

  /// Smaller for long messages.
  package var maximumRows: Int { max(1, min(MessageBatch.maximumCount, (1 << 20) / maximumLength)) }

  private mutating func add(_ field: FlowMessageField, _ group: FileRows.Group) throws(ParquetReadError) {
    switch field.form {
    case .number: addNumbers(field, try group.integers(field.column))
    case .nanoseconds: addTimes([field.number], try group.integers(field.column))
    case .endNanoseconds: addTimes([field.number, FlowMessageField.received], try group.integers(field.column))
    case .address, .sourceAddress:
      let (entries, indices) = try group.addresses(field.column)
      addEntries(entries.count, indices) { entry, octets in Self.append(field, entries[entry], to: &octets) }
    case .mac, .text, .flowType, .labels: addTexts(field, try group.strings(field.column))
    }
  }

  mutating func addNumbers(_ field: FlowMessageField, _ values: IntegerColumn) {
    switch values {
    case .constant(let value): Protobuf.append(field.number, value, to: &constant)
    case .dictionary(let entries, let indices):
      addEntries(entries.count, indices) { entry, octets in Protobuf.append(field.number, entries[entry], to: &octets) }
    case .narrow, .wide: add(.numbers(tag: Self.tag(field.number), values), room: Self.varintRoom + 5)
    }
  }

  mutating func add(_ part: Part, room: Int) {
    parts.append(part)
    maximumLength += room
  }

  mutating func addTimes(_ fields: [UInt32], _ values: IntegerColumn) {
    for field in fields { add(.times(tag: Self.tag(field), values), room: Self.varintRoom + 5) }
  }

  private mutating func addTexts(_ field: FlowMessageField, _ values: StringColumn) {
    let encode = { (entry: Int, octets: inout [UInt8]) in
      let text = values.octets[values.range(entry)]
      switch field.form {
      case .mac: Protobuf.append(field.number, Self.mac(text), to: &octets)
      case .flowType, .labels: Self.append(field, values.text(entry), to: &octets)
      case .text, .number, .nanoseconds, .endNanoseconds, .address, .sourceAddress:
        Protobuf.append(field.number, octets: text, to: &octets)
      }
    }
    switch values.rows {
    case .constant(nil): return
    case .constant(let entry?): encode(entry, &constant)
    case .indices(let indices):
      // The entry after the last one is for rows without a value.
      addEntries(values.entryCount + 1, indices) { entry, octets in
        if entry < values.entryCount { encode(entry, &octets) }
      }
    }
  }

  mutating func addEntries(_ count: Int, _ indices: [UInt32]?, _ encode: (Int, inout [UInt8]) -> Void) {
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

  static func append(_ field: FlowMessageField, _ address: IPAddress, to octets: inout [UInt8]) {
    Protobuf.append(field.number, address, to: &octets)
    if field.form != .sourceAddress || address.isUnspecified { return }
    Protobuf.append(FlowMessageField.etherType, address.isV4 ? 0x0800 : 0x86dd, to: &octets)
  }

  static func append(_ field: FlowMessageField, _ text: String, to octets: inout [UInt8]) {
    switch field.form {
    case .flowType: Protobuf.append(field.number, flowType(text), to: &octets)
    case .labels: Protobuf.append(field.number, octets: labels(text), to: &octets)
    case .text, .mac, .number, .nanoseconds, .endNanoseconds, .address, .sourceAddress:
      Protobuf.append(field.number, octets: text.utf8, to: &octets)
    }
  }

  /// Returns the number of `aa:bb:cc:dd:ee:ff`.
  private static func mac(_ text: ArraySlice<UInt8>) -> UInt64 {
    text.reduce(0) { number, octet in
      switch octet {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): number << 4 | UInt64(octet - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): number << 4 | UInt64(octet - UInt8(ascii: "a") + 10)
      default: number
      }
    }
  }

  /// `FlowMessage.FlowType`; 0 if flows of several versions were merged.
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
    // The current end of each message.
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
      case .addresses(let field, let addresses): Self.write(field, addresses.span, rows, &octets, &ends)
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

  /// Writes a number for each row, except 0.
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

  /// Octets of an address with its tag, and of the EtherType.
  static let addressRoom = 5 + 1 + 16 + 2 + 3

  private static func write(
    _ field: FlowMessageField, _ addresses: Span<IPAddress>, _ rows: ArraySlice<Int>,
    _ octets: inout MutableSpan<UInt8>, _ ends: inout MutableSpan<Int>
  ) {
    for (place, row) in rows.enumerated() {
      let address = addresses[row]
      if address.isUnspecified { continue }
      var end = ends[place]
      write(UInt64(field.number) << 3 | 2, to: &octets, &end)
      let isV4 = address.isV4
      write(isV4 ? 4 : 16, to: &octets, &end)
      if !isV4 { write(address.high, count: 8, to: &octets, &end) }
      write(address.low, count: isV4 ? 4 : 8, to: &octets, &end)
      if field.form == .sourceAddress {
        write(UInt64(FlowMessageField.etherType) << 3, to: &octets, &end)
        write(isV4 ? 0x0800 : 0x86dd, to: &octets, &end)
      }
      ends[place] = end
    }
  }

  /// Writes the last octets of a word, big-endian.
  @inline(__always)
  private static func write(_ word: UInt64, count: Int, to octets: inout MutableSpan<UInt8>, _ end: inout Int) {
    var shift = UInt64(8 * count)
    while shift > 0 {
      shift -= 8
      octets[end] = UInt8(truncatingIfNeeded: word >> shift)
      end &+= 1
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

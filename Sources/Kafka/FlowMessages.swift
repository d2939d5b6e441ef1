import FlowModel
import FlowQuery
import NetworkBytes
import Parquet

/// Writes rows of a row group as goflow2's `FlowMessage`, with its length in front.
///
/// What is the same in many rows is encoded once: fields of one value in all rows are a beginning that all messages have, and a column's
/// dictionary becomes one of encoded fields. The order of fields within a message means nothing to readers.
struct FlowMessages {
  /// A field whose values differ from row to row.
  private enum Part {
    /// Encoded fields by entry: those of an entry end where those of the next one begin.
    case entries(octets: [UInt8], starts: [Int], indices: [UInt32])
    /// The tag, as encoded, and numbers.
    case numbers(tag: [UInt8], IntegerColumn)
    /// Times in milliseconds, as nanoseconds under each of the tags.
    case times(tags: [[UInt8]], IntegerColumn)
  }

  private var constant: [UInt8] = []
  private var parts: [Part] = []
  private var message: [UInt8] = []

  init(_ group: FileRows.Group) throws(ParquetReadError) {
    for field in FlowMessageField.all { try add(field, group) }
  }

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
          Protobuf.append(FlowMessageField.etherType, entries[entry].isV4 ? 0x0800 : 0x86dd, to: &octets)
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
    case .narrow, .wide: parts.append(.numbers(tag: Self.tag(field.number), values))
    }
  }

  private mutating func addTimes(_ fields: [UInt32], _ values: IntegerColumn) {
    parts.append(.times(tags: fields.map(Self.tag), values))
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
    var starts: [Int] = [0]
    starts.reserveCapacity(count + 1)
    for entry in 0..<count {
      encode(entry, &octets)
      starts.append(octets.count)
    }
    parts.append(.entries(octets: octets, starts: starts, indices: indices))
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

  /// Appends a row's message.
  mutating func append(_ row: Int, to octets: inout [UInt8]) {
    message.removeAll(keepingCapacity: true)
    message += constant
    for part in parts {
      switch part {
      case .entries(let encoded, let starts, let indices):
        let entry = Int(indices[row])
        let range = starts[entry]..<starts[entry + 1]
        if !range.isEmpty { message += encoded[range] }
      case .numbers(let tag, let values):
        let value = values[row]
        if value != 0 {
          message += tag
          Protobuf.appendVarint(value, to: &message)
        }
      case .times(let tags, let values):
        let nanoseconds = values[row] &* 1_000_000
        for tag in tags where nanoseconds != 0 {
          message += tag
          Protobuf.appendVarint(nanoseconds, to: &message)
        }
      }
    }
    Protobuf.appendVarint(UInt64(message.count), to: &octets)
    octets += message
  }
}

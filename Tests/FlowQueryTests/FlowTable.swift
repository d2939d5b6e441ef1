import Parquet
import TestSupport

/// Flows as a test's model, a dictionary each, and as a file.
struct FlowTable {
  enum Value: Hashable {
    case number(UInt64)
    case text(String)
  }

  typealias Row = [String: Value]

  /// A column of the file. For rows without a value it is null if the column is optional, otherwise 0 or empty. Of
  /// numeric columns, only unsigned ones of up to 32 bits can be optional.
  struct Column: Sendable {
    var name: String
    var type: ParquetColumn.ValueType
    var isOptional = false
  }

  /// 2026-01-01T00:00:00Z, milliseconds since 1970 UTC.
  static let newYear: Int64 = 1_767_225_600_000

  /// Columns of every flow file.
  static let required: [Column] = [
    Column(name: "time_start", type: .timestampMilliseconds),
    Column(name: "time_end", type: .timestampMilliseconds),
    Column(name: "src_addr", type: .string), Column(name: "dst_addr", type: .string),
    Column(name: "bytes", type: .uint64), Column(name: "packets", type: .uint64),
  ]

  /// Columns of most flow files.
  static let usual: [Column] =
    required + [
      Column(name: "src_port", type: .uint16), Column(name: "dst_port", type: .uint16),
      Column(name: "proto", type: .uint8), Column(name: "sampling_rate", type: .uint32),
      Column(name: "in_if", type: .uint32),
      Column(name: "next_hop", type: .string, isOptional: true),
      Column(name: "app_name", type: .string, isOptional: true),
    ]

  var columns = Self.usual
  var rows: [Row]

  /// Writes a file with row groups of `groupRows` rows.
  func write(to path: String, groupRows: Int = 64) throws {
    let schema = try ParquetSchema(
      columns.map { ParquetColumn($0.name, $0.type, isOptional: $0.isOptional) })
    var writer = try ParquetWriter(path: path, schema: schema)
    for start in stride(from: 0, to: rows.count, by: groupRows) {
      let part = Array(rows[start..<min(start + groupRows, rows.count)])
      try writer.beginRowGroup(rowCount: part.count)
      for column in columns {
        let values = part.map { $0[column.name] }
        let numbers = values.map { $0.number }
        let present = values.map { $0 != nil }
        switch column.type {
        case .string, .bytes:
          var dictionary = StringDictionary()
          var known: [String: UInt32] = [:]
          let indices = values.map { value -> UInt32 in
            guard let text = value.text ?? (column.isOptional ? nil : "") else {
              return ParquetWriter.nullIndex
            }
            if let index = known[text] { return index }
            let index = dictionary.append(text)
            known[text] = index
            return index
          }
          try writer.write(indices: indices.span, dictionary: dictionary)
        case .uint8, .uint16, .uint32:
          let numbers = numbers.map { UInt32(truncatingIfNeeded: $0) }
          if column.isOptional {
            try writer.write(uint32: numbers.span, present: present.span)
          } else {
            try writer.write(uint32: numbers.span)
          }
        case .int32:
          let numbers = numbers.map { Int32(truncatingIfNeeded: $0) }
          try writer.write(int32: numbers.span)
        case .uint64: try writer.write(uint64: numbers.span)
        case .int64, .timestampMilliseconds:
          let numbers = numbers.map { Int64(bitPattern: $0) }
          try writer.write(int64: numbers.span)
        }
      }
      try writer.endRowGroup()
    }
    try writer.finish(metadata: [])
    try writer.close()
  }

  /// Returns flows of both families between few addresses and ports, in the first hours of 2026, with distinct times.
  static func random(_ count: Int, _ random: inout SeededGenerator) -> FlowTable {
    var rows: [Row] = []
    for number in 0..<count {
      let isV6 = random.below(4) == 0
      func address() -> Value {
        isV6
          ? .text("2001:db8:\(1 + random.below(3))::\(1 + random.below(4))")
          : .text("10.0.\(random.below(3)).\(1 + random.below(5))")
      }
      let start = newYear + Int64(number) * 7000 + Int64(random.below(7000))
      var row: Row = [
        "time_start": .number(UInt64(start)),
        "time_end": .number(UInt64(start + Int64(random.below(60_000)))),
        "src_addr": address(), "dst_addr": address(),
        "bytes": .number(UInt64(1 + random.below(2000))),
        "packets": .number(UInt64(1 + random.below(20))),
        "src_port": .number([53, 443, 1024, 65_535][random.below(4)]),
        "dst_port": .number([53, 443, 5000, 65_535][random.below(4)]),
        "proto": .number([1, 6, 17, 255][random.below(4)]),
        "sampling_rate": .number([1, 1, 10, 1000][random.below(4)]),
        "in_if": .number(UInt64(1 + random.below(3))),
      ]
      if random.below(3) > 0 { row["next_hop"] = .text("192.0.2.\(1 + random.below(3))") }
      if random.below(3) > 0 {
        row["app_name"] = .text(["web", "a,b", "say \"x\"", "ä"][random.below(4)])
      }
      rows.append(row)
    }
    return FlowTable(rows: rows)
  }
}

extension Optional where Wrapped == FlowTable.Value {
  var number: UInt64 { if case .number(let value)? = self { value } else { 0 } }
  var text: String? { if case .text(let value)? = self { value } else { nil } }
}

extension FlowTable.Row {
  /// Milliseconds since 1970 UTC.
  var start: Int64 { Int64(self["time_start"].number) }
  var end: Int64 { Int64(self["time_end"].number) }
  var rate: UInt64 { Swift.max(1, self["sampling_rate"].number) }
  /// Returns how many milliseconds of the flow are before a time.
  private func elapsed(_ time: Int64) -> Int64 { Swift.min(Swift.max(0, time - start), length) }
  /// Duration in milliseconds, including those of the first and the last packet.
  var length: Int64 { Swift.max(1, end - start) }
  /// Returns the part of a counter that falls into a window if it is spread evenly over the flow and rounded down at
  /// each moment.
  func share(of value: UInt64, in window: Range<Int64>?) -> UInt64 {
    guard let window else { return value }
    func before(_ time: Int64) -> UInt128 { UInt128(value) * UInt128(elapsed(time)) / UInt128(length) }
    return UInt64(before(window.upperBound) - before(window.lowerBound))
  }
  /// Multiplied by the sampling rate.
  var octets: UInt64 { self["bytes"].number * rate }
  var packets: UInt64 { self["packets"].number * rate }
}

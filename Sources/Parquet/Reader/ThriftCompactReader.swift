/// Reads structures in Thrift's compact protocol. Verifies all lengths and skips unknown fields.
package struct ThriftCompactReader {
  private let bytes: [UInt8]
  /// Position of the next octet.
  package private(set) var position: Int
  private let end: Int
  private var depth = 0

  private typealias Fault = ParquetReadError.Reason
  /// Maximum nesting of structures; Parquet needs only a few levels.
  private static let maximumDepth = 24

  package init(_ bytes: [UInt8], from position: Int = 0, to end: Int) {
    self.bytes = bytes
    self.position = position
    self.end = end
  }

  private static var cutOff: ParquetReadError.Reason { .damaged("a structure of its metadata is cut off") }

  private mutating func octet() throws(ParquetReadError.Reason) -> UInt8 {
    guard position < end else { throw Self.cutOff }
    position += 1
    return bytes[position - 1]
  }

  private mutating func varint() throws(ParquetReadError.Reason) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while shift < 64 {
      let octet = try octet()
      value |= UInt64(octet & 0x7f) << shift
      if octet < 0x80 { return value }
      shift += 7
    }
    throw .damaged("a number of its metadata is too long")
  }

  /// Reads a signed integer of any width.
  package mutating func integer() throws(ParquetReadError.Reason) -> Int64 {
    let value = try varint()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  /// Reads a signed 32-bit integer.
  package mutating func int32() throws(ParquetReadError.Reason) -> Int32 {
    guard let value = Int32(exactly: try integer()) else { throw .damaged("a number of its metadata is too large") }
    return value
  }

  package mutating func binary() throws(ParquetReadError.Reason) -> [UInt8] {
    let length = try varint()
    guard length <= UInt64(end - position) else { throw Self.cutOff }
    defer { position += Int(length) }
    return Array(bytes[position..<(position + Int(length))])
  }

  package mutating func string() throws(ParquetReadError.Reason) -> String {
    String(decoding: try binary(), as: UTF8.self)
  }

  /// Calls `body` with the number and type of each field; it must read the value or call `skip`.
  package mutating func structure(
    _ body: (inout ThriftCompactReader, Int16, ThriftCompact.FieldType) throws(ParquetReadError.Reason) -> Void
  ) throws(ParquetReadError.Reason) {
    try deepen()
    var number: Int16 = 0
    while true {
      let head = try octet()
      guard let type = ThriftCompact.FieldType(rawValue: head & 15) else { throw .damaged("a field of no known type") }
      if type == .stop { break }
      let step = Int16(head >> 4)
      if step == 0 {
        number = Int16(truncatingIfNeeded: try integer())
      } else {
        number &+= step
      }
      try body(&self, number, type)
    }
    depth -= 1
  }

  /// Calls `body` for each element of a list of this type.
  package mutating func list(
    of type: ThriftCompact.FieldType,
    _ body: (inout ThriftCompactReader) throws(ParquetReadError.Reason) -> Void
  ) throws(ParquetReadError.Reason) {
    let (count, found) = try listHead()
    if count > 0, found != type { throw .damaged("a list of its metadata is of another type") }
    for _ in 0..<count { try body(&self) }
  }

  private mutating func listHead() throws(ParquetReadError.Reason) -> (count: Int, type: ThriftCompact.FieldType) {
    let head = try octet()
    let count = head >> 4 == 15 ? try varint() : UInt64(head >> 4)
    // Each element takes at least one octet.
    guard count <= UInt64(end - position) else { throw Self.cutOff }
    guard let type = ThriftCompact.FieldType(rawValue: head & 15) else { throw .damaged("a list of no known type") }
    return (Int(count), type)
  }

  /// Skips a value.
  package mutating func skip(_ type: ThriftCompact.FieldType) throws(ParquetReadError.Reason) {
    switch type {
    case .stop, .booleanTrue, .booleanFalse: break
    case .byte: _ = try octet()
    case .int16, .int32, .int64: _ = try varint()
    case .double:
      guard end - position >= 8 else { throw Self.cutOff }
      position += 8
    case .binary: _ = try binary()
    case .list, .set:
      try deepen()
      let (count, type) = try listHead()
      for _ in 0..<count {
        // In a list, a boolean takes one octet.
        if type == .booleanTrue || type == .booleanFalse { _ = try octet() } else { try skip(type) }
      }
      depth -= 1
    case .map:
      try deepen()
      let count = try varint()
      if count > 0 {
        let types = try octet()
        guard let key = ThriftCompact.FieldType(rawValue: types >> 4),
          let value = ThriftCompact.FieldType(rawValue: types & 15), count <= UInt64(end - position)
        else { throw .damaged("a map of no known type") }
        for _ in 0..<count {
          try skip(key)
          try skip(value)
        }
      }
      depth -= 1
    case .structure:
      try structure { reader, _, type throws(ParquetReadError.Reason) in try reader.skip(type) }
    }
  }

  private mutating func deepen() throws(ParquetReadError.Reason) {
    depth += 1
    if depth > Self.maximumDepth { throw .damaged("its metadata is nested too deeply") }
  }
}

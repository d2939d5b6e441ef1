/// Appends structures in Thrift's compact protocol to a buffer.
///
/// Fields must be written in ascending order of their numbers.
package struct ThriftCompactWriter: ~Copyable {
  package var buffer: ByteBuffer
  private var lastField: Int16 = 0

  package init(buffer: consuming ByteBuffer = ByteBuffer()) {
    self.buffer = buffer
  }

  /// Returns the buffer.
  package consuming func finish() -> ByteBuffer {
    buffer
  }

  package mutating func field(_ number: Int16, int32 value: Int32) {
    header(number, .int32)
    buffer.append(varint: ThriftCompact.zigzag(Int64(value)))
  }

  package mutating func field(_ number: Int16, int64 value: Int64) {
    header(number, .int64)
    buffer.append(varint: ThriftCompact.zigzag(value))
  }

  package mutating func field(_ number: Int16, int16 value: Int16) {
    header(number, .int16)
    buffer.append(varint: ThriftCompact.zigzag(Int64(value)))
  }

  package mutating func field(_ number: Int16, byte value: Int8) {
    header(number, .byte)
    buffer.append(UInt8(bitPattern: value))
  }

  /// Writes a boolean, whose value is part of the header's type.
  package mutating func field(_ number: Int16, bool value: Bool) {
    header(number, value ? .booleanTrue : .booleanFalse)
  }

  package mutating func field(_ number: Int16, string value: String) {
    header(number, .binary)
    element(string: value)
  }

  package mutating func field(_ number: Int16, binary value: [UInt8]) {
    header(number, .binary)
    buffer.append(varint: UInt64(value.count))
    buffer.append(value.span)
  }

  /// Writes a nested structure; `body` writes its fields.
  package mutating func field(_ number: Int16, structure body: (inout ThriftCompactWriter) -> Void) {
    header(number, .structure)
    element(structure: body)
  }

  /// Writes a list header; `count` elements follow through the `element` functions.
  package mutating func field(_ number: Int16, listOf type: ThriftCompact.FieldType, count: Int) {
    header(number, .list)
    if count < 15 {
      buffer.append(UInt8(count) << 4 | type.rawValue)
    } else {
      buffer.append(0xF0 | type.rawValue)
      buffer.append(varint: UInt64(count))
    }
  }

  package mutating func element(int32 value: Int32) {
    buffer.append(varint: ThriftCompact.zigzag(Int64(value)))
  }

  package mutating func element(string value: String) {
    buffer.append(varint: UInt64(value.utf8.count))
    for octet in value.utf8 { buffer.append(octet) }
  }

  /// Writes a structure: the fields written by `body`, then a stop octet. Field numbers start from 0 again inside it.
  package mutating func element(structure body: (inout ThriftCompactWriter) -> Void) {
    let outer = lastField
    lastField = 0
    body(&self)
    buffer.append(ThriftCompact.FieldType.stop.rawValue)
    lastField = outer
  }

  private mutating func header(_ number: Int16, _ type: ThriftCompact.FieldType) {
    let step = Int(number) - Int(lastField)
    if step > 0 && step <= 15 {
      buffer.append(UInt8(step) << 4 | type.rawValue)
    } else {
      buffer.append(type.rawValue)
      buffer.append(varint: ThriftCompact.zigzag(Int64(number)))
    }
    lastField = number
  }
}

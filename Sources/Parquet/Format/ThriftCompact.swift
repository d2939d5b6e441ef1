/// Thrift's compact protocol: the form of every structure in a Parquet file.
///
/// A structure is a run of fields and a stop byte. A field's header has its type in the low four bits and, in the high
/// four, how far its number is from the field before; numbers further than 15 away stand behind it. Integers are zigzag
/// varints. (thrift: doc/specs/thrift-compact-protocol.md)
package enum ThriftCompact {
  /// The type in a field's or a list's header.
  package enum FieldType: UInt8, Sendable {
    case stop = 0
    case booleanTrue = 1
    case booleanFalse = 2
    case byte = 3
    case int16 = 4
    case int32 = 5
    case int64 = 6
    case double = 7
    case binary = 8
    case list = 9
    case set = 10
    case map = 11
    case structure = 12
  }

  /// Small magnitudes of either sign become small unsigned numbers: 0, -1, 1, -2 … are 0, 1, 2, 3 ….
  @inline(__always)
  package static func zigzag(_ value: Int64) -> UInt64 {
    UInt64(bitPattern: (value &<< 1) ^ (value &>> 63))
  }
}

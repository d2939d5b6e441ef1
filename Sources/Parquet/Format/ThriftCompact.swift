/// Thrift's compact protocol, used by all structures in a Parquet file.
///
/// A structure is a sequence of fields and a stop octet. A field header has its type in the low four bits and the
/// difference to the previous field number in the high four; larger differences are followed by the number itself.
/// Integers are zigzag varints. (thrift: doc/specs/thrift-compact-protocol.md)
package enum ThriftCompact {
  /// Type in the header of a field or list.
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

  /// Maps integers of small magnitude to small unsigned ones: 0, -1, 1, -2 … become 0, 1, 2, 3 ….
  @inline(__always)
  package static func zigzag(_ value: Int64) -> UInt64 {
    UInt64(bitPattern: (value &<< 1) ^ (value &>> 63))
  }
}

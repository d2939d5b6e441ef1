/// A column: its name, its type, whether it may hold nulls, and how its values would like to be encoded.
public struct ParquetColumn: Equatable, Sendable {
  /// What a column's values are. Each type has one physical and, where there is one, one logical type of the format.
  public enum ValueType: String, Sendable, CaseIterable {
    /// Unsigned integers stored in 32 bits: UINT_8, UINT_16, UINT_32.
    case uint8, uint16, uint32
    /// INT32 without a logical type.
    case int32
    /// INT64 as UINT_64.
    case uint64
    /// INT64 without a logical type.
    case int64
    /// INT64 as TIMESTAMP(MILLIS, isAdjustedToUTC): milliseconds since 1970-01-01T00:00:00Z.
    case timestampMilliseconds
    /// BYTE_ARRAY as STRING: the producer sees to it that the bytes are UTF-8.
    case string
    /// BYTE_ARRAY without a logical type.
    case bytes
  }

  /// How a column would like its values encoded. A chunk of one value repeated is dictionary-encoded in any case: it
  /// costs a few octets.
  public enum EncodingPreference: Sendable {
    /// Values as they are: for columns that hardly repeat.
    case plain
    /// RLE_DICTIONARY, going over to PLAIN where a dictionary does not pay.
    case dictionary
    /// DELTA_BINARY_PACKED: for 64-bit integers that lie near each other, such as times.
    case delta
  }

  public var name: String
  public var type: ValueType
  /// Whether a value may be null (OPTIONAL); otherwise REQUIRED.
  public var isOptional: Bool
  public var encoding: EncodingPreference

  public init(
    _ name: String, _ type: ValueType, isOptional: Bool = false, encoding: EncodingPreference = .dictionary
  ) {
    self.name = name
    self.type = type
    self.isOptional = isOptional
    self.encoding = encoding
  }
}

extension ParquetColumn.ValueType {
  package var physicalType: PhysicalType {
    switch self {
    case .uint8, .uint16, .uint32, .int32: .int32
    case .uint64, .int64, .timestampMilliseconds: .int64
    case .string, .bytes: .byteArray
    }
  }

  package var convertedType: ConvertedType? {
    switch self {
    case .uint8: .uint8
    case .uint16: .uint16
    case .uint32: .uint32
    case .uint64: .uint64
    case .timestampMilliseconds: .timestampMillis
    case .string: .utf8
    case .int32, .int64, .bytes: nil
    }
  }

  package var logicalType: LogicalType? {
    switch self {
    case .uint8: .integer(bitWidth: 8, isSigned: false)
    case .uint16: .integer(bitWidth: 16, isSigned: false)
    case .uint32: .integer(bitWidth: 32, isSigned: false)
    case .uint64: .integer(bitWidth: 64, isSigned: false)
    case .timestampMilliseconds: .timestampMillisUTC
    case .string: .string
    case .int32, .int64, .bytes: nil
    }
  }

  /// The greatest value of the unsigned types; nil for all others.
  var unsignedMaximum: UInt64? {
    switch self {
    case .uint8: 0xFF
    case .uint16: 0xFFFF
    case .uint32: 0xFFFF_FFFF
    case .uint64: .max
    case .int32, .int64, .timestampMilliseconds, .string, .bytes: nil
    }
  }
}

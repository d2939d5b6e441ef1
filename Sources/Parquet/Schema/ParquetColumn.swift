/// Column of a file: name, type, nullability, and preferred encoding.
public struct ParquetColumn: Equatable, Sendable {
  /// Type of a column's values. Each has one physical type and at most one logical type of the format.
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
    /// BYTE_ARRAY as STRING; the producer must provide valid UTF-8.
    case string
    /// BYTE_ARRAY without a logical type.
    case bytes
  }

  /// Preferred encoding of a column. Chunks of one repeated value are always dictionary-encoded, which takes a few
  /// octets.
  public enum EncodingPreference: Sendable {
    /// PLAIN: for columns with few repetitions.
    case plain
    /// RLE_DICTIONARY, falling back to PLAIN where a dictionary does not pay off.
    case dictionary
    /// DELTA_BINARY_PACKED: for 64-bit integers close to each other, such as times.
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

  /// Greatest value of the unsigned types; nil for others.
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

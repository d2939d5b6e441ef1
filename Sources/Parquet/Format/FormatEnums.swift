// Enumerations of parquet.thrift that this module uses, under the names of the specification.

/// Physical type of a value (`Type`).
package enum PhysicalType: Int32, Sendable {
  case int32 = 1
  case int64 = 2
  case byteArray = 6
}

/// Meaning of a value for readers older than `LogicalType` (`ConvertedType`).
package enum ConvertedType: Int32, Sendable {
  case utf8 = 0
  case timestampMillis = 9
  case timestampMicros = 10
  case uint8 = 11
  case uint16 = 12
  case uint32 = 13
  case uint64 = 14
}

/// Meaning of a value (`LogicalType`, a Thrift union).
package enum LogicalType: Equatable, Sendable {
  case string
  /// Milliseconds since 1970-01-01T00:00:00Z.
  case timestampMillisUTC
  case integer(bitWidth: Int8, isSigned: Bool)
}

/// Whether a value may be absent (`FieldRepetitionType`).
package enum Repetition: Int32, Sendable {
  case required = 0
  case optional = 1
}

/// Encoding of the values of a page (`Encoding`).
package enum Encoding: Int32, Sendable {
  case plain = 0
  case rle = 3
  case deltaBinaryPacked = 5
  case deltaLengthByteArray = 6
  case deltaByteArray = 7
  case rleDictionary = 8
}

/// Compression of the pages of a chunk (`CompressionCodec`).
package enum Codec: Int32, Sendable {
  case uncompressed = 0
  case zstd = 6
}

/// Codecs that the reader supports, including those of other writers.
package enum ReadableCodec: Int32, Sendable {
  case uncompressed = 0
  case snappy = 1
  case zstd = 6
}

/// Kind of a page (`PageType`).
package enum PageType: Int32, Sendable {
  case data = 0
  case dictionary = 2
}

/// Unit of a time since 1970-01-01T00:00:00Z (`TimeUnit`; the raw values are the field numbers of the union).
public enum TimeUnit: Int16, Sendable {
  case milliseconds = 1
  case microseconds = 2
  case nanoseconds = 3

  /// Number of units in a millisecond.
  public var perMillisecond: Int64 {
    switch self {
    case .milliseconds: 1
    case .microseconds: 1000
    case .nanoseconds: 1_000_000
    }
  }
}

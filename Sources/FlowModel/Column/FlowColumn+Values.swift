public import NetworkBytes

extension FlowColumn {
  /// The source of a column's values.
  public enum Values: Sendable {
    /// Milliseconds since 1970 UTC, within the range that files can store.
    case time(RecordReader<Int64>)
    /// A counter, as exported.
    case counter(RecordReader<UInt64>)
    case number(Width, RecordReader<UInt32>)
    /// `::` means absent if the column is nullable.
    case address(RecordReader<IPAddress>, isNullable: Bool)
    /// 48 bits; 0 means absent.
    case mac(RecordReader<UInt64>)
    /// A number that denotes a word, by its index; nil words, and numbers beyond the list, mean absent.
    case word(RecordReader<UInt32>, [String?])
    case origin(OriginValue)
    case rare(RareValue)
    /// The exporter's name for a number of the flow.
    ///
    /// - Parameter fact: text number to use if the exporter sends no name.
    case exporterName(
      ExporterNames.Kind, @Sendable (FlowRecord, FlowExtension?) -> UInt64?, orFact: FactReader? = nil)
    /// Text number of a fact about the flow; 0 means absent.
    case fact(FactReader)
  }

  public typealias FactReader = @Sendable (FlowFacts) -> UInt32

  /// A property of the flow's exporter.
  public enum OriginValue: Sendable {
    case address(@Sendable (FlowOrigin) -> IPAddress)
    case number(Width, @Sendable (FlowOrigin) -> UInt32)
    case text(@Sendable (FlowOrigin) -> String)
  }

  /// A rare field of the flow; if there are none, the value is absent, or 0 for a number.
  public enum RareValue: Sendable {
    /// `::` means absent.
    case address(@Sendable (FlowExtension) -> IPAddress)
    case number(Width, @Sendable (FlowExtension) -> UInt32)
    /// A counter, as exported; 0 means absent.
    case counter(@Sendable (FlowExtension) -> UInt64)
    case text(@Sendable (FlowExtension) -> String?)
    case json(@Sendable (FlowExtension) -> String?)
  }
}

/// Reads a value from one record, or from many records in a loop.
public struct RecordReader<Value: BitwiseCopyable & Sendable>: Sendable {
  public let value: @Sendable (FlowRecord) -> Value
  private let appendAll: @Sendable ([FlowRecord], inout [Value]) -> Void

  /// Inlined, so that each column gets its own loop without a call per record.
  @inline(__always)
  package init(_ read: @escaping @Sendable (FlowRecord) -> Value) {
    value = read
    appendAll = { records, values in
      values.append(addingCapacity: records.count) { output in
        for record in records { output.append(read(record)) }
      }
    }
  }

  /// Appends the value of each record.
  public func append(_ records: [FlowRecord], to values: inout [Value]) { appendAll(records, &values) }
}

/// An unsigned integer of a width that columns use.
package protocol ColumnInteger: FixedWidthInteger, UnsignedInteger, SendableMetatype {
  static var width: FlowColumn.Width { get }
}

extension UInt8: ColumnInteger {
  package static var width: FlowColumn.Width { .bits8 }
}
extension UInt16: ColumnInteger {
  package static var width: FlowColumn.Width { .bits16 }
}
extension UInt32: ColumnInteger {
  package static var width: FlowColumn.Width { .bits32 }
}

// Shorthands for the column table.
extension FlowColumn.Values {
  @inline(__always)
  package static func time(_ read: @escaping @Sendable (FlowRecord) -> Int64) -> Self {
    .time(RecordReader { read($0).storable })
  }

  @inline(__always)
  package static func counter(_ read: @escaping @Sendable (FlowRecord) -> UInt64) -> Self {
    .counter(RecordReader(read))
  }

  @inline(__always)
  package static func number<Number: ColumnInteger>(_ read: @escaping @Sendable (FlowRecord) -> Number) -> Self {
    .number(Number.width, RecordReader { UInt32(truncatingIfNeeded: read($0)) })
  }

  @inline(__always)
  package static func address(_ read: @escaping @Sendable (FlowRecord) -> IPAddress) -> Self {
    .address(RecordReader(read), isNullable: false)
  }

  @inline(__always)
  package static func optionalAddress(_ read: @escaping @Sendable (FlowRecord) -> IPAddress) -> Self {
    .address(RecordReader(read), isNullable: true)
  }

  @inline(__always)
  package static func mac(_ read: @escaping @Sendable (FlowRecord) -> UInt64) -> Self { .mac(RecordReader(read)) }

  package static func rareNumber<Number: ColumnInteger>(_ read: @escaping @Sendable (FlowExtension) -> Number) -> Self {
    .rare(.number(Number.width) { UInt32(truncatingIfNeeded: read($0)) })
  }
}

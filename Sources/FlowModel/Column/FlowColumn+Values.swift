public import NetworkBytes

extension FlowColumn {
  /// Where the values of a column come from.
  public enum Values: Sendable {
    /// Milliseconds since 1970 UTC, within what files can hold.
    case time(RecordReader<Int64>)
    /// A counter, as exported.
    case counter(RecordReader<UInt64>)
    case number(Width, RecordReader<UInt32>)
    /// `::` is no value where the column is nullable.
    case address(RecordReader<IPAddress>, isNullable: Bool)
    /// 48 bits; 0 is no value.
    case mac(RecordReader<UInt64>)
    /// A number that stands for a word, by its place among the words; nil is no value, as is a number beyond them.
    case word(RecordReader<UInt32>, [String?])
    case origin(OriginValue)
    case rare(RareValue)
    /// What the exporter calls a number of the flow.
    ///
    /// - Parameter fact: the number of a text that it has where the exporter sends no name.
    case exporterName(
      ExporterNames.Kind, @Sendable (FlowRecord, FlowExtension?) -> UInt64?, orFact: FactReader? = nil)
    /// The number of a text of what is known of the flow; 0 is no value.
    case fact(FactReader)
  }

  public typealias FactReader = @Sendable (FlowFacts) -> UInt32

  /// A value of the flow's exporter.
  public enum OriginValue: Sendable {
    case address(@Sendable (FlowOrigin) -> IPAddress)
    case number(Width, @Sendable (FlowOrigin) -> UInt32)
    case text(@Sendable (FlowOrigin) -> String)
  }

  /// A value of the flow's rare fields; without these there is none, which of a number is 0.
  public enum RareValue: Sendable {
    /// `::` is no value.
    case address(@Sendable (FlowExtension) -> IPAddress)
    case number(Width, @Sendable (FlowExtension) -> UInt32)
    /// A counter, as exported; 0 is no value.
    case counter(@Sendable (FlowExtension) -> UInt64)
    case text(@Sendable (FlowExtension) -> String?)
    case json(@Sendable (FlowExtension) -> String?)
  }
}

/// Reads one value of a record, or of many records in one loop.
public struct RecordReader<Value: BitwiseCopyable & Sendable>: Sendable {
  public let value: @Sendable (FlowRecord) -> Value
  private let appendAll: @Sendable ([FlowRecord], inout [Value]) -> Void

  /// Inlined, so that each column has loops of its own without a call for each record.
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

/// An unsigned integer of the widths that columns have.
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

// How the table writes its values.
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

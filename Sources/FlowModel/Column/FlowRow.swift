public import NetworkBytes

/// A flow as seen by its columns: the record with everything that belongs to it.
public struct FlowRow {
  public let record: FlowRecord
  public let origin: FlowOrigin
  public let rare: FlowExtension?
  public let names: NameTable
  public let facts: FlowFacts

  /// - Parameter facts: text numbers of `names.texts`.
  public init(
    _ record: FlowRecord, origin: FlowOrigin, rare: FlowExtension?, names: NameTable = NameTable(),
    facts: FlowFacts = FlowFacts()
  ) {
    self.facts = facts
    self.record = record
    self.origin = origin
    self.rare = rare
    self.names = names
  }

  /// The value of a flow in a column.
  public enum Value: Equatable {
    case none
    case integer(UInt64)
    /// Milliseconds since 1970 UTC.
    case time(Int64)
    case address(IPAddress)
    /// 48 bits.
    case mac(UInt64)
    case text(String)
    /// A JSON object.
    case json(String)
  }

  public func value(_ column: FlowColumn) -> Value { value(of: column.values) }

  /// Returns the value for a source of values. Faster for many rows, because copying a column is expensive.
  package func value(of values: FlowColumn.Values) -> Value {
    switch values {
    case .time(let reader): .time(reader.value(record))
    case .counter(let reader): .integer(reader.value(record))
    case .number(_, let reader): .integer(UInt64(reader.value(record)))
    case .address(let reader, let isNullable): Self.address(reader.value(record), isNullable)
    case .mac(let reader): Self.mac(reader.value(record))
    case .word(let reader, let words): Self.text(words.word(reader.value(record)))
    case .origin(.address(let read)): .address(read(origin))
    case .origin(.number(_, let read)): .integer(UInt64(read(origin)))
    case .origin(.text(let read)): .text(read(origin))
    case .rare(.address(let read)): Self.address(rare.map(read) ?? .unspecified, true)
    case .rare(.number(_, let read)): .integer(UInt64(rare.map(read) ?? 0))
    case .rare(.counter(let read)): Self.counter(rare.map(read) ?? 0)
    case .rare(.text(let read)): Self.text(rare.flatMap(read))
    case .rare(.json(let read)): rare.flatMap(read).map(Value.json) ?? .none
    case .exporterName(let kind, let number, let fact):
      Self.text(name(kind, number(record, rare)) ?? fact.flatMap { names.texts[$0(facts)] })
    case .fact(let read): Self.text(names.texts[read(facts)])
    }
  }

  /// Returns the number in a column; 0 if it is absent or not a number.
  public func number(_ column: FlowColumn) -> UInt64 {
    switch value(column) {
    case .integer(let number): number
    case .time(let milliseconds): UInt64(bitPattern: milliseconds)
    case .none, .address, .mac, .text, .json: 0
    }
  }

  /// Returns the address in a column; `::` if it is absent.
  public func address(_ column: FlowColumn) -> IPAddress {
    if case .address(let address) = value(column) { address } else { .unspecified }
  }

  private func name(_ kind: ExporterNames.Kind, _ number: UInt64?) -> String? {
    guard let number, names.has(kind) else { return nil }
    return names.name(kind, number, of: origin)
  }

  private static func text(_ text: String?) -> Value { text.map(Value.text) ?? .none }
  private static func address(_ address: IPAddress, _ isNullable: Bool) -> Value {
    isNullable && address.isUnspecified ? .none : .address(address)
  }
  private static func counter(_ number: UInt64) -> Value { number == 0 ? .none : .integer(number) }
  private static func mac(_ address: UInt64) -> Value { address == 0 ? .none : .mac(address) }
}

extension [String?] {
  /// Returns the word for a number; nil if there is none.
  package func word(_ number: UInt32) -> String? { Int(number) < count ? self[Int(number)] : nil }
}

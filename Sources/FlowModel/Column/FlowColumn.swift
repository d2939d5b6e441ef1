// FlowModel: flows and their columns.

/// A column of flows: its name, the source of its values, and its uses.
///
/// Each column is one row of the table in `FlowColumn+Table.swift`. Code that stores, merges, filters, groups or prints
/// flows depends on the properties of this row, not on particular columns. A new column therefore consists of its row,
/// its storage in `FlowRecord` or `FlowExtension`, and the information elements that provide it.
public struct FlowColumn: Sendable {
  /// Index in files, from 0. Columns are only ever appended.
  public let number: Int
  /// The name in files, queries and the configuration.
  public let name: String
  public let values: Values
  /// Description, one line of Markdown without a full stop.
  public let meaning: String
  /// The information elements that provide it; empty if it is not a field of a record.
  public let elements: [InformationElementID]
  /// The end of a flow that it describes; nil if it describes the flow.
  public let end: End?
  /// Whether it can be part of the flow key.
  public let keyRole: KeyRole
  /// Its name in the filter language; nil if it is not a plain number or address there.
  public let filterTerm: FilterTerm?
  /// Other names accepted in keys of `top`, such as nfdump's.
  public let aliases: [String]
  /// Names for its numbers.
  public let naming: Naming?
  /// Whether nearly every row has a different value, so that a dictionary would not pay.
  public let isVaried: Bool
  /// The value for files that lack the column.
  public let absentNumber: UInt64
  /// Position among the default columns of a table, from 1; nil if it is not one.
  public let tablePlace: Int?
  /// Width in tables, characters.
  public let tableWidth: Int

  public init(
    _ number: Int, _ name: String, _ values: Values, _ meaning: String, elements: [InformationElementID] = [],
    end: End? = nil,
    key keyRole: KeyRole = .none, filter filterTerm: FilterTerm? = nil, aliases: [String] = [], naming: Naming? = nil,
    isVaried: Bool = false, absent absentNumber: UInt64 = 0, tablePlace: Int? = nil, tableWidth: Int? = nil
  ) {
    self.number = number
    self.name = name
    self.values = values
    self.meaning = meaning
    self.elements = elements
    self.end = end
    self.keyRole = keyRole
    self.filterTerm = filterTerm
    self.aliases = aliases
    self.naming = naming
    self.isVaried = isVaried
    self.absentNumber = absentNumber
    self.tablePlace = tablePlace
    self.tableWidth = max(tableWidth ?? 5, name.utf8.count)
  }

  /// Version of the schema, stored in each file's metadata.
  public static let schemaVersion = 1
}

/// A column is identified by its number.
extension FlowColumn: Hashable {
  public static func == (a: Self, b: Self) -> Bool { a.number == b.number }
  public func hash(into hasher: inout Hasher) { hasher.combine(number) }
}

extension FlowColumn: CustomStringConvertible {
  public var description: String { name }
}

extension FlowColumn {
  /// The type of a column's values.
  public enum Kind: Hashable, Sendable {
    /// Milliseconds since 1970 UTC.
    case time
    /// A 64-bit number that sampling reduces: multiplied by the sampling rate on read.
    case counter
    case number(Width)
    /// Text in files, as formatted by `IPAddress`.
    case address
    /// Text in files, `aa:bb:cc:dd:ee:ff`.
    case mac
    case text
    /// Text that is a JSON object.
    case json
  }

  /// Bits of a number.
  public enum Width: Int, Sendable {
    case bits8 = 8
    case bits16 = 16
    case bits32 = 32
  }

  public var kind: Kind {
    switch values {
    case .time: .time
    case .counter, .rare(.counter): .counter
    case .number(let width, _), .origin(.number(let width, _)), .rare(.number(let width, _)): .number(width)
    case .address, .origin(.address), .rare(.address): .address
    case .mac: .mac
    case .word, .origin(.text), .rare(.text), .exporterName, .fact: .text
    case .rare(.json): .json
    }
  }

  /// Whether a row may lack a value. Numbers that an exporter does not send are 0.
  public var isNullable: Bool {
    switch values {
    case .time, .counter, .number, .origin, .rare(.number): false
    case .address(_, let isNullable): isNullable
    case .mac, .word, .rare(.address), .rare(.counter), .rare(.text), .rare(.json), .exporterName, .fact: true
    }
  }

  /// Whether 0 means absent, so that no comparison matches it.
  public var isZeroAbsent: Bool {
    switch values {
    case .rare(.number), .rare(.counter): true
    case .time, .counter, .number, .address, .mac, .word, .origin, .rare, .exporterName, .fact: false
    }
  }

  /// Whether its texts are names given by exporters or operators, which may contain any characters.
  public var isFreeText: Bool {
    switch values {
    case .exporterName, .fact: true
    case .time, .counter, .number, .address, .mac, .word, .origin, .rare: false
    }
  }

  /// Bits of its numbers, or of the numbers that represent its texts.
  public var numberBits: Int {
    switch kind {
    case .time, .counter: 64
    case .number(let width): width.rawValue
    case .address, .mac, .text, .json: 32
    }
  }

  /// Whether its values are text, whatever they look like.
  public var isText: Bool {
    switch kind {
    case .address, .mac, .text, .json: true
    case .time, .counter, .number: false
    }
  }
}

extension FlowColumn {
  /// An end of a flow, and the property of it that a column describes.
  public struct End: Hashable, Sendable {
    public enum Side: Hashable, Sendable {
      case source, destination
    }

    /// Properties common to both ends. The raw value is the name in keys of `top` for either end.
    public enum Property: String, CaseIterable, Sendable {
      case address = "addr"
      case port
      case autonomousSystem = "as"
      case interface = "if"
      case interfaceName = "if_name"
      case vlan
      case mask
      case mac
      case label
      case country
      case systemName = "as_name"
    }

    public let side: Side
    public let property: Property

    public init(_ side: Side, _ property: Property) {
      self.side = side
      self.property = property
    }
  }

  /// The role of a column in the flow key, under which records are merged.
  public enum KeyRole: Sendable {
    /// Cannot be in a key.
    case none
    /// An address of the record, optionally restricted to a prefix.
    case address(KeyAddress, isStandard: Bool)
    /// A number in the record's key words; the function sets all its bits.
    case bits(isStandard: Bool, @Sendable (inout FlowRecord) -> Void)
    /// Bits that are in the key if another column is.
    case with(name: String, @Sendable (inout FlowRecord) -> Void)
    /// A part of the record's origin.
    case origin(KeyOrigin, isStandard: Bool)
  }

  /// The addresses among a record's key words.
  public enum KeyAddress: Hashable, Sendable {
    case source, destination, nextHop
  }

  /// The parts of an origin.
  public enum KeyOrigin: Hashable, Sendable {
    case exporter, domain, version
  }

  /// Whether the column may be in a key.
  public var isKey: Bool {
    switch keyRole {
    case .none, .with: false
    case .address, .bits, .origin: true
    }
  }

  /// Whether the column is in the default key.
  public var isStandardKey: Bool {
    switch keyRole {
    case .none, .with: false
    case .address(_, let isStandard), .bits(let isStandard, _), .origin(_, let isStandard): isStandard
    }
  }

  /// Whether a key may specify a prefix length for it.
  public var takesKeyPrefix: Bool {
    if case .address = keyRole { true } else { false }
  }

  /// A term of the filter language: a word and the side before it.
  public struct FilterTerm: Hashable, Sendable {
    public enum Side: String, CaseIterable, Sendable {
      case src, dst, `in`, out, next, router
    }

    public let word: String
    /// Nil if the word is used without a side.
    public let side: Side?
    /// Whether it follows `nat`.
    public let isTranslated: Bool
    /// The greatest number to compare with; nil for the greatest that the column holds.
    public let greatest: UInt64?

    public init(_ word: String, _ side: Side? = nil, isTranslated: Bool = false, greatest: UInt64? = nil) {
      self.word = word
      self.side = side
      self.isTranslated = isTranslated
      self.greatest = greatest
    }
  }

  public enum Naming: Sendable {
    /// Names of IP protocols.
    case ipProtocol
    /// Names of well-known ports.
    case service
    /// Names of events and similar values, which tables show after the number.
    case values(ValueNames)

    /// Returns the name, or the number if it has none.
    public func name(_ number: UInt64) -> String {
      switch self {
      case .ipProtocol: IPProtocol.name(UInt8(truncatingIfNeeded: number))
      case .service: ServiceName.name(UInt16(truncatingIfNeeded: number))
      case .values(let names): names.name(number) ?? String(number)
      }
    }

    /// Names of events and similar values.
    public var values: ValueNames? {
      if case .values(let names) = self { names } else { nil }
    }
  }
}

extension [FlowColumn] {
  /// Returns the column with a name; nil if there is none.
  public func named(_ name: String) -> FlowColumn? { first { $0.name == name } }

  /// Returns the same column for the other end of a flow; nil if the column belongs to neither end.
  public func otherEnd(of column: FlowColumn) -> FlowColumn? {
    column.end.flatMap { end in first { $0.end?.property == end.property && $0.end?.side != end.side } }
  }
}

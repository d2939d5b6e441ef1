// FlowModel: what a flow is, and what its columns are.

/// A column of flows: its name, where its values come from, and what can be done with it.
///
/// Every column is one row of the table in `FlowColumn+Table.swift`. Code that stores, merges, filters, groups or prints flows
/// goes by what the row says, not by which column it is. A new column is therefore its row, its storage in `FlowRecord` or
/// `FlowExtension`, and the information elements that fill it.
public struct FlowColumn: Sendable {
  /// Place in files, from 0. Columns are only ever appended.
  public let number: Int
  /// The name in files, in queries and in the configuration.
  public let name: String
  public let values: Values
  /// What the column is, in one line of Markdown without a full stop.
  public let meaning: String
  /// The information elements that fill it; empty for what is no field of a record.
  public let elements: [InformationElementID]
  /// Which end of a flow it describes; nil: it describes the flow.
  public let end: End?
  /// Whether it can tell flows apart when they are merged.
  public let keyRole: KeyRole
  /// How the filter language names it; nil: not as a plain number or address.
  public let filterTerm: FilterTerm?
  /// Other names that a key of `top` may use, such as nfdump's.
  public let aliases: [String]
  /// The names that its numbers can be shown by.
  public let naming: Naming?
  /// Whether nearly every row of a file has another value: a dictionary would not pay.
  public let isVaried: Bool
  /// What a flow has whose file lacks the column.
  public let absentNumber: UInt64
  /// Place among the columns that a table shows by default, from 1; nil: it does not.
  public let tablePlace: Int?
  /// Characters that a table has for it.
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

  /// Version of the schema, kept in each file's metadata.
  public static let schemaVersion = 1
}

/// A column is known by its number.
extension FlowColumn: Hashable {
  public static func == (a: Self, b: Self) -> Bool { a.number == b.number }
  public func hash(into hasher: inout Hasher) { hasher.combine(number) }
}

extension FlowColumn: CustomStringConvertible {
  public var description: String { name }
}

extension FlowColumn {
  /// What the values of a column are.
  public enum Kind: Hashable, Sendable {
    /// Milliseconds since 1970 UTC.
    case time
    /// A number of 64 bits that sampling divides: it is multiplied by the sampling rate when it is read.
    case counter
    case number(Width)
    /// Text in files, as `IPAddress` writes it.
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

  /// Whether a row may have no value. A number that an exporter does not send is 0.
  public var isNullable: Bool {
    switch values {
    case .time, .counter, .number, .origin, .rare(.number): false
    case .address(_, let isNullable): isNullable
    case .mac, .word, .rare(.address), .rare(.counter), .rare(.text), .rare(.json), .exporterName, .fact: true
    }
  }

  /// Whether 0 means that there is nothing, so that no comparison holds for it.
  public var isZeroAbsent: Bool {
    switch values {
    case .rare(.number), .rare(.counter): true
    case .time, .counter, .number, .address, .mac, .word, .origin, .rare, .exporterName, .fact: false
    }
  }

  /// Whether its texts are what exporters or operators call things: any characters at all.
  public var isFreeText: Bool {
    switch values {
    case .exporterName, .fact: true
    case .time, .counter, .number, .address, .mac, .word, .origin, .rare: false
    }
  }

  /// Bits that hold its numbers, or numbers that stand for its texts.
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
  /// An end of a flow, and what of it a column describes.
  public struct End: Hashable, Sendable {
    public enum Side: Hashable, Sendable {
      case source, destination
    }

    /// What both ends have. The raw value is the name that a key of `top` has for either end.
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

  /// How a column takes part in the key under which records are merged into flows.
  public enum KeyRole: Sendable {
    /// It cannot be in a key.
    case none
    /// An address of the record, of which a prefix may count.
    case address(KeyAddress, isStandard: Bool)
    /// A number of the record's key words; the function sets all its bits.
    case bits(isStandard: Bool, @Sendable (inout FlowRecord) -> Void)
    /// Bits that are in the key when another column is.
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

  /// Whether the column is in the standard key.
  public var isStandardKey: Bool {
    switch keyRole {
    case .none, .with: false
    case .address(_, let isStandard), .bits(let isStandard, _), .origin(_, let isStandard): isStandard
    }
  }

  /// Whether a key may have a prefix length for it.
  public var takesKeyPrefix: Bool {
    if case .address = keyRole { true } else { false }
  }

  /// A condition of the filter language: a word, and the side in front of it.
  public struct FilterTerm: Hashable, Sendable {
    public enum Side: String, CaseIterable, Sendable {
      case src, dst, `in`, out, next, router
    }

    public let word: String
    /// Nil: the word stands alone.
    public let side: Side?
    /// Whether it stands behind `nat`.
    public let isTranslated: Bool
    /// The greatest number that may be compared with; nil: what the column's bits hold.
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
    /// Names of events and the like, which tables show behind the number.
    case values(ValueNames)

    /// The name, or the number where it has none.
    public func name(_ number: UInt64) -> String {
      switch self {
      case .ipProtocol: IPProtocol.name(UInt8(truncatingIfNeeded: number))
      case .service: ServiceName.name(UInt16(truncatingIfNeeded: number))
      case .values(let names): names.name(number) ?? String(number)
      }
    }

    /// Names of events and the like.
    public var values: ValueNames? {
      if case .values(let names) = self { names } else { nil }
    }
  }
}

extension [FlowColumn] {
  /// The column of a name; nil if there is none.
  public func named(_ name: String) -> FlowColumn? { first { $0.name == name } }

  /// The same of the other end of a flow; nil if the column is of neither.
  public func otherEnd(of column: FlowColumn) -> FlowColumn? {
    column.end.flatMap { end in first { $0.end?.property == end.property && $0.end?.side != end.side } }
  }
}

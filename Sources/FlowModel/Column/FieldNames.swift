/// What programs beside this one call the columns of flows: which names the rows of an output have.
///
/// Names and the form of times are theirs; other values are as everywhere in this package.
public enum FieldNames: String, CaseIterable, Sendable {
  /// Those of the columns.
  case sagflow
  /// goflow2's `FlowMessage` (pb/flow.proto) and its mapping for translated addresses; the column's own where it has none.
  case goflow2
  /// Elastic Common Schema 8, whose dots are objects in objects; what it has no field for is below `sagflow`, as it wants of others' fields.
  case ecs
  /// The headers of nfdump 1.7's `-o csv`.
  case nfdump
  /// The flow log of Smart Access Gateway in Alibaba Cloud's Log Service, which has 15 fields, of which two are the gateway's own.
  case sls

  /// How times are written.
  public enum TimeForm: Sendable {
    /// `2026-01-01T00:05:00.123Z`
    case iso
    /// `2026-01-01 00:05:00.123`
    case spaced
    /// Nanoseconds since 1970 UTC, a number.
    case nanoseconds
    /// Seconds since 1970 UTC, a number.
    case seconds
  }

  public var timeForm: TimeForm {
    switch self {
    case .sagflow, .ecs: .iso
    case .goflow2: .nanoseconds
    case .nfdump: .spaced
    case .sls: .seconds
    }
  }

  /// Whether dots in names stand for objects in objects.
  public var isNested: Bool { self == .ecs }

  /// A column under a name.
  public struct Field: Hashable, Sendable {
    public let name: String
    public let column: FlowColumn
    /// Whether its texts are in capital letters, as in `NETFLOW_V9`.
    public let isCapital: Bool
  }

  /// The fields of a row, in its order: objects in objects are in one piece.
  public func fields(of columns: [FlowColumn] = FlowColumn.allCases) -> [Field] {
    var fields: [Field] = []
    for column in columns {
      guard let name = name(of: column) else { continue }
      fields.append(Field(name: name, column: column, isCapital: self == .goflow2 && column == .flowType))
      if self == .ecs, column == .timeEnd { fields.append(Field(name: "@timestamp", column: column, isCapital: false)) }
    }
    return isNested ? Self.grouped(fields, depth: 0) : fields
  }

  /// The name of a column; nil: rows leave it out.
  public func name(of column: FlowColumn) -> String? {
    if self == .sagflow { return column.name }
    guard let row = Self.table[column] else { return nil }
    switch self {
    case .sagflow: return column.name
    case .goflow2: return row.goflow2
    case .ecs: return row.ecs
    case .nfdump: return row.nfdump
    case .sls: return row.sls
    }
  }

  /// Puts fields that begin alike next to each other, in the order in which their beginnings come.
  private static func grouped(_ fields: [Field], depth: Int) -> [Field] {
    var order: [Substring] = []
    var groups: [Substring: [Field]] = [:]
    for field in fields {
      let parts = field.name.split(separator: ".")
      let key = depth < parts.count ? parts[depth] : ""
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(field)
    }
    return order.flatMap { key in
      let group = groups[key] ?? []
      return group.count > 1 ? grouped(group, depth: depth + 1) : group
    }
  }
}

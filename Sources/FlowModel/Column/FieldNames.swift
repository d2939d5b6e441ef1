/// Naming schemes for the columns in rows of an output.
///
/// They determine names and the format of times; other values are written as usual.
public enum FieldNames: String, CaseIterable, Sendable {
  /// The column names.
  case sagflow
  /// goflow2's `FlowMessage` (pb/flow.proto) and its mapping for translated addresses; otherwise the column name.
  case goflow2
  /// Elastic Common Schema 8, whose dotted names are nested objects; columns without a field are below `sagflow`, as it
  /// specifies for custom fields.
  case ecs
  /// The headers of nfdump 1.7's `-o csv`.
  case nfdump
  /// The flow log of Smart Access Gateway in Alibaba Cloud's Log Service: 15 fields, of which two are gateway-specific.
  case sls

  /// Format of times.
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

  /// Whether dots in names denote nested objects.
  public var isNested: Bool { self == .ecs }

  /// A column under a name.
  public struct Field: Hashable, Sendable {
    public let name: String
    public let column: FlowColumn
    /// Whether its texts are upper-cased, as in `NETFLOW_V9`.
    public let isCapital: Bool
  }

  /// Returns the fields of a row in order; fields of a nested object are adjacent.
  public func fields(of columns: [FlowColumn] = FlowColumn.allCases) -> [Field] {
    var fields: [Field] = []
    for column in columns {
      guard let name = name(of: column) else { continue }
      fields.append(Field(name: name, column: column, isCapital: self == .goflow2 && column == .flowType))
      if self == .ecs, column == .timeEnd { fields.append(Field(name: "@timestamp", column: column, isCapital: false)) }
    }
    return isNested ? Self.grouped(fields, depth: 0) : fields
  }

  /// Returns the name of a column; nil if rows omit it.
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

  /// Groups fields with the same beginning, keeping the order of first appearance.
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

/// A template or options template of NetFlow v9 or IPFIX, with the plan that turns its records into flow records.
///
/// Immutable, so that sessions and workers share it without locks.
public final class Template: Sendable {
  public enum Kind: Sendable {
    case flow
    case options
  }

  /// 256 and above.
  public let id: UInt16
  /// 9 or 10.
  public let version: UInt16
  public let kind: Kind
  /// All fields in wire order; scope fields of an options template come first.
  public let fields: [FieldSpecifier]
  /// How many of `fields` are scope fields; 0 for a flow template.
  public let scopeCount: Int
  /// Octets of the shortest record: a variable-length field counts one. At least 1.
  public let minimumLength: Int
  /// Whether every record has `minimumLength` octets.
  public let isFixedLength: Bool
  /// How records become flow records; empty for options.
  let plan: FlowPlan

  /// - Returns: nil if no field has a length, since such records would have no end (RFC 7011 §3.4 asks for one field).
  public init?(id: UInt16, version: UInt16, kind: Kind, fields: [FieldSpecifier], scopeCount: Int = 0) {
    minimumLength = fields.reduce(0) { $0 + ($1.isVariable ? 1 : Int($1.length)) }
    guard minimumLength > 0 else { return nil }
    self.id = id
    self.version = version
    self.kind = kind
    self.fields = fields
    self.scopeCount = scopeCount
    isFixedLength = !fields.contains(where: \.isVariable)
    plan = kind == .flow ? FlowPlan(fields: fields) : FlowPlan(fields: [])
  }

  /// Whether `other` lays its records out in the same way.
  func definesSame(as other: Template) -> Bool {
    kind == other.kind && scopeCount == other.scopeCount && fields == other.fields
  }
}

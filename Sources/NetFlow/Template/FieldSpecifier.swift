public import FlowModel

/// What a field holds: an element of IANA's registry (`enterprise` 0), or one of an enterprise (RFC 7011 §3.2).
///
/// NetFlow v9 field types share IANA's numbers and never carry an enterprise.
public struct FieldElement: Hashable, Sendable, BitwiseCopyable, Decodable {
  public var enterprise: UInt32
  public var number: UInt16

  /// An element by the numbers on the wire.
  @inlinable
  public init(_ number: UInt16, enterprise: UInt32 = 0) {
    self.enterprise = enterprise
    self.number = number
  }

  @inlinable
  public init(_ id: InformationElementID) { self.init(id.rawValue) }

  /// The element that says the same of a biflow's reverse direction (RFC 5103 §6.1).
  @inlinable
  public init(reverse id: InformationElementID) { self.init(id.rawValue, enterprise: Self.reverseEnterprise) }

  /// The private enterprise number that marks reverse elements of biflows (RFC 5103 §6.1).
  public static let reverseEnterprise: UInt32 = 29305

  /// The element by IANA's name; nil if it is an enterprise's.
  @inlinable public var iana: InformationElementID? {
    enterprise == 0 ? InformationElementID(rawValue: number) : nil
  }

  @inlinable public var isReverse: Bool { enterprise == Self.reverseEnterprise }

  /// IANA's element of which this is one: itself, or the forward element of a reverse one; nil for other enterprises'.
  @inlinable public var forward: InformationElementID? {
    enterprise == 0 || isReverse ? InformationElementID(rawValue: number) : nil
  }
}

/// One field of a template: which element, how many octets (RFC 7011 §3.2, RFC 3954 §5.2).
public struct FieldSpecifier: Hashable, Sendable, BitwiseCopyable, Decodable {
  public var element: FieldElement
  /// Octets on the wire; `variableLength` when the record itself says.
  public var length: UInt16
  /// A v9 options scope field, whose numbers are a space of their own (RFC 3954 §6.1). IPFIX scope fields are
  /// ordinary elements and not marked.
  public var isV9Scope: Bool

  public init(_ element: FieldElement, length: UInt16, isV9Scope: Bool = false) {
    self.element = element
    self.length = length
    self.isV9Scope = isV9Scope
  }

  /// The length that stands for "the record says" (RFC 7011 §3.2); H3C sends it in v9 too.
  public static let variableLength: UInt16 = 0xffff

  @inlinable public var isVariable: Bool { length == Self.variableLength }

  /// The element by IANA's name; nil for an enterprise's and for a v9 scope field.
  var iana: InformationElementID? { isV9Scope ? nil : element.iana }

  /// Nil if it is none, or one that RFC 3954 does not name.
  var v9Scope: NetFlow9Scope? { isV9Scope ? NetFlow9Scope(rawValue: element.number) : nil }
}

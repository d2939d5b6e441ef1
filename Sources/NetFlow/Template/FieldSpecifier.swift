/// An information element: IANA's (`enterprise` 0) or an enterprise's own (RFC 7011 §3.2).
///
/// NetFlow v9 field types share IANA's numbers and never carry an enterprise.
public struct InformationElementID: Hashable, Sendable, BitwiseCopyable, Codable {
  public var enterprise: UInt32
  public var number: UInt16

  @inlinable
  public init(_ number: UInt16, enterprise: UInt32 = 0) {
    self.enterprise = enterprise
    self.number = number
  }

  /// The private enterprise number that marks reverse elements of biflows (RFC 5103 §6.1).
  public static let reverseEnterprise: UInt32 = 29305
}

/// One field of a template: which element, how many octets (RFC 7011 §3.2, RFC 3954 §5.2).
public struct FieldSpecifier: Hashable, Sendable, BitwiseCopyable, Codable {
  public var element: InformationElementID
  /// Octets on the wire; `variableLength` when the record itself says.
  public var length: UInt16
  /// A v9 options scope field, whose numbers are a space of their own (RFC 3954 §6.1). IPFIX scope fields are
  /// ordinary elements and not marked.
  public var isV9Scope: Bool

  public init(_ element: InformationElementID, length: UInt16, isV9Scope: Bool = false) {
    self.element = element
    self.length = length
    self.isV9Scope = isV9Scope
  }

  /// The length that stands for "the record says" (RFC 7011 §3.2); H3C sends it in v9 too.
  public static let variableLength: UInt16 = 0xffff

  @inlinable public var isVariable: Bool { length == Self.variableLength }
}

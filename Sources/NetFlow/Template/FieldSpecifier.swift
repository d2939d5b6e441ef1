public import FlowModel

/// Information element: one of IANA's registry (`enterprise` 0) or an enterprise-specific one (RFC 7011 §3.2).
///
/// NetFlow v9 field types share IANA's numbers and never have an enterprise.
public struct FieldElement: Hashable, Sendable, BitwiseCopyable, Decodable {
  public var enterprise: UInt32
  public var number: UInt16

  /// Creates an element from its numbers on the wire.
  @inlinable
  public init(_ number: UInt16, enterprise: UInt32 = 0) {
    self.enterprise = enterprise
    self.number = number
  }

  @inlinable
  public init(_ id: InformationElementID) { self.init(id.rawValue) }

  /// Creates the element with the same meaning for a biflow's reverse direction (RFC 5103 §6.1).
  @inlinable
  public init(reverse id: InformationElementID) { self.init(id.rawValue, enterprise: Self.reverseEnterprise) }

  /// Private enterprise number of reverse elements of biflows (RFC 5103 §6.1).
  public static let reverseEnterprise: UInt32 = 29305

  /// IANA's id of the element; nil for enterprise-specific ones.
  @inlinable public var iana: InformationElementID? {
    enterprise == 0 ? InformationElementID(rawValue: number) : nil
  }

  @inlinable public var isReverse: Bool { enterprise == Self.reverseEnterprise }

  /// IANA's id of the element itself or of the forward element of a reverse one; nil for other enterprises.
  @inlinable public var forward: InformationElementID? {
    enterprise == 0 || isReverse ? InformationElementID(rawValue: number) : nil
  }
}

/// One field of a template: which element, how many octets (RFC 7011 §3.2, RFC 3954 §5.2).
///
/// In eight octets, because templates are what most of a decoder's memory holds.
public struct FieldSpecifier: Hashable, Sendable, BitwiseCopyable {
  /// The element's enterprise. Where `number` has its highest bit set, 0 for a plain field of v9, and 1 or 2 for a scope
  /// field: the number of an enterprise's element has 15 bits, so that nothing else looks like one.
  private let enterprise: UInt32
  private let number: UInt16
  /// Octets on the wire; `variableLength` when the record itself says.
  public let length: UInt16

  /// - Parameter isV9Scope: whether it is a scope field of a v9 options template, whose numbers are a space of their own (RFC
  ///   3954 §6.1). IPFIX scope fields are ordinary elements and not marked.
  public init(_ element: FieldElement, length: UInt16, isV9Scope: Bool = false) {
    self.length = length
    if isV9Scope {
      enterprise = element.number & Self.highestBit == 0 ? 1 : 2
      number = element.number | Self.highestBit
    } else {
      enterprise = element.enterprise
      number = enterprise == 0 ? element.number : element.number & ~Self.highestBit
    }
  }

  private static let highestBit: UInt16 = 0x8000

  public var isV9Scope: Bool { enterprise != 0 && number & Self.highestBit != 0 }

  public var element: FieldElement {
    if isV9Scope { return FieldElement(enterprise == 1 ? number & ~Self.highestBit : number) }
    return FieldElement(number, enterprise: enterprise)
  }

  /// Length that indicates variable length (RFC 7011 §3.2); H3C uses it in v9, too.
  public static let variableLength: UInt16 = 0xffff

  @inlinable public var isVariable: Bool { length == Self.variableLength }

  /// IANA's id of the element; nil for enterprise-specific elements and v9 scope fields.
  var iana: InformationElementID? { isV9Scope ? nil : element.iana }

  /// Nil if it is not a scope field, or one not defined by RFC 3954.
  var v9Scope: NetFlow9Scope? { isV9Scope ? NetFlow9Scope(rawValue: element.number) : nil }
}

extension FieldSpecifier: Decodable {
  /// What checkpoints of former versions have.
  private enum CodingKeys: CodingKey {
    case element, length, isV9Scope
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      try container.decode(FieldElement.self, forKey: .element),
      length: try container.decode(UInt16.self, forKey: .length),
      isV9Scope: try container.decode(Bool.self, forKey: .isV9Scope))
  }
}

import FlowModel

/// What a field of a record is called in text: the registry's name, or numbers where there is none.
///
/// Holds the numbers; text is made only when it is written.
public struct FieldName: Hashable, Sendable, BitwiseCopyable {
  public var element: FieldElement
  /// A v9 options scope field, whose numbers are a space of their own (RFC 3954 §6.1).
  public var isV9Scope: Bool

  public init(_ element: FieldElement, isV9Scope: Bool = false) {
    self.element = element
    self.isV9Scope = isV9Scope
  }

  public init(_ field: FieldSpecifier) {
    self.init(field.element, isV9Scope: field.isV9Scope)
  }

  /// The registry's element of this name; nil for elements of enterprises, reverse ones too, for v9 scopes and for
  /// numbers that IANA has not given out.
  public var registered: InformationElement? {
    isV9Scope ? nil : element.iana.flatMap { InformationElement.named($0) }
  }

  /// What the field's octets mean. A reverse element is of its forward element's type (RFC 5103 §6.1); what is not
  /// known is an octetArray.
  public var type: AbstractType {
    if isV9Scope { return .unsigned64 }
    return element.forward.flatMap { InformationElement.named($0) }?.type ?? .octetArray
  }

  /// Whether the field fills up a record and means nothing.
  var isPadding: Bool { !isV9Scope && element.iana == .paddingOctets }
}

extension FieldName: CustomStringConvertible {
  /// `octetDeltaCount`; `scope/N` for a v9 scope; `PEN/NUMBER` for an enterprise's element, `29305/NUMBER` for a
  /// reverse one; `0/NUMBER` for what the registry does not name.
  public var description: String {
    if isV9Scope { return "scope/\(element.number)" }
    return registered?.name ?? "\(element.enterprise)/\(element.number)"
  }
}

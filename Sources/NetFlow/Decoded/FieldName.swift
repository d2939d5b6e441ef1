import FlowModel

/// Name of a record's field in text: the registry's name, or numbers if there is none.
///
/// Stores the numbers; text is created only when written.
public struct FieldName: Hashable, Sendable, BitwiseCopyable {
  public var element: FieldElement
  /// Whether this is a v9 options scope field, which has its own number space (RFC 3954 §6.1).
  public var isV9Scope: Bool

  public init(_ element: FieldElement, isV9Scope: Bool = false) {
    self.element = element
    self.isV9Scope = isV9Scope
  }

  public init(_ field: FieldSpecifier) {
    self.init(field.element, isV9Scope: field.isV9Scope)
  }

  /// Element in the registry; nil for enterprise-specific elements including reverse ones, v9 scopes, and unassigned
  /// numbers.
  public var registered: InformationElement? {
    isV9Scope ? nil : element.iana.flatMap { InformationElement.named($0) }
  }

  /// Abstract type of the value. A reverse element has the type of its forward element (RFC 5103 §6.1); unknown
  /// elements are octetArrays.
  public var type: AbstractType {
    if isV9Scope { return .unsigned64 }
    return element.forward.flatMap { InformationElement.named($0) }?.type ?? .octetArray
  }

  /// Whether the field is padding.
  var isPadding: Bool { !isV9Scope && element.iana == .paddingOctets }
}

extension FieldName: CustomStringConvertible {
  /// `octetDeltaCount`; `scope/N` for a v9 scope; `PEN/NUMBER` for an enterprise-specific element, `29305/NUMBER` for a
  /// reverse one; `0/NUMBER` for an element missing in the registry.
  public var description: String {
    if isV9Scope { return "scope/\(element.number)" }
    return registered?.name ?? "\(element.enterprise)/\(element.number)"
  }
}

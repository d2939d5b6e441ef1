import FlowModel

/// How a field is anonymized.
enum FieldTreatment {
  case ipv4, ipv6, mac, clear

  /// Returns nil if the field is kept.
  init?(of field: FieldSpecifier) {
    if field.isV9Scope {
      // A v9 scope of type System is an address if it has four octets.
      guard field.v9Scope == .system, field.length == 4 else { return nil }
      self = .ipv4
      return
    }
    switch FieldName(field).type {
    case .ipv4Address: self = .ipv4
    case .ipv6Address: self = .ipv6
    case .macAddress: self = .mac
    case .octetArray, .string, .basicList, .subTemplateList, .subTemplateMultiList:
      if let element = field.iana, Self.isKept(element) { return nil }
      self = .clear
    default: return nil
    }
  }

  /// Returns whether strings and octets of an element reveal nothing about users and locations of a network.
  private static func isKept(_ element: InformationElementID) -> Bool {
    switch element {
    case .applicationId, .applicationName, .applicationDescription: true
    case .mplsTopLabelStackSection, .mplsLabelStackSection2, .mplsLabelStackSection3: true
    default: false
    }
  }
}

extension [FieldSpecifier] {
  /// Fields that are not kept, by index.
  var treatments: [(field: Int, treatment: FieldTreatment)] {
    enumerated().compactMap { index, field in FieldTreatment(of: field).map { (index, $0) } }
  }
}

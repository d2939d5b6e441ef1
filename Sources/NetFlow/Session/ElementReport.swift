import FlowModel
import NetworkBytes

/// Description of an information element in an options record (RFC 5610 §3.9).
struct ElementReport {
  private(set) var element = FieldElement(0)
  private(set) var name = ""
  private(set) var type = AbstractType.octetArray

  /// - Returns: Nil if the record does not describe an element or has an unknown type.
  init?(_ fields: [DecodedField]) {
    var number: UInt64?
    for field in fields where !field.name.isV9Scope {
      switch (field.name.element.iana, field.value) {
      case (.privateEnterpriseNumber?, .unsigned(let value)):
        element.enterprise = UInt32(truncatingIfNeeded: value)
      case (.informationElementId?, .unsigned(let value)): number = value
      case (.informationElementDataType?, .unsigned(let value)):
        guard let known = AbstractType(number: value) else { return nil }
        type = known
      case (.informationElementName?, .string(let value)): name = Self.shown(value)
      default: break
      }
    }
    guard let number, !name.isEmpty else { return nil }
    // The enterprise bit may be set (RFC 5610 §3.9) and has no meaning here.
    element.number = UInt16(truncatingIfNeeded: element.enterprise == 0 ? number : number & 0x7fff)
  }

  private static func shown(_ name: String) -> String { ExporterNames.text(Array(name.utf8).rawSpan) }
}

extension Session {
  /// Stores an element's name and type; unsuitable names are ignored.
  ///
  /// - Returns: Whether this is new.
  @discardableResult
  mutating func learn(_ report: ElementReport) -> Bool {
    var names = elements ?? ElementNames()
    if let known = names[report.element], known == .init(name: report.name, type: report.type) { return false }
    // Moved out and changed in place, to avoid a copy of all names for each report.
    elements = nil
    defer { elements = names.isEmpty ? nil : names }
    do { try names.set(report.name, report.type, for: report.element) } catch { return false }
    return true
  }
}

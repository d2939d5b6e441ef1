public import FlowModel

/// Element of IANA's registry "IPFIX Information Elements"; NetFlow v9 field types share its numbers.
public struct InformationElement: Hashable, Sendable {
  /// Semantics of the value (RFC 7012 §3.2, RFC 6313 §4.5).
  public enum Semantics: String, CaseIterable, Sendable {
    case deltaCounter, totalCounter, identifier, flags, list
  }

  /// Unit of the value.
  public enum Units: String, CaseIterable, Sendable {
    case octets, packets, flows, frames, messages
    case seconds, milliseconds, microseconds, nanoseconds
    case bits, hops
    case fourOctetWords = "4-octet words"
  }

  public let id: InformationElementID
  /// Name in the registry, such as `octetDeltaCount`.
  public let name: String
  public let type: AbstractType
  /// Nil for plain quantities and if the registry does not specify it.
  public let semantics: Semantics?
  public let units: Units?
}

extension InformationElement {
  /// Returns the element with this number; nil if IANA has not assigned it. O(1).
  public static func named(_ id: InformationElementID) -> InformationElement? {
    let (elements, number) = (registry.byNumber, Int(id.rawValue))
    return number < elements.count ? elements[number] : nil
  }

  /// Returns the element with this name, case-sensitive. O(1).
  public static func named(_ name: String) -> InformationElement? {
    registry.identifiers[name].flatMap { named($0) }
  }

  /// All elements, ordered by number.
  public static var all: [InformationElement] { registry.byNumber.compactMap(\.self) }

  private static let registry = Registry(parsing: registryText)

  private struct Registry: Sendable {
    /// Indexed by number; nil for unassigned ones.
    var byNumber: [InformationElement?] = []
    var identifiers: [String: InformationElementID] = [:]

    init(parsing text: String) {
      for line in text.split(separator: "\n") {
        guard let element = InformationElement(registryLine: line) else { continue }
        while byNumber.count < Int(element.id.rawValue) { byNumber.append(nil) }
        byNumber.append(element)
        identifiers[element.name] = element.id
      }
    }
  }

  /// Returns nil if the line is malformed; a test verifies that no line is.
  private init?(registryLine line: Substring) {
    let columns = line.split(separator: ",", omittingEmptySubsequences: false)
    guard columns.count == 5, let number = UInt16(columns[0]), let type = AbstractType(rawValue: String(columns[2]))
    else {
      return nil
    }
    self.init(
      id: InformationElementID(rawValue: number), name: String(columns[1]), type: type,
      semantics: Semantics(rawValue: String(columns[3])), units: Units(rawValue: String(columns[4])))
  }
}

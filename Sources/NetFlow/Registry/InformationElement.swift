public import FlowModel

/// An element of IANA's registry "IPFIX Information Elements"; NetFlow v9 field types share its numbers.
public struct InformationElement: Hashable, Sendable {
  /// What the number counts or stands for (RFC 7012 §3.2, RFC 6313 §4.5).
  public enum Semantics: String, CaseIterable, Sendable {
    case deltaCounter, totalCounter, identifier, flags, list
  }

  /// What one unit of the value is.
  public enum Units: String, CaseIterable, Sendable {
    case octets, packets, flows, frames, messages
    case seconds, milliseconds, microseconds, nanoseconds
    case bits, hops
    case fourOctetWords = "4-octet words"
  }

  public let id: InformationElementID
  /// The registry's name, such as `octetDeltaCount`.
  public let name: String
  public let type: AbstractType
  /// Nil for plain quantities, and where the registry is silent.
  public let semantics: Semantics?
  public let units: Units?
}

extension InformationElement {
  /// The element of this number; nil if IANA has not given it out. O(1).
  public static func named(_ id: InformationElementID) -> InformationElement? {
    let (elements, number) = (registry.byNumber, Int(id.rawValue))
    return number < elements.count ? elements[number] : nil
  }

  /// The element of this name, upper and lower case as in the registry. O(1).
  public static func named(_ name: String) -> InformationElement? {
    registry.identifiers[name].flatMap { named($0) }
  }

  /// All elements, by number.
  public static var all: [InformationElement] { registry.byNumber.compactMap(\.self) }

  private static let registry = Registry(parsing: registryText)

  private struct Registry: Sendable {
    /// Indexed by number; nil where IANA has given out none.
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

  /// Nil if the line is not in the registry's form; a test sees to it that all lines are.
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

import FlowModel

/// Names and types of elements missing in IANA's registry, as reported by their exporter (RFC 5610) or from a file of
/// the settings.
public struct ElementNames: Hashable, Sendable, Decodable {
  public struct Entry: Hashable, Sendable, Decodable {
    public var name: String
    public var type: AbstractType
  }

  private var entries: [FieldElement: Entry] = [:]
  /// Ensures that no two elements of a record have the same name.
  private var elements: [String: FieldElement] = [:]

  /// Maximum number of elements, which limits the memory an exporter can claim.
  public static let maximumCount = 4096

  public init() {}

  public var isEmpty: Bool { entries.isEmpty }
  public var count: Int { entries.count }

  public subscript(element: FieldElement) -> Entry? { entries[element] }

  /// All elements, in no particular order.
  var all: some Collection<(key: FieldElement, value: Entry)> { entries }

  /// Reasons for rejecting a name.
  public enum Refusal: Error {
    /// IANA's registry has the element, or it is the reverse of one in the registry.
    case registered
    /// The name is empty, could be mistaken for numbers, or is one of IANA's.
    case badName
    /// Another element has the name.
    case nameInUse
    case tooMany
  }

  /// Sets name and type of an element, replacing an earlier name.
  public mutating func set(_ name: String, _ type: AbstractType, for element: FieldElement) throws(Refusal) {
    if element.isReverse || element.iana.flatMap({ InformationElement.named($0) }) != nil { throw .registered }
    if name.isEmpty || name.contains("/") || InformationElement.named(name) != nil { throw .badName }
    if let other = elements[name], other != element { throw .nameInUse }
    let known = entries[element]
    if known == nil, count >= Self.maximumCount { throw .tooMany }
    if let known { elements[known.name] = nil }
    entries[element] = Entry(name: name, type: type)
    elements[name] = element
  }
}

extension AbstractType: Decodable {
  /// Types by their number on the wire (IANA "IPFIX Information Element Data Types", RFC 5610 §3.1).
  private static let numbered: [AbstractType] = [
    .octetArray, .unsigned8, .unsigned16, .unsigned32, .unsigned64, .signed8, .signed16, .signed32, .signed64,
    .float32, .float64, .boolean, .macAddress, .string, .dateTimeSeconds, .dateTimeMilliseconds,
    .dateTimeMicroseconds, .dateTimeNanoseconds, .ipv4Address, .ipv6Address, .basicList, .subTemplateList,
    .subTemplateMultiList, .unsigned256,
  ]

  /// Number of the type on the wire.
  var number: UInt8 { Self.numbered.firstIndex(of: self).map { UInt8(truncatingIfNeeded: $0) } ?? 0 }

  /// - Returns: Nil if IANA has not assigned the number.
  init?(number: UInt64) {
    guard number < UInt64(Self.numbered.count) else { return nil }
    self = Self.numbered[Int(number)]
  }
}

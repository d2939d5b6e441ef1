import FlowModel

/// What elements that IANA's registry does not have are called and how they are read: as their exporter reports them
/// (RFC 5610), or as a file of the settings says.
public struct ElementNames: Hashable, Sendable, Decodable {
  public struct Entry: Hashable, Sendable, Decodable {
    public var name: String
    public var type: AbstractType
  }

  private var entries: [FieldElement: Entry] = [:]
  /// So that no two elements of a record have one name.
  private var elements: [String: FieldElement] = [:]

  /// Elements that are remembered at most: an exporter must not make us remember without end.
  public static let maximumCount = 4096

  public init() {}

  public var isEmpty: Bool { entries.isEmpty }
  public var count: Int { entries.count }

  public subscript(element: FieldElement) -> Entry? { entries[element] }

  /// All of them, in no order.
  var all: some Collection<(key: FieldElement, value: Entry)> { entries }

  /// Why a name is not taken.
  public enum Refusal: Error {
    /// IANA's registry has the element, or it is the reverse of one that it has.
    case registered
    /// The name is empty, could be taken for numbers, or is one of IANA's.
    case badName
    /// Another element has the name.
    case nameInUse
    case tooMany
  }

  /// Takes what an element is called; the last name holds.
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
  /// Their numbers on the wire (IANA "IPFIX Information Element Data Types", RFC 5610 §3.1).
  private static let numbered: [AbstractType] = [
    .octetArray, .unsigned8, .unsigned16, .unsigned32, .unsigned64, .signed8, .signed16, .signed32, .signed64,
    .float32, .float64, .boolean, .macAddress, .string, .dateTimeSeconds, .dateTimeMilliseconds,
    .dateTimeMicroseconds, .dateTimeNanoseconds, .ipv4Address, .ipv6Address, .basicList, .subTemplateList,
    .subTemplateMultiList, .unsigned256,
  ]

  /// Its number on the wire.
  var number: UInt8 { Self.numbered.firstIndex(of: self).map { UInt8(truncatingIfNeeded: $0) } ?? 0 }

  /// - Returns: nil if IANA has not given out the number.
  init?(number: UInt64) {
    guard number < UInt64(Self.numbered.count) else { return nil }
    self = Self.numbered[Int(number)]
  }
}

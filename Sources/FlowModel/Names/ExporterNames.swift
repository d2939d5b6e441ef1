public import NetworkBytes

/// What an exporter's options data call the things that its records have numbers for (RFC 3954 §6.1, RFC 6759 §6.5).
public struct ExporterNames: Sendable, Equatable {
  public enum Kind: UInt8, CaseIterable, Sendable {
    /// By SNMP index: elements 82 interfaceName, else 83 interfaceDescription.
    case interface
    /// By VRF id: element 236 VRFname.
    case vrf
    /// By `applicationNumber`: elements 96 applicationName, else 94 applicationDescription.
    case application
    /// By samplerId or selectorId: elements 84 samplerName, 335 selectorName.
    case sampler
  }

  struct Key: Hashable {
    var kind: Kind
    var number: UInt64
  }

  private(set) var texts: [Key: String] = [:]

  /// Octets of a name that are kept at most.
  static let maximumLength = 255

  public init() {}

  public var count: Int { texts.count }
  public var isEmpty: Bool { texts.isEmpty }

  public subscript(kind: Kind, number: UInt64) -> String? { texts[Key(kind: kind, number: number)] }

  /// The names of one kind, by number.
  public func all(_ kind: Kind) -> [(number: UInt64, name: String)] {
    texts.filter { $0.key.kind == kind }.map { ($0.key.number, $0.value) }.sorted { $0.number < $1.number }
  }

  /// - Returns: whether that is new.
  @discardableResult
  package mutating func set(_ name: String, _ kind: Kind, _ number: UInt64) -> Bool {
    texts.updateValue(name, forKey: Key(kind: kind, number: number)) != name
  }

  /// The number of an application: classification engine, and the low 56 bits of what is behind it, with the enterprise
  /// number that engine 20 has there: these numbers have 24 bits so far (RFC 6759 §4).
  public static func applicationNumber(engine: UInt8, selector: UInt64) -> UInt64 {
    UInt64(engine) << 56 | selector & 0xff_ffff_ffff_ffff
  }

  /// The number of a record's application; nil: it has none.
  public static func applicationNumber(_ fields: FlowExtension) -> UInt64? {
    if fields.applicationEngine == 0 { return nil }
    return applicationNumber(engine: fields.applicationEngine, selector: fields.applicationSelector)
  }

  /// A name as it was sent: UTF-8, without what is not to be shown, such as the NULs that fill it up.
  package static func text(_ bytes: RawSpan) -> String {
    var octets: [UInt8] = []
    for index in 0..<min(bytes.byteCount, maximumLength) { octets.append(bytes.octet(index)) }
    let scalars = String(decoding: octets, as: UTF8.self).unicodeScalars.filter { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: false
      default: scalar != "\u{fffd}"
      }
    }
    var text = Substring.UnicodeScalarView(String(String.UnicodeScalarView(scalars)).unicodeScalars)
    while text.last?.properties.isWhitespace == true { text.removeLast() }
    while text.first?.properties.isWhitespace == true { text.removeFirst() }
    return String(text)
  }
}

extension ExporterNames: Decodable {
  private struct Entry: Decodable {
    var kind: UInt8
    var number: UInt64
    var name: String
  }

  /// Reads them as checkpoints of former versions have them.
  public init(from decoder: any Decoder) throws {
    for entry in try [Entry](from: decoder) {
      // A kind of a later version is passed over.
      guard let kind = Kind(rawValue: entry.kind) else { continue }
      texts[Key(kind: kind, number: entry.number)] = entry.name
    }
  }
}

extension ExporterNames {
  /// Appends them as a checkpoint keeps them.
  package func append(to octets: inout OctetWriter) {
    octets.append(count: texts.count)
    for (key, name) in texts {
      octets.append(octet: key.kind.rawValue)
      octets.append(key.number)
      octets.append(name)
    }
  }

  /// Reads what `append` wrote; a kind of a later version is passed over.
  package init(_ octets: inout OctetReader) throws(OctetFault) {
    for _ in 0..<(try octets.count(of: 3)) {
      let (kind, number, name) = (Kind(rawValue: try octets.octet()), try octets.word(), try octets.text())
      if let kind { texts[Key(kind: kind, number: number)] = name }
    }
  }
}

/// All names at one moment: those that exporters send, and those of operators and databases.
public struct NameTable: Sendable {
  /// What the numbers in `FlowFacts` stand for: those of all flows so far.
  public var texts = TextTable()
  private var domains: [IPAddress: [(domain: UInt32, names: ExporterNames)]] = [:]
  private var kinds: Set<ExporterNames.Kind> = []

  public init() {}

  public init(_ names: some Sequence<(address: IPAddress, domain: UInt32, names: ExporterNames)>) {
    for (address, domain, names) in names where !names.isEmpty {
      domains[address, default: []].append((domain, names))
      for key in names.texts.keys { kinds.insert(key.kind) }
    }
    for address in domains.keys { domains[address]?.sort { $0.domain < $1.domain } }
  }

  /// Whether any exporter has told such names.
  public func has(_ kind: ExporterNames.Kind) -> Bool { kinds.contains(kind) }

  /// What the exporter calls a number: as said in the origin's domain, or else in another of its domains, since interfaces
  /// and applications are the device's.
  public func name(_ kind: ExporterNames.Kind, _ number: UInt64, of origin: FlowOrigin) -> String? {
    guard let known = domains[origin.exporter] else { return nil }
    if let own = known.first(where: { $0.domain == origin.domain }), let name = own.names[kind, number] { return name }
    return known.lazy.compactMap { $0.names[kind, number] }.first
  }

  /// An exporter's names in one of its domains.
  public subscript(address: IPAddress, domain: UInt32) -> ExporterNames? {
    domains[address]?.first { $0.domain == domain }?.names
  }
}

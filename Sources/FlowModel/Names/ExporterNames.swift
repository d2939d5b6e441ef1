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
  /// How many names there are of each kind, by its number.
  private var counts: [4 of Int] = .init(repeating: 0)

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
    let old = texts.updateValue(name, forKey: Key(kind: kind, number: number))
    if old == nil { counts[Int(kind.rawValue)] += 1 }
    return old != name
  }

  package mutating func remove(_ kind: Kind, _ number: UInt64) {
    if texts.removeValue(forKey: Key(kind: kind, number: number)) != nil { counts[Int(kind.rawValue)] -= 1 }
  }

  /// Whether there is a name of this kind.
  func has(_ kind: Kind) -> Bool { counts[Int(kind.rawValue)] > 0 }

  public static func == (a: Self, b: Self) -> Bool { a.texts == b.texts }

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
    if let text = plainText(bytes) { return text }
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

extension ExporterNames {
  /// The name if it is of printable ASCII, filled up with NULs or blanks, as nearly all are; nil: it takes a closer look.
  private static func plainText(_ bytes: RawSpan) -> String? {
    var range = 0..<min(bytes.byteCount, maximumLength)
    while let last = range.last, bytes.octet(last) == 0 || bytes.octet(last) == 0x20 { range.removeLast() }
    while let first = range.first, bytes.octet(first) == 0x20 { range.removeFirst() }
    for index in range where !(0x20...0x7e).contains(bytes.octet(index)) { return nil }
    return String(decoding: bytes.extracting(range).copied(), as: UTF8.self)
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
      set(entry.name, kind, entry.number)
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
      if let kind { set(name, kind, number) }
    }
  }
}

/// All names at one moment: those that exporters send, and those of operators and databases.
public struct NameTable: Sendable {
  /// What the numbers in `FlowFacts` stand for: those of all flows so far.
  public var texts = TextTable()
  private var domains: [IPAddress: [Domain]] = [:]
  /// Names of sessions that contradict others of their exporter.
  private var ports: [Port: ExporterNames] = [:]
  private var kinds: Set<ExporterNames.Kind> = []

  private struct Domain: Sendable {
    var number: UInt32
    var names: ExporterNames
  }

  private struct Port: Hashable {
    var address: IPAddress
    var domain: UInt32
    var number: UInt16
  }

  public init() {}

  /// - Parameters:
  ///   - names: what the sessions of exporters agree on, by domain.
  ///   - apart: all names of sessions that contradict these.
  public init(
    _ names: some Sequence<(address: IPAddress, domain: UInt32, names: ExporterNames)>,
    apart: [(address: IPAddress, domain: UInt32, port: UInt16, names: ExporterNames)] = []
  ) {
    for (address, domain, names) in names where !names.isEmpty {
      domains[address, default: []].append(Domain(number: domain, names: names))
      for kind in ExporterNames.Kind.allCases where names.has(kind) { kinds.insert(kind) }
    }
    for address in domains.keys { domains[address]?.sort { $0.number < $1.number } }
    for (address, domain, port, names) in apart {
      ports[Port(address: address, domain: domain, number: port)] = names
      for kind in ExporterNames.Kind.allCases where names.has(kind) { kinds.insert(kind) }
    }
  }

  /// Whether any exporter has told such names.
  public func has(_ kind: ExporterNames.Kind) -> Bool { kinds.contains(kind) }

  /// What the exporter calls a number: as the session itself said if it contradicts others, else as said in the origin's
  /// domain, or else in another of its domains, since interfaces and applications are the device's.
  public func name(_ kind: ExporterNames.Kind, _ number: UInt64, of origin: FlowOrigin) -> String? {
    if origin.namesPort != 0 {
      let port = Port(address: origin.exporter, domain: origin.domain, number: origin.namesPort)
      if let name = ports[port]?[kind, number] { return name }
    }
    guard let known = domains[origin.exporter] else { return nil }
    if let own = known.first(where: { $0.number == origin.domain }), let name = own.names[kind, number] { return name }
    return known.lazy.compactMap { $0.names[kind, number] }.first
  }

  /// An exporter's names in one of its domains.
  public subscript(address: IPAddress, domain: UInt32) -> ExporterNames? {
    domains[address]?.first { $0.number == domain }?.names
  }
}

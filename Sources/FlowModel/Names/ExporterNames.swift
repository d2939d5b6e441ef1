public import NetworkBytes

/// Names from an exporter's options data for numbers in its records (RFC 3954 §6.1, RFC 6759 §6.5).
public struct ExporterNames: Sendable, Equatable {
  public enum Kind: UInt8, CaseIterable, Sendable {
    /// By SNMP index: element 82 interfaceName, otherwise 83 interfaceDescription.
    case interface
    /// By VRF id: element 236 VRFname.
    case vrf
    /// By `applicationNumber`: element 96 applicationName, otherwise 94 applicationDescription.
    case application
    /// By samplerId or selectorId: elements 84 samplerName, 335 selectorName.
    case sampler
  }

  struct Key: Hashable {
    var kind: Kind
    var number: UInt64
  }

  private(set) var texts: [Key: String] = [:]
  /// Number of names of each kind.
  private var counts: [4 of Int] = .init(repeating: 0)

  /// Maximum octets of a name.
  static let maximumLength = 255

  public init() {}

  public var count: Int { texts.count }
  public var isEmpty: Bool { texts.isEmpty }

  public subscript(kind: Kind, number: UInt64) -> String? { texts[Key(kind: kind, number: number)] }

  /// Returns the names of one kind by number.
  public func all(_ kind: Kind) -> [(number: UInt64, name: String)] {
    texts.filter { $0.key.kind == kind }.map { ($0.key.number, $0.value) }.sorted { $0.number < $1.number }
  }

  /// - Returns: whether the name is new.
  @discardableResult
  package mutating func set(_ name: String, _ kind: Kind, _ number: UInt64) -> Bool {
    let old = texts.updateValue(name, forKey: Key(kind: kind, number: number))
    if old == nil { counts[Int(kind.rawValue)] += 1 }
    return old != name
  }

  package mutating func remove(_ kind: Kind, _ number: UInt64) {
    if texts.removeValue(forKey: Key(kind: kind, number: number)) != nil { counts[Int(kind.rawValue)] -= 1 }
  }

  /// Returns whether there is a name of this kind.
  func has(_ kind: Kind) -> Bool { counts[Int(kind.rawValue)] > 0 }

  public static func == (a: Self, b: Self) -> Bool { a.texts == b.texts }

  /// Returns the number of an application: the classification engine and the low 56 bits of the selector, including the
  /// enterprise number of engine 20; these numbers have 24 bits so far (RFC 6759 §4).
  public static func applicationNumber(engine: UInt8, selector: UInt64) -> UInt64 {
    UInt64(engine) << 56 | selector & 0xff_ffff_ffff_ffff
  }

  /// Returns the number of a record's application; nil if it has none.
  public static func applicationNumber(_ fields: FlowExtension) -> UInt64? {
    if fields.applicationEngine == 0 { return nil }
    return applicationNumber(engine: fields.applicationEngine, selector: fields.applicationSelector)
  }

  /// Decodes a name as sent: UTF-8, without unprintable characters such as padding NULs.
  package static func text(_ bytes: RawSpan) -> String {
    if let text = plainText(bytes) { return text }
    let sent = String(decoding: bytes.extracting(first: min(bytes.byteCount, maximumLength)).copied(), as: UTF8.self)
    var text = String.UnicodeScalarView()
    // Without blanks at either end.
    var blanks = String.UnicodeScalarView()
    for scalar in sent.unicodeScalars where isPrintable(scalar) {
      if scalar.isASCII ? scalar == " " : scalar.properties.isWhitespace {
        if !text.isEmpty { blanks.append(scalar) }
      } else {
        if !blanks.isEmpty {
          text.append(contentsOf: blanks)
          blanks = String.UnicodeScalarView()
        }
        text.append(scalar)
      }
    }
    return String(text)
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return (0x20...0x7e).contains(scalar.value) }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: return false
    default: return scalar != "\u{fffd}"
    }
  }
}

extension ExporterNames {
  /// Fast path for printable ASCII padded with NULs or blanks, as nearly all names are; nil for other text.
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

  /// Decodes the form used in checkpoints of earlier versions.
  public init(from decoder: any Decoder) throws {
    for entry in try [Entry](from: decoder) {
      // Skips kinds of later versions.
      guard let kind = Kind(rawValue: entry.kind) else { continue }
      set(entry.name, kind, entry.number)
    }
  }
}

extension ExporterNames {
  /// Appends the form used in checkpoints.
  package func append(to octets: inout OctetWriter) {
    octets.append(count: texts.count)
    for (key, name) in texts {
      octets.append(octet: key.kind.rawValue)
      octets.append(key.number)
      octets.append(name)
    }
  }

  /// Reads what `append` wrote, skipping kinds of later versions.
  package init(_ octets: inout OctetReader) throws(OctetFault) {
    for _ in 0..<(try octets.count(of: 3)) {
      let (kind, number, name) = (Kind(rawValue: try octets.octet()), try octets.word(), try octets.text())
      if let kind { set(name, kind, number) }
    }
  }
}

/// A snapshot of all names: from exporters, operators and databases.
public struct NameTable: Sendable {
  /// The texts that numbers in `FlowFacts` refer to, for all flows so far.
  public var texts = TextTable()
  private var domains: [IPAddress: [Domain]] = [:]
  /// Names of sessions that contradict other sessions of their exporter.
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
  ///   - names: names common to the sessions of each exporter, by domain.
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

  /// Returns whether any exporter has sent names of this kind.
  public func has(_ kind: ExporterNames.Kind) -> Bool { kinds.contains(kind) }

  /// Returns the exporter's name for a number: from the session itself if it contradicts others, otherwise from the
  /// origin's domain, otherwise from another domain of the exporter, because interfaces and applications belong to the
  /// device.
  public func name(_ kind: ExporterNames.Kind, _ number: UInt64, of origin: FlowOrigin) -> String? {
    if origin.namesPort != 0 {
      let port = Port(address: origin.exporter, domain: origin.domain, number: origin.namesPort)
      if let name = ports[port]?[kind, number] { return name }
    }
    guard let known = domains[origin.exporter] else { return nil }
    if let own = known.first(where: { $0.number == origin.domain }), let name = own.names[kind, number] { return name }
    return known.lazy.compactMap { $0.names[kind, number] }.first
  }

  /// Returns an exporter's names in one of its domains.
  public subscript(address: IPAddress, domain: UInt32) -> ExporterNames? {
    domains[address]?.first { $0.number == domain }?.names
  }
}

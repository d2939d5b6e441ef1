package import FlowModel
public import NetworkBytes

/// What is known of an exporter's interface.
public struct InterfaceLabel: Sendable, Equatable {
  public enum Boundary: String, Sendable, CaseIterable {
    /// Towards networks of this organization.
    case `internal`
    /// Towards those of others.
    case external
  }

  /// The number of its name; 0: it has none.
  public var name: UInt32
  /// Bits a second; nil: not known.
  public var speed: UInt64?
  public var boundary: Boundary?
}

/// Interfaces by exporter and SNMP index.
public struct InterfaceLabels: Sendable {
  private struct Key: Hashable {
    var exporter: IPAddress
    var index: UInt32
  }

  private var interfaces: [Key: InterfaceLabel] = [:]
  public let unusedColumns: [String]

  static let layout = LabelLayout(
    required: ["exporter", "interface"], anyOf: ["name", "speed", "boundary"], optional: ["description"])

  package init(
    contentsOf path: String, texts: inout TextCollector, limits: LabelLimits = LabelLimits()
  ) throws(LabelError) {
    var file = try LabelFile.open(path, Self.layout, limits)
    var found: [Key: (label: InterfaceLabel, line: Int)] = [:]
    try file.forEachRow { row throws(FieldFault) in
      let key = Key(exporter: try row.address("exporter"), index: try row.number("interface", "SNMP index"))
      let label = InterfaceLabel(
        name: try texts.add(try row.octets("name")), speed: try Self.speed(try row.text("speed")),
        boundary: try Self.boundary(try row.text("boundary")))
      if let known = found[key], known.label != label {
        throw FieldFault(
          "interface \(key.index) of \(key.exporter) is another in line \(known.line); remove one of them")
      }
      found[key] = (label, row.number)
    }
    try file.throwProblems()
    interfaces = found.mapValues(\.label)
    unusedColumns = file.unusedColumns
  }

  public var count: Int { interfaces.count }

  public subscript(exporter: IPAddress, index: UInt32) -> InterfaceLabel? {
    interfaces[Key(exporter: exporter, index: index)]
  }

  /// Bits a second: a number with an optional k, m, g or t, powers of 1000.
  private static func speed(_ text: String) throws(FieldFault) -> UInt64? {
    if text.isEmpty { return nil }
    let factors: [Character: UInt64] = ["k": 1000, "m": 1_000_000, "g": 1_000_000_000, "t": 1_000_000_000_000]
    let factor = text.last.flatMap { factors[Character($0.lowercased())] }
    let digits = factor == nil ? Substring(text) : text.dropLast()
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt64(digits), number > 0,
      case (let speed, false) = number.multipliedReportingOverflow(by: factor ?? 1)
    else { throw FieldFault("'\(text)' is no speed; write bits a second, as in 100m or 10g") }
    return speed
  }

  private static func boundary(_ text: String) throws(FieldFault) -> InterfaceLabel.Boundary? {
    if text.isEmpty { return nil }
    guard let boundary = InterfaceLabel.Boundary(rawValue: text.lowercased()) else {
      throw FieldFault("'\(text)' is no boundary; write internal or external")
    }
    return boundary
  }
}

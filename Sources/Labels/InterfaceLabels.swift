package import FlowModel
import LookupTables
public import NetworkBytes

/// The label of an exporter's interface.
public struct InterfaceLabel: Sendable, Equatable {
  public enum Boundary: String, Sendable, CaseIterable {
    /// Faces networks of this organization.
    case `internal`
    /// Faces networks of others.
    case external
  }

  /// Number of the name; 0 for none.
  public var name: UInt32
  /// Bits per second; nil if unknown.
  public var speed: UInt64?
  public var boundary: Boundary?
}

/// Interfaces by exporter and SNMP index.
public struct InterfaceLabels: Sendable {
  private struct Key: Hashable {
    var exporter: IPAddress
    var index: UInt32
  }

  private let interfaces: [Key: InterfaceLabel]
  /// Exporter numbers from 1, and names of interfaces by exporter number and index.
  private let exporters: [IPAddress: UInt32]
  private let names: NumberTable
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
          "interface \(key.index) of \(key.exporter) is also in line \(known.line), with other values; remove one of them"
        )
      }
      found[key] = (label, row.number)
    }
    try file.throwProblems()
    interfaces = found.mapValues(\.label)
    var numbers: [IPAddress: UInt32] = [:]
    for key in interfaces.keys where numbers[key.exporter] == nil { numbers[key.exporter] = UInt32(numbers.count + 1) }
    exporters = numbers
    let named = interfaces.filter { $0.value.name > 0 }
    names = NumberTable(
      Dictionary(
        named.map { (Self.number(numbers[$0.key.exporter] ?? 0, $0.key.index), $0.value.name) },
        uniquingKeysWith: { first, _ in first }))
    unusedColumns = file.unusedColumns
  }

  public var count: Int { interfaces.count }

  /// Octets of memory, without texts.
  package var memory: Int {
    interfaces.capacity * MemoryLayout<(Key, InterfaceLabel)>.stride
      + exporters.capacity * MemoryLayout<(IPAddress, UInt32)>.stride + names.memory
  }

  public subscript(exporter: IPAddress, index: UInt32) -> InterfaceLabel? {
    interfaces[Key(exporter: exporter, index: index)]
  }

  private static func number(_ exporter: UInt32, _ index: UInt32) -> UInt64 { UInt64(exporter) << 32 | UInt64(index) }

  /// Returns the number of an exporter in this table; 0 if it is not in it.
  package func number(of exporter: IPAddress) -> UInt32 { exporters[exporter] ?? 0 }

  /// Returns the number of an interface's name; 0 if it has none.
  ///
  /// - Parameter exporter: number of the exporter.
  package func name(exporter: UInt32, index: UInt32) -> UInt32 { names[Self.number(exporter, index)] }

  /// Parses bits per second: a number with an optional k, m, g or t, powers of 1000.
  private static func speed(_ text: String) throws(FieldFault) -> UInt64? {
    if text.isEmpty { return nil }
    let factors: [Character: UInt64] = ["k": 1000, "m": 1_000_000, "g": 1_000_000_000, "t": 1_000_000_000_000]
    let factor = text.last.flatMap { factors[Character($0.lowercased())] }
    let digits = factor == nil ? Substring(text) : text.dropLast()
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt64(digits), number > 0,
      case (let speed, false) = number.multipliedReportingOverflow(by: factor ?? 1)
    else { throw FieldFault("'\(text)' is not a speed; expected bits per second, such as 100m or 10g") }
    return speed
  }

  private static func boundary(_ text: String) throws(FieldFault) -> InterfaceLabel.Boundary? {
    if text.isEmpty { return nil }
    guard let boundary = InterfaceLabel.Boundary(rawValue: text.lowercased()) else {
      throw FieldFault("'\(text)' is not a boundary; expected internal or external")
    }
    return boundary
  }
}

package import FlowModel
public import NetworkBytes

/// Names of exporters, by address.
public struct ExporterLabels: Sendable {
  private var names: [IPAddress: UInt32] = [:]
  /// Rows without an address: devices that do not export yet.
  public private(set) var withoutAddress = 0
  public let unusedColumns: [String]

  public static let columns = ["exporter", "name", "site", "role", "customer", "id", "description"]
  static let layout = LabelLayout(required: Array(columns[..<2]), optional: Array(columns[2...]))

  package init(
    contentsOf path: String, texts: inout TextCollector, limits: LabelLimits = LabelLimits()
  ) throws(LabelError) {
    var file = try LabelFile.open(path, Self.layout, limits)
    var found: [IPAddress: (name: UInt32, line: Int)] = [:]
    var without = 0
    try file.forEachRow { row throws(FieldFault) in
      if try row.octets("exporter").isEmpty {
        without += 1
        return
      }
      let address = try row.address("exporter")
      let name = try row.octets("name")
      if name.isEmpty { throw FieldFault("no name for \(address)") }
      let number = try texts.add(name)
      if let known = found[address], known.name != number {
        throw FieldFault("\(address) has another name in line \(known.line); remove one of them")
      }
      found[address] = (number, row.number)
    }
    try file.throwProblems()
    names = found.mapValues(\.name)
    withoutAddress = without
    unusedColumns = file.unusedColumns
  }

  public var count: Int { names.count }

  /// Octets of memory, without texts.
  package var memory: Int { names.capacity * MemoryLayout<(IPAddress, UInt32)>.stride }

  /// Returns the number of an exporter's name; 0 if it has none.
  public subscript(exporter: IPAddress) -> UInt32 { names[exporter] ?? 0 }
}

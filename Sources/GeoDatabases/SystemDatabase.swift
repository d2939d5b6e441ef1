package import FlowModel
package import LookupTables
public import NetworkBytes

/// Maps addresses to autonomous systems, and these to names.
public struct SystemDatabase: Sendable {
  /// An autonomous system, and the text number of its name; 0 for none.
  public struct System: Sendable, Hashable {
    public var number: UInt32 = 0
    public var name: UInt32 = 0

    public init() {}
  }

  package let table: PrefixTable
  /// Autonomous systems by table value.
  package let systems: [System]
  private let names: NumberTable
  public let description: DatabaseDescription

  package init(contentsOf path: String, texts: inout TextCollector) throws(GeoError) {
    let file = try DatabaseFile.open(path)
    var builder = PrefixTableBuilder()
    var numbers: [System: UInt32] = [:]
    var systems = [System()]
    var names: [UInt64: UInt32] = [:]
    // Networks of a system share its data.
    var known: [UInt32: UInt32] = [:]
    try DatabaseNetworks.forEach(in: file) { address, length, offset throws(GeoError) in
      if let value = known[offset] {
        builder.add(address, length: length, value: value)
        return
      }
      let system = try Self.system(offset, file, &texts)
      var value: UInt32 = 0
      if system.number > 0 {
        value = numbers[system] ?? UInt32(systems.count)
        if Int(value) == systems.count { systems.append(system) }
        numbers[system] = value
        if system.name > 0, names[UInt64(system.number)] == nil { names[UInt64(system.number)] = system.name }
      }
      known[offset] = value
      builder.add(address, length: length, value: value)
    }
    if systems.count == 1 { throw GeoError(path, .otherContent(type: file.type, wanted: "AS numbers")) }
    description = DatabaseDescription(file, networks: builder.count)
    self.systems = systems
    self.names = NumberTable(names)
    table = builder.table()
  }

  /// Returns the system of an address; number 0 if unknown.
  public subscript(address: IPAddress) -> System { systems[Int(table[address])] }

  /// Octets of memory, without texts.
  package var memory: Int { table.memory + systems.capacity * MemoryLayout<System>.stride + names.memory }

  /// Returns the text number of a system's name; 0 if it has none.
  public func name(of system: UInt32) -> UInt32 { names[UInt64(system)] }

  /// Reads the system under the keys of MaxMind and DB-IP, or of IPinfo.
  private static func system(
    _ offset: UInt32, _ file: borrowing DatabaseFile, _ texts: inout TextCollector
  ) throws(GeoError) -> System {
    var system = System()
    switch try file.value(offset, [DatabaseKey("autonomous_system_number"), DatabaseKey("asn")]) {
    case .number(let number): system.number = UInt32(exactly: number) ?? 0
    case .text(let text):
      let digits = text.starts(with: Array("AS".utf8)) ? text.dropFirst(2) : text[...]
      system.number = UInt32(String(decoding: digits, as: UTF8.self)) ?? 0
    case nil: break
    }
    let nameKeys = [DatabaseKey("autonomous_system_organization"), DatabaseKey("as_name")]
    if case .text(let name) = try file.value(offset, nameKeys) {
      system.name = try texts.add(name, of: file.path)
    }
    return system
  }
}

extension TextCollector {
  /// Returns the number of a text, with unprintable characters removed.
  mutating func add(_ text: [UInt8], of path: String) throws(GeoError) -> UInt32 {
    let shown = ExporterNames.text(text.rawSpan)
    do throws(Full) { return try number(of: shown) } catch { throw GeoError(path, .full) }
  }
}

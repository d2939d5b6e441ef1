import GeoDatabases
import Labels
import LookupTables
import NetworkBytes

/// Facts about addresses by prefix: labels, countries and autonomous systems.
///
/// If more than one source is configured, their tables are joined, so that an address is searched once. The joined
/// table is kept as long as its parts are.
struct HostTables: Sendable {
  private let prefixes: PrefixLabels?
  private let countries: CountryDatabase?
  private let systems: SystemDatabase?
  private let joined: JoinedTable?

  init(_ prefixes: PrefixLabels? = nil, _ countries: CountryDatabase? = nil, _ systems: SystemDatabase? = nil) {
    (self.prefixes, self.countries, self.systems) = (prefixes, countries, systems)
    let tables = [prefixes?.table, countries?.table, systems?.table]
    let none = PrefixTable()
    joined =
      tables.count { $0 != nil } < 2
      ? nil : JoinedTable(tables[0] ?? none, tables[1] ?? none, tables[2] ?? none)
  }

  /// Returns the facts about each address.
  func facts(of addresses: Span<IPAddress>) -> [HostFacts] {
    let systemValues = systems?.systems ?? [SystemDatabase.System()]
    if let joined {
      return joined.values(of: addresses).map {
        HostFacts(label: $0.first, country: $0.second, system: systemValues[Int($0.third)])
      }
    }
    if let prefixes { return prefixes.table.values(of: addresses).map { HostFacts(label: $0) } }
    if let countries { return countries.table.values(of: addresses).map { HostFacts(country: $0) } }
    if let systems { return systems.table.values(of: addresses).map { HostFacts(system: systemValues[Int($0)]) } }
    return Array(repeating: HostFacts(), count: addresses.count)
  }

  /// Octets of memory of the joined table.
  var joinedMemory: Int { joined?.memory ?? 0 }
}

// Enrichment: what operators and databases know of flows, put to each as it leaves the cache.
//
//     Knowledge.swift          all that is known at one moment
//     KnowledgeSource.swift    the present knowledge, for all pipelines
//     KnowledgeFiles.swift     the files that it comes from, read again when they change
//     KnowledgeReport.swift    how they are
//     Enricher.swift           knowledge to facts of flows
//     HostTables.swift         what is known of addresses by their networks
//     KnownHosts.swift         what is known of the addresses that were met last

public import FlowModel
public import GeoDatabases
public import Labels
import LookupTables
public import NetworkBytes

/// All that is known at one moment. It never changes: what is learned makes another.
public final class Knowledge: Sendable {
  /// What the numbers in everything below stand for.
  public let texts: TextTable
  public let prefixes: PrefixLabels?
  public let exporters: ExporterLabels?
  public let interfaces: InterfaceLabels?
  public let systems: SystemLabels?
  public let systemDatabase: SystemDatabase?
  public let countryDatabase: CountryDatabase?
  /// Prefixes and databases, for lookups.
  let hosts: HostTables

  public convenience init() { self.init(texts: TextTable(), hosts: HostTables()) }

  init(
    texts: TextTable, prefixes: PrefixLabels? = nil, exporters: ExporterLabels? = nil,
    interfaces: InterfaceLabels? = nil, systems: SystemLabels? = nil, systemDatabase: SystemDatabase? = nil,
    countryDatabase: CountryDatabase? = nil, hosts: HostTables
  ) {
    self.hosts = hosts
    self.texts = texts
    self.prefixes = prefixes
    self.exporters = exporters
    self.interfaces = interfaces
    self.systems = systems
    self.systemDatabase = systemDatabase
    self.countryDatabase = countryDatabase
  }

  /// Whether nothing is known, so that flows need not be looked at.
  public var isEmpty: Bool {
    prefixes == nil && exporters == nil && interfaces == nil && systems == nil && systemDatabase == nil
      && countryDatabase == nil
  }

  /// Octets of memory of the prefixes' labels and of all texts.
  public var labelMemory: Int { texts.memory + (prefixes?.table.memory ?? 0) }
  /// Octets of memory of the table of prefixes and databases together; 0: there is none.
  public var joinedMemory: Int { hosts.joinedMemory }

  /// The country of an address: two letters.
  public func country(of address: IPAddress) -> String? { countryDatabase.flatMap { texts[$0[address]] } }

  /// The number of the autonomous system that the database has for an address.
  public func system(of address: IPAddress) -> UInt32? {
    guard let system = systemDatabase?[address], system.number > 0 else { return nil }
    return system.number
  }

  /// The number of the name of an autonomous system: the operator's, or else the database's.
  public func name(ofSystem system: UInt32) -> UInt32 {
    if let name = systems?[system], name > 0 { return name }
    return systemDatabase?.name(of: system) ?? 0
  }
}

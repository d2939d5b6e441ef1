// Enrichment: adds information from operators' files and databases to each flow as it leaves the cache.
//
//     Knowledge.swift          an immutable snapshot of all information
//     KnowledgeSource.swift    the current snapshot, shared by all pipelines
//     KnowledgeFiles.swift     the files, read again when they change
//     KnowledgeReport.swift    the state of the files
//     Enricher.swift           adds facts to flows
//     HostTables.swift         facts about addresses by prefix
//     KnownHosts.swift         cache of facts about recent addresses

public import FlowModel
public import GeoDatabases
public import Labels
import LookupTables
public import NetworkBytes

/// An immutable snapshot of everything read from files.
public final class Knowledge: Sendable {
  /// The texts that all numbers below refer to.
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

  /// Whether there is nothing to add, so that flows need not be processed.
  public var isEmpty: Bool {
    prefixes == nil && exporters == nil && interfaces == nil && systems == nil && systemDatabase == nil
      && countryDatabase == nil
  }

  /// Octets of memory of the prefix labels and all texts.
  public var labelMemory: Int { texts.memory + (prefixes?.table.memory ?? 0) }
  /// Octets of memory of the joined table of prefixes and databases; 0 if there is none.
  public var joinedMemory: Int { hosts.joinedMemory }

  /// Returns the country of an address: two letters.
  public func country(of address: IPAddress) -> String? { countryDatabase.flatMap { texts[$0[address]] } }

  /// Returns the AS number of an address according to the database.
  public func system(of address: IPAddress) -> UInt32? {
    guard let system = systemDatabase?[address], system.number > 0 else { return nil }
    return system.number
  }

  /// Returns the text number of an AS name: the operator's, or else the database's.
  public func name(ofSystem system: UInt32) -> UInt32 {
    if let name = systems?[system], name > 0 { return name }
    return systemDatabase?.name(of: system) ?? 0
  }
}

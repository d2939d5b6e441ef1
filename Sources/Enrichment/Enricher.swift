public import FlowModel
import GeoDatabases
import Labels
import LookupTables
import NetworkBytes

/// Puts what is known to flows that leave a cache. It belongs to a pipeline's thread.
///
/// Most addresses of a batch were met shortly before: what is known of them is remembered, each where its hash leads to.
public struct Enricher: Sendable {
  private let source: KnowledgeSource?
  private var knowledge = Knowledge()
  private var hosts: [Host] = []
  /// What is known of exporters, by the numbers of their origins.
  private var exporters: [Exporter?] = []

  /// What is known of an exporter: its name, and the number by which its interfaces are found.
  private struct Exporter: Sendable {
    var name: UInt32
    var number: UInt32
  }

  /// What is known of an address.
  private struct Host: Sendable {
    var address = IPAddress.unspecified
    var label: UInt32 = 0
    var country: UInt32 = 0
    var system = SystemDatabase.System()
  }

  private static var hostCount: Int { 1 << 14 }
  /// Flows whose addresses are looked up together.
  private static var chunk: Int { 256 }

  /// - Parameter source: nil: nothing is known, ever.
  public init(_ source: KnowledgeSource?) { self.source = source }

  /// What the numbers in flows' facts stand for: those of all flows so far.
  public var texts: TextTable { knowledge.texts }

  /// Gives facts to the flows of a batch that have none yet. Where nothing is known there are none, and it costs nothing.
  ///
  /// - Parameter origins: what the records' origin numbers stand for.
  public mutating func enrich(_ batch: inout FlowBatch, origins: [FlowOrigin]) {
    guard let source, batch.facts.count < batch.count else { return }
    refresh(from: source)
    if knowledge.isEmpty, batch.facts.isEmpty { return }
    let first = batch.facts.count
    batch.facts.reserveCapacity(batch.count)
    for begin in stride(from: first, to: batch.count, by: Self.chunk) {
      let chunk = begin..<min(begin + Self.chunk, batch.count)
      learn(batch.records, chunk)
      for index in chunk {
        let facts = facts(&batch.records[index], origins)
        batch.facts.append(facts)
      }
    }
  }

  private mutating func refresh(from source: KnowledgeSource) {
    let present = source.knowledge
    if present === knowledge { return }
    knowledge = present
    hosts = Array(repeating: Host(), count: Self.hostCount)
    exporters = []
    // `::` may have a label too, and stands in all places.
    let unspecified = known(of: .unspecified)
    for place in hosts.indices { hosts[place] = unspecified }
  }

  private mutating func facts(_ record: inout FlowRecord, _ origins: [FlowOrigin]) -> FlowFacts {
    var facts = FlowFacts()
    let source = host(record.source)
    let destination = host(record.destination)
    facts.sourceLabel = source.label
    facts.destinationLabel = destination.label
    facts.sourceCountry = source.country
    facts.destinationCountry = destination.country
    if record.sourceAS == 0 { record.sourceAS = source.system.number }
    if record.destinationAS == 0 { record.destinationAS = destination.system.number }
    facts.sourceASName = name(of: record.sourceAS, source.system)
    facts.destinationASName = name(of: record.destinationAS, destination.system)
    setNames(record, origins, &facts)
    return facts
  }

  /// The name of a system: the operator's first.
  @inline(__always)
  private func name(of system: UInt32, _ known: SystemDatabase.System) -> UInt32 {
    if system == 0 { return 0 }
    if knowledge.systems == nil, known.number == system { return known.name }
    return knowledge.name(ofSystem: system)
  }

  /// Looks up the addresses of some records that are not remembered.
  private mutating func learn(_ records: [FlowRecord], _ range: Range<Int>) {
    var missing: [IPAddress] = []
    for index in range {
      let (source, destination) = (records[index].source, records[index].destination)
      if hosts[place(of: source)].address != source { missing.append(source) }
      if hosts[place(of: destination)].address != destination { missing.append(destination) }
    }
    if missing.isEmpty { return }
    var found = missing.map { Host(address: $0) }
    if let labels = knowledge.prefixes {
      for (index, label) in labels.table.values(of: missing).enumerated() { found[index].label = label }
    }
    if let countries = knowledge.countryDatabase {
      for (index, country) in countries.countries(of: missing).enumerated() { found[index].country = country }
    }
    if let systems = knowledge.systemDatabase {
      for (index, system) in systems.systems(of: missing).enumerated() { found[index].system = system }
    }
    for host in found { hosts[place(of: host.address)] = host }
  }

  /// Where an address is remembered.
  @inline(__always)
  private func place(of address: IPAddress) -> Int {
    let mixed = (address.high ^ address.low &* 0x9e37_79b9_7f4a_7c15) &* 0xff51_afd7_ed55_8ccd
    return Int(truncatingIfNeeded: mixed >> 50)
  }

  @inline(__always)
  private mutating func host(_ address: IPAddress) -> Host {
    let place = place(of: address)
    let host = hosts[place]
    if host.address == address { return host }
    let found = known(of: address)
    hosts[place] = found
    return found
  }

  private func known(of address: IPAddress) -> Host {
    var host = Host(address: address)
    if let labels = knowledge.prefixes { host.label = labels.table[address] }
    if let countries = knowledge.countryDatabase { host.country = countries[address] }
    if let systems = knowledge.systemDatabase { host.system = systems[address] }
    return host
  }

  private mutating func setNames(_ record: FlowRecord, _ origins: [FlowOrigin], _ facts: inout FlowFacts) {
    if knowledge.exporters == nil, knowledge.interfaces == nil { return }
    let origin = Int(record.origin)
    guard origin < origins.count else { return }
    let exporter = exporter(origin, origins)
    facts.exporterName = exporter.name
    guard exporter.number > 0, let interfaces = knowledge.interfaces else { return }
    facts.ingressInterfaceName = interfaces.name(exporter: exporter.number, index: record.ingressInterface)
    facts.egressInterfaceName = interfaces.name(exporter: exporter.number, index: record.egressInterface)
  }

  @inline(__always)
  private mutating func exporter(_ origin: Int, _ origins: [FlowOrigin]) -> Exporter {
    if origin < exporters.count, let exporter = exporters[origin] { return exporter }
    if origin >= exporters.count {
      exporters.append(contentsOf: repeatElement(nil, count: origins.count - exporters.count))
    }
    let address = origins[origin].exporter
    let exporter = Exporter(
      name: knowledge.exporters?[address] ?? 0, number: knowledge.interfaces?.number(of: address) ?? 0)
    exporters[origin] = exporter
    return exporter
  }
}

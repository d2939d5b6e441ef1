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
  private var exporters: [UInt32?] = []

  /// What is known of an address.
  private struct Host: Sendable {
    var address = IPAddress.unspecified
    var label: UInt32 = 0
    var country: UInt32 = 0
    var system = SystemDatabase.System()
  }

  private static var hostCount: Int { 1 << 14 }

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
    for index in first..<batch.count {
      let facts = facts(&batch.records[index], origins)
      batch.facts.append(facts)
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

  @inline(__always)
  private mutating func host(_ address: IPAddress) -> Host {
    let mixed = (address.high ^ address.low &* 0x9e37_79b9_7f4a_7c15) &* 0xff51_afd7_ed55_8ccd
    let place = Int(truncatingIfNeeded: mixed >> 50)
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
    facts.exporterName = exporterName(origin, origins)
    guard let interfaces = knowledge.interfaces else { return }
    let exporter = origins[origin].exporter
    facts.ingressInterfaceName = interfaces[exporter, record.ingressInterface]?.name ?? 0
    facts.egressInterfaceName = interfaces[exporter, record.egressInterface]?.name ?? 0
  }

  private mutating func exporterName(_ origin: Int, _ origins: [FlowOrigin]) -> UInt32 {
    if origin >= exporters.count {
      exporters.append(contentsOf: repeatElement(nil, count: origins.count - exporters.count))
    }
    if let name = exporters[origin] { return name }
    let name = knowledge.exporters?[origins[origin].exporter] ?? 0
    exporters[origin] = name
    return name
  }
}

public import FlowModel
import GeoDatabases
import Labels
import LookupTables
import NetworkBytes

/// Adds labels, names and AS numbers to flows that leave a cache. Confined to a pipeline's thread.
///
/// Flows are processed in chunks, so that their lookups wait for memory in parallel. Most addresses of a batch have
/// occurred shortly before and are cached (`KnownHosts`).
public struct Enricher: Sendable {
  private let source: KnowledgeSource?
  private var knowledge = Knowledge()
  private var hosts = KnownHosts()
  /// Facts about the endpoints of a chunk's flows: source and destination of each flow in turn.
  private var ends: [HostFacts] = []
  /// Exporters by origin number.
  private var exporters: [Exporter] = []

  /// The name of an exporter, and the number under which its interfaces are found.
  private struct Exporter: Sendable {
    var name: UInt32
    var number: UInt32
  }

  /// Number of flows whose addresses are looked up together.
  private static var chunk: Int { 256 }

  /// - Parameter source: nil to add nothing.
  public init(_ source: KnowledgeSource?) { self.source = source }

  /// The texts that the numbers in facts refer to.
  public var texts: TextTable { knowledge.texts }

  /// Adds facts to the flows of a batch that have none yet. Free if nothing is configured.
  ///
  /// - Parameter origins: origins by the records' origin numbers.
  public mutating func enrich(_ batch: inout FlowBatch, origins: [FlowOrigin]) {
    guard let source, batch.facts.count < batch.count else { return }
    refresh(from: source)
    if knowledge.isEmpty, batch.facts.isEmpty { return }
    batch.facts.reserveCapacity(batch.count)
    for begin in stride(from: batch.facts.count, to: batch.count, by: Self.chunk) {
      let chunk = begin..<min(begin + Self.chunk, batch.count)
      hosts.find(batch.records.span.extracting(chunk), knowledge, &ends)
      if knowledge.systemDatabase != nil { setSystems(&batch.records, chunk) }
      appendFacts(batch.records, chunk, to: &batch.facts)
      if knowledge.exporters != nil || knowledge.interfaces != nil {
        learnExporters(origins)
        setNames(batch.records, chunk, &batch.facts)
      }
    }
  }

  private mutating func refresh(from source: KnowledgeSource) {
    let present = source.knowledge
    if present === knowledge { return }
    knowledge = present
    hosts.forget(present)
    exporters = []
  }

  /// Sets AS numbers that the exporter did not send.
  private func setSystems(_ records: inout [FlowRecord], _ chunk: Range<Int>) {
    let ends = ends.span
    var records = records.mutableSpan
    for (place, index) in chunk.enumerated() {
      if records[index].sourceAS == 0 { records[index].sourceAS = ends[2 &* place].system.number }
      if records[index].destinationAS == 0 { records[index].destinationAS = ends[2 &* place &+ 1].system.number }
    }
  }

  private func appendFacts(_ records: [FlowRecord], _ chunk: Range<Int>, to all: inout [FlowFacts]) {
    let records = records.span.extracting(chunk)
    let ends = ends.span
    let names = SystemNames(knowledge)
    all.append(addingCapacity: records.count) { output in
      for index in 0..<records.count {
        let (source, destination) = (ends[2 &* index], ends[2 &* index &+ 1])
        var facts = FlowFacts()
        (facts.sourceLabel, facts.destinationLabel) = (source.label, destination.label)
        (facts.sourceCountry, facts.destinationCountry) = (source.country, destination.country)
        facts.sourceASName = names.name(of: records[index].sourceAS, source.system)
        facts.destinationASName = names.name(of: records[index].destinationAS, destination.system)
        output.append(facts)
      }
    }
  }

  /// Names of autonomous systems; the operator's take precedence.
  private struct SystemNames {
    private let own: SystemLabels?
    private let database: SystemDatabase?

    init(_ knowledge: Knowledge) { (own, database) = (knowledge.systems, knowledge.systemDatabase) }

    /// Returns the text number of a system's name.
    ///
    /// - Parameter known: the database entry of the address.
    @inline(__always)
    func name(of system: UInt32, _ known: SystemDatabase.System) -> UInt32 {
      if system == 0 { return 0 }
      if let own, case let name = own[system], name > 0 { return name }
      if known.number == system { return known.name }
      return database?.name(of: system) ?? 0
    }
  }

  /// Sets the names of exporters and interfaces.
  private func setNames(_ records: [FlowRecord], _ chunk: Range<Int>, _ facts: inout [FlowFacts]) {
    let (records, exporters) = (records.span, exporters.span)
    var facts = facts.mutableSpan
    let interfaces = knowledge.interfaces
    for index in chunk {
      let origin = Int(records[index].origin)
      guard origin < exporters.count else { continue }
      let exporter = exporters[origin]
      facts[index].exporterName = exporter.name
      guard exporter.number > 0, let interfaces else { continue }
      facts[index].ingressInterfaceName = interfaces.name(
        exporter: exporter.number, index: records[index].ingressInterface)
      facts[index].egressInterfaceName = interfaces.name(
        exporter: exporter.number, index: records[index].egressInterface)
    }
  }

  private mutating func learnExporters(_ origins: [FlowOrigin]) {
    while exporters.count < origins.count {
      let address = origins[exporters.count].exporter
      exporters.append(
        Exporter(
          name: knowledge.exporters?[address] ?? 0, number: knowledge.interfaces?.number(of: address) ?? 0))
    }
  }
}

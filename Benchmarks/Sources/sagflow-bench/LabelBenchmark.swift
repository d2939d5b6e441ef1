import Enrichment
import FlowModel
import Foundation
import NetworkBytes
import TrafficGenerator

/// Measures the enrichment of flows: a million prefix labels, half of them in each family, a name for each exporter and
/// interface, and optionally databases of autonomous systems and countries.
struct LabelBenchmark {
  private let name: String
  private let source: KnowledgeSource
  private let flows: [FlowRecord]
  private let memory: (labels: Int, joined: Int)
  /// CPU time for reading all files.
  private let loading: Double
  private static let prefixes = 1_000_000
  /// Number of networks in each database.
  private static let networks = 500_000
  private static let batch = 16_384

  /// - Parameters:
  ///   - share: fraction of addresses that belong to a few thousand busy hosts.
  ///   - databases: whether to include databases.
  init(repeated share: Double, databases: Bool) throws {
    name = "\(databases ? "all" : "labels") \(Int(share * 100)) % busy hosts"
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sagflow-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var random = SeededGenerator(seed: 1)
    var options = EnrichmentOptions()
    func write(_ name: String, _ text: String) throws -> String {
      let url = folder.appendingPathComponent(name)
      try Data(text.utf8).write(to: url)
      return url.path
    }
    options.prefixes = try write("prefixes.csv", Self.prefixRows(&random))
    options.exporters = try write("exporters.csv", "exporter,name\n192.0.2.1,core\n")
    let interfaces = (0..<100).map { "192.0.2.1,\($0),port \($0)\n" }.joined()
    options.interfaces = try write("interfaces.csv", "exporter,interface,name\n" + interfaces)
    if databases {
      let (systems, countries) = (folder.appendingPathComponent("as"), folder.appendingPathComponent("country"))
      try Self.writeSystems(to: systems, &random)
      try Self.writeCountries(to: countries, &random)
      (options.systemDatabase, options.countryDatabase) = (systems.path, countries.path)
    }
    var files = KnowledgeFiles()
    var (knowledge, events): (Knowledge?, [KnowledgeEvent]) = (nil, [])
    loading =
      Measurement.take {
        (knowledge, events) = files.refresh(options, at: 0)
        return (Self.prefixes, 0)
      }.seconds
    for case .refused(let error, _) in events { throw error }
    guard let knowledge else { throw CocoaError(.fileReadCorruptFile) }
    source = KnowledgeSource(knowledge)
    memory = (knowledge.labelMemory, knowledge.joinedMemory)
    flows = Self.flows(share, &random)
  }

  func report(_ runs: Int) throws {
    var enricher = Enricher(source)
    Measurement.report(name, runs: runs) {
      var batch = FlowBatch(capacity: Self.batch)
      return Measurement.take {
        for first in stride(from: 0, to: flows.count, by: Self.batch) {
          batch.records.append(contentsOf: flows[first..<min(first + Self.batch, flows.count)])
          enricher.enrich(&batch, origins: Self.origins)
          batch.removeAll()
        }
        return (flows.count, 0)
      }
    }
    print(
      "       \(Self.prefixes) prefixes and their labels: \(memory.labels / 1_000_000) MB, joined with databases: "
        + "\(memory.joined / 1_000_000) MB, read in \(String(format: "%.1f", loading)) s")
  }

  /// Measures flows without any facts: the remaining cost of putting them into a batch, which all figures include.
  static func reportNothing(_ runs: Int) {
    var random = SeededGenerator(seed: 1)
    let flows = flows(0.9, &random)
    for (name, source) in [("no labels", KnowledgeSource()), ("no enrichment", nil)] {
      var enricher = Enricher(source)
      Measurement.report(name, runs: runs) {
        var batch = FlowBatch(capacity: batch)
        return Measurement.take {
          for first in stride(from: 0, to: flows.count, by: Self.batch) {
            batch.records.append(contentsOf: flows[first..<min(first + Self.batch, flows.count)])
            enricher.enrich(&batch, origins: origins)
            batch.removeAll()
          }
          return (flows.count, 0)
        }
      }
    }
  }

  private static let origins = [
    FlowOrigin(exporter: .unspecified, domain: 0, version: 0),
    FlowOrigin(exporter: IPAddress(v4: 0xc000_0201), domain: 0, version: 9),
  ]

  private static func prefixRows(_ random: inout SeededGenerator) -> String {
    var text = "prefix,site,role\n"
    var known: Set<String> = []
    while known.count < prefixes {
      let isV4 = known.count % 2 == 0
      let length = Int.random(in: isV4 ? 12...32 : 32...64, using: &random)
      let mask = IPAddress.mask(leadingBits: isV4 ? length + 96 : length)
      let prefix = "\(address(isV4, &random).masked(by: mask))/\(length)"
      if known.insert(prefix).inserted { text += "\(prefix),site \(known.count % 50_000),role\n" }
    }
    return text
  }

  private static func writeSystems(to url: URL, _ random: inout SeededGenerator) throws {
    var writer = DatabaseWriter()
    let entries = (1...60_000).map { number in
      writer.entry(
        .map([
          ("autonomous_system_number", .number32(UInt32(number))),
          ("autonomous_system_organization", .text("Organization \(number)")),
        ]))
    }
    addNetworks(entries, to: &writer, &random)
    try writer.write(to: url, type: "Benchmark-ASN")
  }

  private static func writeCountries(to url: URL, _ random: inout SeededGenerator) throws {
    var writer = DatabaseWriter()
    let letters = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "K", "L", "M", "N", "O", "P"]
    let codes = letters.flatMap { first in letters.map { first + $0 } }
    let entries = codes.map { writer.entry(.map([("country", .map([("iso_code", .text($0))]))])) }
    addNetworks(entries, to: &writer, &random)
    try writer.write(to: url, type: "Benchmark-Country")
  }

  private static func addNetworks(
    _ entries: [DatabaseWriter.Entry], to writer: inout DatabaseWriter, _ random: inout SeededGenerator
  ) {
    let networks = (0..<networks).map { number in
      let isV4 = number % 2 == 0
      return (address(isV4, &random), length: Int.random(in: isV4 ? 8...24 : 20...48, using: &random))
    }
    for (address, length) in networks.sorted(by: { $0.length < $1.length }) {
      writer.add(address, length: length, entries[Int.random(in: 0..<entries.count, using: &random)])
    }
  }

  private static func address(_ isV4: Bool, _ random: inout SeededGenerator) -> IPAddress {
    let word = random.next()
    if isV4 { return IPAddress(v4: UInt32(truncatingIfNeeded: word)) }
    return IPAddress(high: 0x2000_0000_0000_0000 | word >> 3, low: word)
  }

  private static func flows(_ share: Double, _ random: inout SeededGenerator) -> [FlowRecord] {
    let hosts = (0..<4000).map { address($0 % 2 == 0, &random) }
    return (0..<500_000).map { number in
      var record = FlowRecord()
      func next() -> IPAddress {
        Double.random(in: 0..<1, using: &random) < share
          ? hosts[Int.random(in: 0..<4000, using: &random)] : address(number % 2 == 0, &random)
      }
      (record.source, record.destination) = (next(), next())
      record.origin = 1
      record.ingressInterface = UInt32.random(in: 0..<100, using: &random)
      record.egressInterface = UInt32.random(in: 0..<100, using: &random)
      return record
    }
  }
}

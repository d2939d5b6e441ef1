import Enrichment
import FlowModel
import Foundation
import NetworkBytes

/// Flows to their labels: a million prefixes, half of each family, and a name for each exporter and interface.
struct LabelBenchmark {
  private let share: Double
  private let source: KnowledgeSource
  private let flows: [FlowRecord]
  private let memory: Int
  private static let prefixes = 1_000_000
  private static let batch = 16_384

  /// - Parameter share: of the addresses, those that are of a few thousand busy hosts.
  init(repeated share: Double) throws {
    self.share = share
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sagflow-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var options = EnrichmentOptions()
    func write(_ name: String, _ text: String) throws -> String {
      let url = folder.appendingPathComponent(name)
      try Data(text.utf8).write(to: url)
      return url.path
    }
    options.prefixes = try write("prefixes.csv", Self.prefixRows())
    options.exporters = try write("exporters.csv", "exporter,name\n192.0.2.1,core\n")
    let interfaces = (0..<100).map { "192.0.2.1,\($0),port \($0)\n" }.joined()
    options.interfaces = try write("interfaces.csv", "exporter,interface,name\n" + interfaces)
    var files = KnowledgeFiles()
    guard let knowledge = files.refresh(options, at: 0).knowledge else { throw CocoaError(.fileReadCorruptFile) }
    source = KnowledgeSource(knowledge)
    memory = knowledge.labelMemory
    flows = Self.flows(share)
  }

  func report(_ runs: Int) throws {
    let name = "labels \(Int(share * 100)) % busy hosts"
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
    print("       \(Self.prefixes) prefixes and their labels: \(memory / 1_000_000) MB")
  }

  private static let origins = [
    FlowOrigin(exporter: .unspecified, domain: 0, version: 0),
    FlowOrigin(exporter: IPAddress(v4: 0xc000_0201), domain: 0, version: 9),
  ]

  private static func prefixRows() -> String {
    var random = SystemRandomNumberGenerator()
    var text = "prefix,site,role\n"
    var known: Set<String> = []
    while known.count < prefixes {
      let isV4 = known.count % 2 == 0
      let length = Int.random(in: isV4 ? 12...32 : 32...64, using: &random)
      let mask = IPAddress.mask(leadingBits: isV4 ? length + 96 : length)
      let prefix = "\(address(isV4).masked(by: mask))/\(length)"
      if known.insert(prefix).inserted { text += "\(prefix),site \(known.count % 50_000),role\n" }
    }
    return text
  }

  private static func address(_ isV4: Bool) -> IPAddress {
    let word = UInt64.random(in: 0...UInt64.max)
    if isV4 { return IPAddress(v4: UInt32(truncatingIfNeeded: word)) }
    return IPAddress(high: 0x2000_0000_0000_0000 | word >> 3, low: word)
  }

  private static func flows(_ share: Double) -> [FlowRecord] {
    let hosts = (0..<4000).map { address($0 % 2 == 0) }
    return (0..<500_000).map { number in
      var record = FlowRecord()
      func next() -> IPAddress {
        Double.random(in: 0..<1) < share ? hosts[Int.random(in: 0..<4000)] : address(number % 2 == 0)
      }
      (record.source, record.destination) = (next(), next())
      record.origin = 1
      record.ingressInterface = UInt32.random(in: 0..<100)
      record.egressInterface = UInt32.random(in: 0..<100)
      return record
    }
  }
}

import FlowModel
import NetFlow
import NetworkBytes
import Testing
import TrafficGenerator

@Suite("Synthetic traffic")
struct SyntheticTrafficTests {
  private func flows(_ count: Int, seed: UInt64, ipv6Share: Double = 0.1) -> [FlowRecord] {
    var model = SyntheticTraffic.Model()
    model.ipv6Share = ipv6Share
    var traffic = SyntheticTraffic(seed: seed, model: model)
    return (0..<count).map { traffic.next(at: bootTime + Int64($0)) }
  }

  @Test("is the same for the same seed and another for another")
  func seeds() {
    let stamp = { (record: FlowRecord) in [record.source.low, record.octets, UInt64(record.start)] }
    #expect(flows(2_000, seed: 7).map(stamp) == flows(2_000, seed: 7).map(stamp))
    #expect(flows(2_000, seed: 7).map(stamp) != flows(2_000, seed: 8).map(stamp))
  }

  @Test("begins as it always did for seed 1, so that runs compare from release to release")
  func pinned() {
    let first = flows(3, seed: 1).map { "\($0.source):\($0.sourcePort) \($0.destination):\($0.destinationPort)" }
    #expect(first == pinnedFlows)
  }

  @Test("ends before it is exported, begins before it ends, and has packets of a size that exists")
  func plausible() {
    let seed = UInt64.random(in: 0...(.max))
    print("seed \(seed)")
    for (index, record) in flows(50_000, seed: seed).enumerated() {
      let now = bootTime + Int64(index)
      guard record.end <= now, record.start <= record.end, now - record.start <= 80_000, record.packets >= 1,
        (40...1_500).contains(record.octets / record.packets), record.source.isV4 == record.destination.isV4,
        (1...3).contains(record.endReason), (1...2).contains(record.direction)
      else {
        Issue.record("seed \(seed), record \(index): \(record)")
        return
      }
    }
  }

  @Test("holds what a site's traffic holds: few popular hosts, all common protocols, both families, long tails")
  func shape() {
    let records = flows(100_000, seed: 3, ipv6Share: 0.25)
    var bySource: [IPAddress: Int] = [:]
    var byProtocol: [UInt8: Int] = [:]
    for record in records {
      bySource[record.source, default: 0] += 1
      byProtocol[record.protocolIdentifier, default: 0] += 1
    }
    let counts = bySource.values.sorted(by: >)
    #expect(counts.count > 5_000)
    #expect(counts[0] > 50 * counts[counts.count / 2], "Zipf: the busiest host far above the median")
    let ipv6 = records.count { !$0.source.isV4 }
    #expect((20_000...30_000).contains(ipv6))
    #expect(byProtocol[6, default: 0] > byProtocol[17, default: 0])
    #expect(byProtocol[1, default: 0] > 500)
    #expect(byProtocol[58, default: 0] > 200)
    #expect(Set(byProtocol.keys) == [1, 6, 17, 58])
    let total = records.reduce(0) { $0 + $1.octets }
    let largest = records.map(\.octets).sorted(by: >).prefix(1_000).reduce(0, +)
    #expect(largest > total / 2, "one in a hundred flows carries more than half")
  }

  @Test("carries flows on: later records of one key begin after the earlier ones ended")
  func continued() {
    struct Key: Hashable {
      let source: IPAddress, destination: IPAddress, ports: UInt64
      let protocolIdentifier: UInt8
    }
    var ends: [Key: Int64] = [:]
    var active = 0
    for record in flows(100_000, seed: 5) where record.sourcePort > 0 {
      let key = Key(
        source: record.source, destination: record.destination, ports: record.transportWord,
        protocolIdentifier: record.protocolIdentifier)
      if record.endReason == 2, let before = ends[key] {
        active += 1
        #expect(record.start > before || record.start == record.end)
      }
      ends[key] = record.end
    }
    #expect((28_000...32_000).contains(active))
  }

  /// The first flows of `SyntheticTraffic(seed: 1)`.
  private let pinnedFlows = [
    "10.101.38.92:47535 205.76.218.38:57623", "205.76.218.38:57623 10.101.38.92:47535",
    "205.76.218.38:57623 10.101.38.92:47535",
  ]
}

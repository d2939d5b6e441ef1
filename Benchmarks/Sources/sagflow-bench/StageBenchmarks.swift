import FlowAggregation
import FlowModel
import FlowStore
import Foundation
import NetFlow
import NetworkBytes
import TrafficGenerator

/// Measures datagrams to flow records: decoding alone. As many messages as one receive call returns, so that they stay
/// in a near cache as in production.
struct DecodeBenchmark {
  private let name: String
  private let traffic: Traffic
  private static let rounds = 500

  init(_ version: (name: String, version: ExportVersion)) throws {
    name = version.name
    traffic = try Traffic(version.version, records: 2_000)
  }

  func report(_ runs: Int) throws {
    Measurement.report("decode \(name)", runs: runs) { Measurement.take { (run(), 0) } }
  }

  private func run() -> Int {
    var decoder = FlowDecoder()
    var batch = FlowBatch(capacity: 1024)
    var records = 0
    let octets = traffic.octets
    let bytes = octets.rawSpan
    for _ in 0..<Self.rounds {
      for (place, time) in traffic.messages {
        decoder.decode(bytes.extracting(place), from: Traffic.exporter, arrival: time * 1_000_000, into: &batch)
        records += batch.count
        batch.removeAll()
      }
    }
    return records
  }
}

/// Measures flow records to aged flows: 35,000 new flows per second of pipeline time, the remaining records update one
/// of the newest 600,000; three quarters of a million are live.
struct CacheBenchmark {
  let updateShare: Double

  func report(_ runs: Int) {
    let name = "cache \(Int(updateShare * 100)) % updates"
    Measurement.report(name, runs: runs) {
      var cache = FlowCache()
      var emitted = FlowBatch(capacity: 65_536)
      var stream = KeyStream(updateShare: updateShare)
      // Until flows expire at the rate at which they are created.
      _ = stream.run(seconds: 25, &cache, &emitted)
      return Measurement.take { (stream.run(seconds: 20, &cache, &emitted), 0) }
    }
  }

  private struct KeyStream {
    let updateShare: Double
    var random = SeededGenerator(seed: 1)
    var opened: UInt64 = 0
    var time: Int64 = 0

    mutating func run(seconds: Int64, _ cache: inout FlowCache, _ emitted: inout FlowBatch) -> Int {
      let perSecond = Int(35_000 / (1 - updateShare))
      var batch = FlowBatch(capacity: 1024)
      var records = 0
      for _ in 0..<seconds {
        time += 1000
        var left = perSecond
        while left > 0 {
          for _ in 0..<min(left, 1024) { batch.records.append(next()) }
          left -= batch.count
          records += batch.count
          cache.merge(&batch, at: time, into: &emitted)
          emitted.removeAll()
        }
        _ = cache.advance(to: time, into: &emitted)
        emitted.removeAll()
      }
      return records
    }

    private mutating func next() -> FlowRecord {
      let draw = random.next()
      var number = opened
      if opened > 0, Double(draw >> 11) / 0x1p53 < updateShare {
        number = opened - 1 - random.next() % min(opened, 600_000)
      } else {
        opened += 1
      }
      var record = FlowRecord()
      let mixed = number &* 0x9e37_79b9_7f4a_7c15
      record.origin = UInt32(truncatingIfNeeded: number & 7) + 1
      record.source = IPAddress(v4: UInt32(truncatingIfNeeded: mixed >> 32))
      record.destination = IPAddress(v4: UInt32(truncatingIfNeeded: mixed))
      record.transportWord = mixed ^ number
      record.octets = 1000
      record.packets = 10
      return record
    }
  }
}

/// Measures flows to committed Parquet files: sorting, encoding, compressing, writing, syncing.
struct StoreBenchmark {
  private static let rows = 1_000_000

  func report(_ runs: Int) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sagflow-bench-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (batches, origins) = try Self.flows()
    try Measurement.report("store", runs: runs) {
      try? FileManager.default.removeItem(atPath: folder)
      return try Measurement.take {
        var writer = try FlowStoreWriter(FlowStoreOptions(path: folder, host: "bench"))
        for batch in batches {
          var flows = FlowBatch()
          flows.records = batch
          writer.append(flows, at: Traffic.start, origins: origins)
        }
        writer.commit()
        if let failure = writer.failure { throw failure }
        return (Int(writer.counters.committed), Int64(writer.counters.committedOctets))
      }
    }
  }

  private static func flows() throws -> ([[FlowRecord]], [FlowOrigin]) {
    let traffic = try Traffic(.netFlow9, records: rows)
    var decoder = FlowDecoder()
    var batches: [[FlowRecord]] = []
    var batch = FlowBatch()
    for (place, time) in traffic.messages {
      decoder.decode(
        traffic.octets.rawSpan.extracting(place), from: Traffic.exporter, arrival: time * 1_000_000, into: &batch)
      if batch.count >= 16_384 {
        batches.append(batch.records)
        batch.removeAll()
      }
    }
    batches.append(batch.records)
    return (batches, decoder.origins.origins)
  }
}

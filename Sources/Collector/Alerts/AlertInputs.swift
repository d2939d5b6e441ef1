package import Alerts
package import FlowQuery
import FlowOutput
import FlowPipeline
import Foundation
package import NetFlow
package import NetworkBytes

/// The data that alerts are evaluated from.
package struct AlertInputs: Sendable {
  /// Counters since the start, and the state of the store.
  package struct Counters: Sendable {
    package var kernelDrops: UInt64 = 0
    /// Flows dropped because the store is too slow, and rows lost because it fails.
    package var rowsLost: UInt64 = 0
    package var isStoreFailing = false
    /// Of the store's disk; nil if unknown.
    package var freePercent: Double?
    package var outputs: [OutputAge] = []

    package init() {}
  }

  /// How long the oldest file waiting for an output has waited.
  package struct OutputAge: Hashable, Sendable {
    package var name: String
    package var seconds: Double

    package init(name: String, seconds: Double) {
      self.name = name
      self.seconds = seconds
    }
  }

  /// Whether counters and exporters are those of the running collector, and recovery has finished.
  package var isReady: @Sendable () -> Bool
  /// Every known exporter.
  package var exporters: @Sendable () -> [ExporterSample]
  package var counters: @Sendable () -> Counters
  /// Flows that left the cache in some hours, with or without live flows.
  package var flows: @Sendable (_ hours: Range<UnixMilliseconds>, _ isLive: Bool) throws -> Scan

  /// Whether results are no longer needed, so that a long scan ends.
  package var isCancelled: @Sendable () -> Bool = { false }

  package init(
    isReady: @escaping @Sendable () -> Bool = { true },
    exporters: @escaping @Sendable () -> [ExporterSample] = { [] },
    counters: @escaping @Sendable () -> Counters = { Counters() },
    flows: @escaping @Sendable (_ hours: Range<UnixMilliseconds>, _ isLive: Bool) throws -> Scan
  ) {
    self.isReady = isReady
    self.exporters = exporters
    self.counters = counters
    self.flows = flows
  }
}

extension AlertInputs {
  /// The inputs from a running collector.
  init(
    _ workers: [Worker], _ liveFlows: LiveFlows, store: String, outputs: @escaping @Sendable () -> [OutputAge]
  ) {
    self.init {
      workers.allSatisfy(\.isLive)
    } exporters: {
      ExporterSample.all(workers.flatMap(\.ledger.sessions))
    } counters: {
      var counters = Counters()
      let ledger = workers.reduce(into: Ledger()) { $0 += $1.ledger }
      counters.kernelDrops = ledger.kernelDrops
      counters.rowsLost = ledger.droppedRows &+ ledger.store.lost
      counters.isStoreFailing = workers.contains { $0.store.currentFailure != nil }
      counters.freePercent = Self.freePercent(of: store)
      counters.outputs = outputs()
      return counters
    } flows: { hours, isLive in
      guard isLive else { return Scan(store: store, hours: hours) }
      let position = try liveFlows.position()
      var scan = Scan(store: store, hours: hours)
      scan.add(try liveFlows.cut(since: position), of: store)
      return scan
    }
  }

  /// Returns the percentage of a file system that is free for this user.
  private static func freePercent(of path: String) -> Double? {
    guard let system = try? FileManager.default.attributesOfFileSystem(forPath: path),
      let size = (system[.systemSize] as? NSNumber)?.doubleValue, size > 0,
      let free = (system[.systemFreeSize] as? NSNumber)?.doubleValue
    else { return nil }
    return free * 100 / size
  }
}

extension ExporterSample {
  /// Aggregates sessions by exporter address.
  package static func all(_ sessions: [SessionSummary]) -> [ExporterSample] {
    var samples: [IPAddress: ExporterSample] = [:]
    for session in sessions {
      let address = session.key.exporter.address
      var sample =
        samples[address]
        ?? ExporterSample(address: address, firstSeen: .max, lastSeen: .min, datagrams: 0, arrived: 0, lost: 0)
      sample.firstSeen = min(sample.firstSeen, session.firstSeen / 1_000_000)
      sample.lastSeen = max(sample.lastSeen, session.lastSeen / 1_000_000)
      sample.datagrams &+= session.counters.datagrams
      sample.arrived &+= session.sequenceUnits
      sample.lost &+= session.counters.sequence.lost
      samples[address] = sample
    }
    return samples.values.sorted { $0.address < $1.address }
  }
}

extension SessionSummary {
  /// Received data in the units of sequence numbers: v5 flows, v9 datagrams, IPFIX data records.
  fileprivate var sequenceUnits: UInt64 {
    switch key.version {
    case 5: counters.flowRecords
    case 9: counters.datagrams
    default: counters.flowRecords &+ counters.optionsRecords
    }
  }
}

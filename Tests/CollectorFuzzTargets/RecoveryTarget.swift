import Collector
import FlowOutput
import FlowPipeline
import Foundation
package import FuzzTargets
import Journal
import Logging
import Settings

extension FuzzTarget {
  /// The state of a killed collector with changed checkpoints, journal and ring: a start ends in rows or in an error
  /// that names a file; the balance adds up, and nothing remains for a second start.
  package static let recovery = FuzzTarget(
    "recovery", longest: 1024, seeds: { [[], [1, 2, 3], Array(repeating: 1, count: 200)] }
  ) { octets throws(FuzzViolation) in
    do {
      let left = try LeftState(octets)
      defer { left.remove() }
      try left.drain()
    } catch let violation as FuzzViolation {
      throw violation
    } catch {
      throw FuzzViolation("cannot make a state: \(error)")
    }
  }
}

/// A state directory with its store, generated from choices.
private struct LeftState {
  private let folder: String
  private let rings: [String]

  /// Checkpoints of a running collector, and segments of its journal; the second checkpoint begins at segment 2.
  private static let checkpoints: [[UInt8]] = [
    CheckpointMaker.file(captures: 0..<3, segment: 1), CheckpointMaker.file(captures: 0..<6, segment: 2),
  ]
  private static let segments = FuzzSeeds.contents("real", "pcap").prefix(3)
  private static let logger = Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }

  init(_ octets: [UInt8]) throws {
    var choices = Choices(octets)
    let memory = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    folder = "\(memory)/sagflow-fuzz-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder + "/flows", withIntermediateDirectories: true)
    let state = try StateRoot(folder + "/flows/.journal", host: CollectorConfiguration.hostName, logger: Self.logger)
      .open()
    let worker = WorkerDirectory(state, worker: 0, logger: Self.logger)
    rings = worker.rings
    for (number, checkpoint) in Self.checkpoints.enumerated() where !choices.isOne(in: 8) {
      try Self.write(checkpoint, to: "\(state.path)/checkpoint-0-\(1_750_000_000_001 + number)", &choices)
    }
    for (number, segment) in Self.segments.enumerated() where !choices.isOne(in: 8) {
      try Self.write(segment, to: worker.journal(UInt64(number + 1)), &choices)
    }
    if choices.isOne(in: 4) { try Self.write([], to: "\(state.path)/checkpoint-0.new", &choices) }
    if choices.isOne(in: 16) { try Self.write([1], to: "\(state.path)/identity", &choices) }
    if choices.isOne(in: 2), let ring = rings.first { try RingMaker.write(choices.remainder(), to: ring) }
  }

  /// Writes a file, changed half of the time.
  private static func write(_ content: some Collection<UInt8>, to path: String, _ choices: inout Choices) throws {
    var octets = Array(content)
    if choices.isOne(in: 2) {
      for _ in 0...choices.number(0...3) {
        let place = octets.isEmpty ? 0 : choices.number(0...0xffff) % octets.count
        switch choices.number(0...6) {
        case 0: octets = Array(octets.prefix(place))
        case 1: octets += choices.octets(choices.number(0...60))
        case 2: octets = []
        case 3: octets.replaceSubrange(place..<min(octets.count, place + 512), with: Array(repeating: 0, count: 512))
        case 4 where !octets.isEmpty: octets[min(choices.number(0...80), octets.count - 1)] = choices.octet()
        default: if !octets.isEmpty { octets[place] = choices.octet() }
        }
      }
    }
    try Data(octets).write(to: URL(fileURLWithPath: path))
  }

  func remove() {
    for path in [folder] + rings { try? FileManager.default.removeItem(atPath: path) }
  }

  /// Recovers the state, twice.
  func drain() throws(FuzzViolation) {
    var configuration = CollectorConfiguration()
    configuration.store.path = folder + "/flows"
    let began = ContinuousClock.now
    do {
      let ledger = try Recovery.drain(configuration, createdBy: "fuzz", Self.logger)
      try FuzzViolation.check(ledger.imbalances.isEmpty, ledger.imbalances.joined(separator: "; "))
      try FuzzViolation.check(ledger.store.lost == 0 && ledger.liveFlows == 0, "flows are lost or left: \(ledger)")
      let again = try Recovery.drain(configuration, createdBy: "fuzz", Self.logger)
      try FuzzViolation.check(again.receivedDatagrams == 0, "\(again.receivedDatagrams) datagrams come twice")
    } catch let violation as FuzzViolation {
      throw violation
    } catch {
      try FuzzViolation.check("\(error)".contains("/"), "an error that names no file: \(error)")
    }
    let time = ContinuousClock.now - began
    try FuzzViolation.check(time < .seconds(60), "a start took \(time)")
  }
}

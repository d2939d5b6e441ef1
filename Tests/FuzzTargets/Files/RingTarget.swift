import Capture
import Files
import Foundation
import NetworkBytes

extension FuzzTarget {
  /// Memory left by a killed process: it is resumed or refused, and waiting records are eventually written.
  package static let ring = FuzzTarget("ring", longest: 2048, seeds: { [[], [1], Array(repeating: 7, count: 64)] }) {
    octets throws(FuzzViolation) in
    try ScratchFile.with([]) { path throws(FuzzViolation) in
      do {
        try RingMaker.write(octets, to: path)
        try resume(path)
      } catch let violation as FuzzViolation {
        throw violation
      } catch {
        // A refused ring.
      }
    }
  }

  /// Processes a ring as a start does.
  private static func resume(_ path: String) throws {
    let buffer = try JournalBuffer(capacity: 0, in: path)
    var receiver = try UDPReceiver(journalingInto: buffer)
    var (waiting, octets) = (0, 0)
    buffer.forEachWaiting { _, datagram in
      waiting += 1
      octets += datagram.bytes.byteCount
    }
    for index in 0..<receiver.count { octets += receiver.datagram(index).bytes.byteCount }
    try FuzzViolation.check(octets < 1 << 30, "\(waiting) datagrams of \(octets) octets wait")
    _ = receiver.journal()
    let segment = buffer.segment
    _ = buffer.begin(segment == .max ? segment : segment + 1)
    let sink = try OpenFile("/dev/null", .updating(0o600))
    for _ in 0..<1000 {
      guard let next = buffer.next else { return }
      let (written, failure) = buffer.write(to: sink.borrowed)
      if failure != 0 { return }
      try FuzzViolation.check(written > 0, "segment \(next.segment) waits, and nothing of it is written")
    }
    throw FuzzViolation("what waits has no end")
  }
}

/// Generates rings from choices: as left by a process, then with changed header words and record octets.
package enum RingMaker {
  /// Indices of the header words common to all versions, in units of eight octets.
  private static let (slots, capacity, words) = (2, 4, 5..<43)

  package static func write(_ octets: [UInt8], to path: String) throws {
    var choices = Choices(octets)
    let size = try make(path, &choices)
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    defer { try? file.close() }
    func word(_ place: Int) throws -> UInt64 {
      try file.seek(toOffset: UInt64(8 * place))
      return (try file.read(upToCount: 8) ?? Data()).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    func set(_ place: Int, _ value: UInt64) throws {
      try file.seek(toOffset: UInt64(8 * place))
      try file.write(contentsOf: Data((0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }))
    }
    let held = try word(capacity)
    // Records are followed by the slots, at the end of the file.
    let records = UInt64(size) - (try word(slots)) << 16 - held
    try file.seek(toOffset: records)
    let waiting = (0..<choices.number(0...8)).flatMap { _ in record(&choices) }
    try file.write(contentsOf: Data(waiting))
    // Head, begun and current for a process with these records in its first segment.
    for (place, value) in [(5, UInt64(waiting.count)), (6, 0), (8, 1), (9, 1), (13, 7), (14, 0)] {
      try set(place, value)
    }
    for _ in 0..<choices.number(0...4) {
      let place = choices.isOne(in: 4) ? choices.number(0...250) : choices.number(5...14)
      let near = choices.pick([0, 1, held, held - 1, held + 1, .max, .max - 1, UInt64(waiting.count), 1 << 63, 16, 17])
      try set(place, near &+ UInt64(choices.number(0...3)))
    }
    for _ in 0..<choices.number(0...3) {
      try file.seek(toOffset: records + UInt64(choices.number(0...0x3ff)))
      try file.write(contentsOf: Data([choices.octet()]))
    }
  }

  /// Creates an empty ring.
  ///
  /// - Returns: its size in octets.
  private static func make(_ path: String, _ choices: inout Choices) throws -> Int {
    _ = try JournalBuffer(capacity: 0, in: path)
    return Int(try OpenFile(path, .reading).status().size)
  }

  /// Returns a datagram in the journal's format, mostly valid.
  private static func record(_ choices: inout Choices) -> [UInt8] {
    let payload = choices.octets(choices.number(0...60))
    let frame =
      [0x45, 0] + WireOctets.be16(28 + payload.count) + [0, 0, 0x40, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]
      + [0x08, 0x07, 0x08, 0x07] + WireOctets.be16(8 + payload.count) + [0, 0] + payload
    func little(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    let length = choices.isOne(in: 16) ? Int(choices.number()) : frame.count
    return little(1_750_000_000) + little(0) + little(length) + little(length) + frame
  }
}

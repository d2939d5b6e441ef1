import Capture
import Foundation
import Journal
import NetworkBytes
import TestSupport
import Testing

private let localV4 = Endpoint(address: IPAddress(v4: 0x7f00_0001), port: 0)

@Suite("Journal", .tags(.network), .unlessFast, .ownThread)
struct JournalTests {
  /// A process: its receiving and writing side, on the memory of the previous process.
  private struct Process: ~Copyable {
    let buffer: JournalBuffer
    var receiver: UDPReceiver

    static func start(_ path: String) throws -> Process {
      let buffer = try JournalBuffer(capacity: 0, in: path)
      return Process(buffer: buffer, receiver: try UDPReceiver(journalingInto: buffer))
    }
  }

  private static func files(_ folder: String, to end: (UInt64) -> UInt64?) throws -> [Octets] {
    var payloads: [Octets] = []
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    for segment in names.compactMap({ UInt64($0) }).sorted() {
      var capture = try Capture.CaptureFile(path: "\(folder)/\(segment)")
      while UInt64(capture.octetsRead) < end(segment) ?? .max, try capture.next() {
        payloads.append(capture.datagram.bytes.copied())
      }
    }
    return payloads
  }

  /// Writes waiting records of segments up to `last` into files.
  private static func write(_ buffer: JournalBuffer, _ folder: String, upTo last: UInt64 = .max) throws {
    while let next = buffer.next, next.segment <= last {
      let file = try JournalFile("\(folder)/\(next.segment)", segment: next.segment, size: next.offset)
      let size = file.size
      #expect(size == next.offset)
      _ = try file.write(from: buffer)
    }
  }

  @Test(
    "What was received is in the files, waits, or is the last batch: none missing, none twice, whatever ends the process"
  )
  func outlives() throws {
    let folder = try TemporaryFolder()
    let seed = runSeed("SAGFLOW_JOURNAL_SEED")
    var random = SeededGenerator(seed: seed)
    var sender = try UDPSender(from: localV4)
    var sent: [Octets] = []
    var segment: UInt64 = 0
    for _ in 0..<30 {
      var process = try Process.start(folder.path + "/ring")
      // The previous process's last batch is appended after the waiting ones.
      if process.receiver.count > 0 { #expect(process.receiver.journal() != nil) }
      process.receiver.add(try UDPSocket(listening: localV4, receiveBuffer: 8 << 20))
      segment += 1
      #expect(process.buffer.begin(segment), "seed \(seed)")
      for _ in 0..<Int.random(in: 0...6, using: &random) {
        for _ in 0..<Int.random(in: 1...30, using: &random) {
          let size = [20, 1400, 65_000][Int.random(in: 0...2, using: &random)]
          sent.append(pattern(size, seed: sent.count))
          try sender.send(pattern(size, seed: sent.count - 1).rawSpan, to: process.receiver.localEndpoint(0))
        }
        #expect(try process.receiver.receive(timeout: 60_000) == .datagrams)
        // The process ends before the batch is journaled.
        if Int.random(in: 0...9, using: &random) == 0 { break }
        #expect(process.receiver.journal() != nil, "seed \(seed)")
        switch Int.random(in: 0...3, using: &random) {
        case 0: try Self.write(process.buffer, folder.path)
        case 1:
          segment += 1
          #expect(process.buffer.begin(segment))
        default: break
        }
        // Makes room for another batch.
        if process.buffer.waiting > 2 << 20 { try Self.write(process.buffer, folder.path) }
      }
      var kept = try Self.files(folder.path, to: process.buffer.written)
      process.buffer.forEachWaiting { _, datagram in kept.append(datagram.bytes.copied()) }
      let isLost = kept.count != sent.count
      if isLost {
        // The last batch, which the next process finds.
        let next = try Process.start(folder.path + "/ring")
        for index in 0..<next.receiver.count { kept.append(next.receiver.datagram(index).bytes.copied()) }
      }
      try #require(kept == sent, "seed \(seed): \(kept.count) of \(sent.count)")
    }
  }

  @Test("A full memory takes no batch, and takes one again once some of it is written")
  func full() throws {
    let folder = try TemporaryFolder()
    var process = try Process.start(folder.path + "/ring")
    process.receiver.add(try UDPSocket(listening: localV4, receiveBuffer: 8 << 20))
    #expect(process.buffer.begin(1))
    var sender = try UDPSender(from: localV4)
    var taken = 0
    while true {
      try sender.send(pattern(60_000, seed: taken).rawSpan, to: process.receiver.localEndpoint(0))
      #expect(try process.receiver.receive(timeout: 60_000) == .datagrams)
      guard process.receiver.journal() != nil else { break }
      taken += 1
    }
    #expect(taken > 60)
    #expect(process.buffer.waiting == taken * 60_044)
    try Self.write(process.buffer, folder.path)
    #expect(process.buffer.waiting == 0)
    try sender.send(pattern(60_000, seed: taken).rawSpan, to: process.receiver.localEndpoint(0))
    #expect(try process.receiver.receive(timeout: 60_000) == .datagrams)
    #expect(process.receiver.journal() != nil)
    try Self.write(process.buffer, folder.path)
    #expect(try Self.files(folder.path) { _ in nil } == (0...taken).map { pattern(60_000, seed: $0) })
  }

  @Test("Where a file has lost its end, or itself, what waits goes behind its last whole datagram")
  func lostEnd() throws {
    let folder = try TemporaryFolder()
    var process = try Process.start(folder.path + "/ring")
    process.receiver.add(try UDPSocket(listening: localV4))
    #expect(process.buffer.begin(7))
    var sender = try UDPSender(from: localV4)
    func receive(_ number: Int) throws {
      try sender.send(pattern(100, seed: number).rawSpan, to: process.receiver.localEndpoint(0))
      #expect(try process.receiver.receive(timeout: 60_000) == .datagrams)
      #expect(process.receiver.journal() != nil)
    }
    let path = folder.path + "/7"
    for number in 0..<5 { try receive(number) }
    try Self.write(process.buffer, folder.path)
    // The file header has 24 octets, and each datagram 16 and 28 in front: the file ends inside the fourth.
    try Data(contentsOf: URL(fileURLWithPath: path)).prefix(24 + 3 * 144 + 50).write(to: URL(fileURLWithPath: path))
    try receive(5)
    let place = try #require(process.buffer.next)
    let cut = try JournalFile(path, segment: 7, size: place.offset)
    let size = cut.size
    #expect(size == 24 + 3 * 144)
    process.buffer.move(to: size)
    _ = try cut.write(from: process.buffer)
    #expect(try Self.files(folder.path) { _ in nil } == [0, 1, 2, 5].map { pattern(100, seed: $0) })
    try FileManager.default.removeItem(atPath: path)
    let isRemoved = cut.isRemoved
    #expect(isRemoved)
    try receive(6)
    let new = try JournalFile(path, segment: 7, size: try #require(process.buffer.next).offset)
    process.buffer.move(to: new.size)
    _ = try new.write(from: process.buffer)
    #expect(try Self.files(folder.path) { _ in nil } == [pattern(100, seed: 6)])
  }

  @Test("A file that cannot be written says why, and what waits goes on waiting")
  func failure() throws {
    let folder = try TemporaryFolder()
    #expect(throws: JournalError(operation: "write", path: "/dev/full", code: ENOSPC)) {
      _ = try JournalFile("/dev/full", segment: 1, size: 24)
    }
    #expect(throws: JournalError(operation: "open", path: folder.path, code: EISDIR)) {
      _ = try JournalFile(folder.path, segment: 1, size: 24)
    }
    #expect(throws: JournalError(operation: "open", path: folder.path + "/a/b", code: ENOENT)) {
      _ = try JournalBuffer(capacity: 0, in: folder.path + "/a/b")
    }
  }

  @Test("Memory of another kind or another boot is not gone on with")
  func foreign() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/ring"
    try Data(repeating: 0x5a, count: 100_000).write(to: URL(fileURLWithPath: path))
    let process = try Process.start(path)
    #expect(process.receiver.count == 0)
    #expect(process.buffer.waiting == 0)
    #expect(process.buffer.next == nil)
    #expect(process.buffer.segment == 0)
  }

  @Test("As many segments wait as there is room for; one more has to")
  func manySegments() throws {
    let folder = try TemporaryFolder()
    let process = try Process.start(folder.path + "/ring")
    let begun = (1...40).prefix { process.buffer.begin(UInt64($0)) }.count
    #expect(begun > 8)
    #expect(begun < 40)
    #expect(process.buffer.segment == UInt64(begun))
  }
}

import Capture
import Files
import Foundation
import Journal
import Logging
import NetworkBytes
import TestSupport
import Testing

/// A checkpoint that contains only its numbers.
private struct Numbers: CheckpointContent {
  var number: UInt64 = 0
  var segment: UInt64

  func write(_ emit: ([UInt8]) throws -> Void) throws { try emit(Array("\(number) \(segment)".utf8)) }
  func check() throws(CheckpointFault) {}
}

@Suite("When a journal asks for a checkpoint", .tags(.network), .unlessFast, .ownThread)
struct WorkerJournalTests {
  private static let local = Endpoint(address: IPAddress(v4: 0x7f00_0001), port: 4739)

  /// A worker's journal whose thread is not started: everything waits in memory.
  private struct World: ~Copyable {
    let directory: WorkerDirectory
    let folder: TemporaryFolder
    let state: StateDirectory
    var receiver: UDPReceiver
    var journal: WorkerJournal
    var position: UInt32 = 0

    static func make() throws -> World {
      let folder = try TemporaryFolder()
      let logger = Logger(label: "test") { _ in LogLines() }
      let state = try StateRoot(folder.file("journal"), host: "aaa", logger: logger).open()
      let directory = WorkerDirectory(state, worker: 0, logger: logger)
      let buffer = try JournalBuffer(capacity: 1 << 20)
      let journal = WorkerJournal(
        directory, JournalThread(buffer, directory, JournalSync(interval: 0, logger), logger), from: 1, limit: 16_000,
        missing: 0, logger: logger)
      return World(
        directory: directory, folder: folder, state: state, receiver: try UDPReceiver(journalingInto: buffer),
        journal: journal)
    }

    /// Journals a message of a connection.
    ///
    /// - Returns: whether there was room for it.
    mutating func write() -> Bool {
      let payload = pattern(1000, seed: Int(position))
      let message = Capture.Datagram(
        bytes: payload.rawSpan, source: Endpoint(address: IPAddress(v4: 0xc000_0201), port: 50_000), localPort: 4739,
        arrival: 1_750_000_000_000_000_000, stream: StreamPart(connection: 7, event: .next, position: position))
      position += 1000
      return journal.write(message, to: local, &receiver, isForced: false)
    }

    /// Journals messages while there is room.
    ///
    /// - Returns: the number of messages.
    mutating func fill() -> Int {
      var count = 0
      while write() { count += 1 }
      return count
    }

    /// Journals messages until the journal requests a checkpoint, and a few more, because a worker handles several at a
    /// time.
    mutating func fillHalf() {
      while !journal.needsCheckpoint, write() {}
      for _ in 0..<2 { _ = write() }
    }

    mutating func rotate() -> Bool { journal.rotate() }

    mutating func pass(seconds: Int) {
      for _ in 0..<seconds { journal.tick() }
    }
  }

  @Test("half a journal asks for one; written, it gives all of the room again")
  func half() throws {
    var world = try World.make()
    world.fillHalf()
    let isBegun = world.rotate()
    #expect(isBegun)
    let needs = world.journal.needsCheckpoint
    #expect(!needs)
    let isWritten = world.directory.write(Numbers(segment: world.journal.segment))
    #expect(isWritten)
    world.pass(seconds: 1)
    let count = world.fill()
    #expect(count > 14)
    let needsAgain = world.journal.needsCheckpoint
    #expect(needsAgain)
  }

  @Test("a full one asks for another where the last could not be written, every ten seconds")
  func full() throws {
    var world = try World.make()
    world.fillHalf()
    let isBegun = world.rotate()
    #expect(isBegun)
    // That checkpoint fails: everything before it must remain. The remaining room is less than what triggers a request
    // by itself.
    let count = world.fill()
    #expect((4..<8).contains(count))
    for _ in 0..<3 {
      world.pass(seconds: 9)
      let isEarly = world.journal.needsCheckpoint
      #expect(!isEarly)
      world.pass(seconds: 1)
      let needs = world.journal.needsCheckpoint
      #expect(needs)
      let isBegun = world.rotate()
      #expect(isBegun)
      let hasRoom = world.write()
      #expect(!hasRoom)
    }
    let isWritten = world.directory.write(Numbers(segment: world.journal.segment))
    #expect(isWritten)
    world.pass(seconds: 1)
    let hasRoom = world.write()
    #expect(hasRoom)
  }

  @Test("one that has room does not ask, however long ago the last one was")
  func room() throws {
    var world = try World.make()
    let hasRoom = world.write()
    #expect(hasRoom)
    world.pass(seconds: 1000)
    let needs = world.journal.needsCheckpoint
    #expect(!needs)
  }
}

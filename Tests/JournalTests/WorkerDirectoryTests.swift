import Capture
import Files
import Foundation
import Journal
import Logging
import TestSupport
import Testing

/// A checkpoint that contains only its numbers.
private struct Numbers: CheckpointContent, Codable {
  var number: UInt64 = 0
  var segment: UInt64

  func write(_ emit: ([UInt8]) throws -> Void) throws { try emit(Array(try JSONEncoder().encode(self))) }
  func check() throws(CheckpointFault) {}

  static func read(_ source: inout CheckpointSource, isNeeded: Bool) throws(CheckpointFault) -> Numbers {
    let octets = Data(try source.take(source.left))
    do { return try JSONDecoder().decode(Numbers.self, from: octets) } catch { throw CheckpointFault("no numbers") }
  }
}

@Suite("What others put into a worker's directory")
final class WorkerDirectoryTests {
  private let folder: TemporaryFolder
  private let log = LogLines()
  private let state: StateDirectory

  init() throws {
    folder = try TemporaryFolder()
    state = try StateRoot(folder.file("journal"), host: "aaa", logger: Logger(label: "test") { _ in LogLines() }).open()
  }

  private var directory: WorkerDirectory {
    WorkerDirectory(state, worker: 0, logger: Logger(label: "test") { [log] _ in log })
  }

  private func plant(_ name: String, _ text: String = "x") throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(state.path)/\(name)"))
  }

  @Test("files whose numbers nothing can follow are named and left alone")
  func greatest() throws {
    let names = [
      "journal-0-18446744073709551615.pcap", "journal-0-9223372036854775808.pcap", "checkpoint-0-18446744073709551615",
      "checkpoint-0-4611686018427387905",
    ]
    for name in names + ["journal-0-+3.pcap", "journal-0-007.pcap", "journal-18446744073709551615-1.pcap"] {
      try plant(name)
    }
    try plant("journal-0-2.pcap")
    let found = try directory.load(Numbers.read)
    #expect(found.checkpoint == nil)
    #expect(found.damaged == nil)
    #expect(try directory.segments == [2])
    #expect(try state.workers == [0])
    for name in names {
      #expect(log.texts(.error).count { $0.contains("/\(name):") } == 1, "\(name): \(log.texts(.error))")
    }
    let worker = directory
    _ = try worker.load(Numbers.read)
    #expect(worker.write(Numbers(segment: 3)))
    #expect(try directory.load(Numbers.read).checkpoint?.segment == 3)
    try worker.clear()
    for name in names { #expect(try Directory.exists("\(state.path)/\(name)")) }
  }

  @Test("a checkpoint that names a segment beyond all others is damaged")
  func segment() throws {
    try plant("checkpoint-0-5", #"{"number":5,"segment":3}"#)
    try plant("checkpoint-0-6", #"{"number":6,"segment":18446744073709551615}"#)
    let found = try directory.load(Numbers.read)
    #expect(found.checkpoint?.segment == 3)
    #expect(found.damaged == 6)
  }

  @Test("a link in place of a file that is to be made is replaced, and what it leads to is left alone")
  func links() throws {
    let victim = try folder.write("kept", as: "victim")
    for name in ["checkpoint-0.new", "journal-0-4.pcap"] {
      try FileManager.default.createSymbolicLink(atPath: "\(state.path)/\(name)", withDestinationPath: victim)
    }
    let worker = directory
    _ = try worker.load(Numbers.read)
    #expect(worker.write(Numbers(segment: 1)))
    #expect(try directory.load(Numbers.read).checkpoint?.segment == 1)
    #expect(throws: JournalError(operation: "open", path: worker.journal(4), code: ELOOP)) {
      _ = try JournalFile(worker.journal(4), segment: 4, size: 24)
    }
    #expect(try String(contentsOfFile: victim, encoding: .utf8) == "kept")
  }

  @Test("a ring that is damaged is set aside, once, and counted")
  func damagedRing() throws {
    let ring = try #require(directory.rings.last)
    #expect(ring == "\(state.path)/ring-0")
    for text in ["none of ours", String(repeating: "Z", count: 5000)] {
      try plant("ring-0", text)
      #expect(directory.setDamagedRingsAside() == 1)
      #expect(try !Directory.exists(ring))
      #expect(try String(contentsOfFile: ring + ".damaged", encoding: .utf8) == text)
      #expect(log.texts(.error).last?.contains(ring) == true)
    }
    #expect(directory.setDamagedRingsAside() == 0)
    #expect(try state.workers == [])
    _ = try JournalBuffer(capacity: 0, in: ring)
    #expect(directory.setDamagedRingsAside() == 0)
    #expect(try state.workers == [0])
    #expect(log.texts(.error).count == 2)
  }

  @Test("what was received into goes with the rest, wherever an earlier run had it")
  func rings() throws {
    let worker = directory
    let rings = worker.rings
    #expect(rings.count >= 2)
    for ring in rings { try Data("x".utf8).write(to: URL(fileURLWithPath: ring)) }
    #expect(directory.rings == rings)
    try worker.clear()
    for ring in rings { #expect(try !Directory.exists(ring)) }
  }
}

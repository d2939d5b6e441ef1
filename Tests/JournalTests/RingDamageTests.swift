import Capture
import Files
import Foundation
import Journal
import NetworkBytes
import TestSupport
import Testing

private let localV4 = Endpoint(address: IPAddress(v4: 0x7f00_0001), port: 0)
private let localV6 = Endpoint(address: IPAddress(high: 0, low: 1), port: 0)

@Suite("A ring is gone on with only where all of it fits", .tags(.network, .slow), .unlessFast, .ownThread)
struct RingDamageTests {
  /// Identifies a boot of the machine.
  private static let boot: UInt64 = 77

  /// A ring left by a killed process: some datagrams written, others waiting in three segments, and a batch that was
  /// just received.
  private final class Left {
    let folder: TemporaryFolder
    let ring: String
    /// The octets of all pages that the process touched, and the length of the file.
    let octets: Octets
    let size: Int
    /// Waiting datagrams in order.
    var waiting: [Octets] = []

    init() throws {
      folder = try TemporaryFolder()
      ring = folder.file("ring")
      var waiting: [Octets] = []
      do {
        let buffer = try JournalBuffer(capacity: 0, in: ring, boot: RingDamageTests.boot)
        var receiver = try UDPReceiver(journalingInto: buffer)
        for local in [localV4, localV6] {
          guard let socket = try? UDPSocket(listening: local, receiveBuffer: 1 << 20) else { continue }
          receiver.add(socket)
        }
        var number = 0
        func receive(_ receiver: inout UDPReceiver) throws {
          let socket = number % receiver.socketCount
          let endpoint = receiver.localEndpoint(socket)
          var sender = try UDPSender(from: Endpoint(address: endpoint.address, port: 0))
          try sender.send(pattern(20 + number * 37 % 700, seed: number).rawSpan, to: endpoint)
          #expect(try receiver.receive(timeout: 60_000) == .datagrams)
          number += 1
        }
        #expect(buffer.begin(5))
        for _ in 0..<4 {
          try receive(&receiver)
          #expect(receiver.journal() != nil)
        }
        let file = try JournalFile(folder.file("5"), segment: 5, size: 24)
        _ = try file.write(from: buffer)
        for segment in [UInt64(6), 7, 9] {
          #expect(buffer.begin(segment))
          for _ in 0..<6 {
            try receive(&receiver)
            waiting.append(pattern(20 + (number - 1) * 37 % 700, seed: number - 1))
            #expect(receiver.journal() != nil)
          }
        }
        try receive(&receiver)
      }
      self.waiting = waiting
      let whole = try Data(contentsOf: URL(fileURLWithPath: ring))
      size = whole.count
      octets = Octets(whole.prefix(64 << 10))
    }

    /// Restores the file, then changes it.
    func damage(_ body: (borrowing OpenFile) throws -> Void) throws {
      let file = try OpenFile(ring, .updating(0o600))
      try file.truncate(to: Int64(size))
      var written = 0
      let octets = octets
      try file.write(octets.rawSpan, at: 0, &written)
      try body(file)
    }
  }

  /// Returns the datagrams that a process resuming from the ring finds, until none waits.
  private static func goOn(_ left: Left, _ context: String) throws -> [Octets] {
    let buffer = try JournalBuffer(capacity: 0, in: left.ring, boot: boot)
    var receiver = try UDPReceiver(journalingInto: buffer)
    var found: [Octets] = []
    buffer.forEachWaiting { _, datagram in found.append(datagram.bytes.copied()) }
    for index in 0..<receiver.count { #expect(receiver.datagram(index).bytes.byteCount <= 65_535, "\(context)") }
    #expect(receiver.journal() != nil, "\(context)")
    #expect(buffer.begin(buffer.segment + 1), "\(context)")
    let folder = try TemporaryFolder()
    var pieces = 0
    while let next = buffer.next, pieces < 100 {
      let file = try JournalFile(folder.file("\(next.segment)"), segment: next.segment, size: next.offset)
      let size = file.size
      if size != next.offset { buffer.move(to: size) }
      _ = try file.write(from: buffer)
      pieces += 1
    }
    #expect(buffer.waiting == 0, "\(context): \(pieces) pieces")
    return found
  }

  @Test("what a killed process has left is whole")
  func whole() throws {
    let left = try Left()
    #expect(try JournalBuffer.condition(of: left.ring, boot: Self.boot) == .sound)
    #expect(try Self.goOn(left, "") == left.waiting)
  }

  @Test("what is cut off costs nothing where nothing was in it, and is damage where a datagram was")
  func cuts() throws {
    let left = try Left()
    try left.damage { file in try file.truncate(to: Int64(left.size - 200)) }
    #expect(try JournalBuffer.condition(of: left.ring, boot: Self.boot) == .sound)
    #expect(try Self.goOn(left, "") == left.waiting)
    // The 64 slots of 64 KiB are at the end; the batch that was just received is in the first.
    try left.damage { file in try file.truncate(to: Int64(left.size - (64 << 16) + 10)) }
    #expect(
      try JournalBuffer.condition(of: left.ring, boot: Self.boot) == .damaged("it is shorter than it says"))
  }

  @Test("a ring with any of its octets changed is gone on with or named as damaged, in no time")
  func mutations() throws {
    let seed = runSeed("SAGFLOW_RING_SEED")
    var random = SeededGenerator(seed: seed)
    let left = try Left()
    var (sound, damaged) = (0, 0)
    for round in 0..<800 {
      var change = ""
      try left.damage { file in
        for _ in 0...random.below(3) {
          let (offset, octets) = Self.mutation(&random, left.octets)
          change += " \(offset): \(octets)"
          var written = 0
          try file.write(octets.rawSpan, at: Int64(offset), &written)
        }
        if random.below(50) == 0 {
          let size = random.below(left.size)
          change += " cut to \(size)"
          try file.truncate(to: Int64(size))
        }
      }
      let context = "SAGFLOW_RING_SEED=\(seed), round \(round):\(change)"
      switch try JournalBuffer.condition(of: left.ring, boot: Self.boot) {
      case .sound:
        sound += 1
        // The four already written may be read again.
        #expect(try Self.goOn(left, context).count <= left.waiting.count + 4, "\(context)")
      case .damaged(let why):
        damaged += 1
        #expect(!why.isEmpty)
        // Opening it anyway yields an empty ring. Only in some rounds, because it is slow.
        if round % 16 != 0 { continue }
        let buffer = try JournalBuffer(capacity: 0, in: left.ring, boot: Self.boot)
        #expect((buffer.waiting, buffer.segment) == (0, 0), "\(context)")
      case .empty, .otherBoot: continue
      }
    }
    #expect(sound > 100)
    #expect(damaged > 100)
  }

  /// Returns a position and its new content: words of the header, the arrays of recvmmsg, or octets of records.
  private static func mutation(_ random: inout SeededGenerator, _ head: Octets) -> (Int, Octets) {
    func word(_ index: Int) -> UInt64 {
      head[(index * 8)..<(index * 8 + 8)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    let index = random.below(48)
    switch random.below(5) {
    case 0:
      let values: [UInt64] = [0, 1, 2, 0x8000_0000, 0xffff_ffff, 1 << 62, 1 << 63, .max]
      return (index * 8, octets(values[random.below(values.count)]))
    case 1: return (index * 8, octets(word(random.below(48))))
    case 2: return (index * 8, octets(word(index) &+ random.next() % 200 &- 100))
    case 3: return (random.below(16 << 10), random.octets(1 + random.below(8)))
    default: return ((16 << 10) + random.below(8 << 10), random.octets(1 + random.below(4)))
    }
  }

  private static func octets(_ word: UInt64) -> Octets { (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }

  /// The position and value of a header word.
  struct Word {
    var place: Int
    var value: UInt64
  }

  private static let chosenWords: [[Word]] = [
    [Word(place: 48, value: 2)], [Word(place: 96, value: 0xffff_ffff), Word(place: 112, value: 0xffff_ffff)],
    [Word(place: 136, value: .max), Word(place: 152, value: .max)],
    [Word(place: 40, value: 1 << 63), Word(place: 48, value: 1 << 63)],
    [Word(place: 72, value: 0)], [Word(place: 32, value: 1 << 40)], [Word(place: 80, value: .max)],
  ]

  @Test("words that made earlier versions hang or end are damaged", arguments: chosenWords)
  func chosen(_ words: [Word]) throws {
    let left = try Left()
    try left.damage { file in
      for word in words {
        var written = 0
        try file.write(Self.octets(word.value).rawSpan, at: Int64(word.place), &written)
      }
    }
    guard case .damaged = try JournalBuffer.condition(of: left.ring, boot: Self.boot) else {
      Issue.record("\(words): not damaged")
      return
    }
  }

  // MARK: Boots

  @Test("on a disk a ring is of one boot, in memory of any")
  func boots() throws {
    let left = try Left()
    let isMemory = try FileSystem(of: left.ring).isMemory
    for boot: UInt64 in [0, 78] {
      #expect(try JournalBuffer.condition(of: left.ring, boot: boot) == (isMemory ? .sound : .otherBoot))
    }
    #expect(try JournalBuffer.condition(of: left.ring, boot: Self.boot) == .sound)
    if !isMemory {
      let buffer = try JournalBuffer(capacity: 0, in: left.ring, boot: 0)
      #expect((buffer.waiting, buffer.segment) == (0, 0))
    }
  }

  @Test("the boot is known without the kernel's own number of it, where files in memory are on something that has one")
  func identity() throws {
    let kernel = "/proc/sys/kernel/random/boot_id"
    let memories = ["/dev/shm", "/run"].filter {
      (try? FileSystem(of: $0)).map { $0.isMemory && $0.number != 0 } ?? false
    }
    let hidden = BootIdentity.identity(kernel: "/nowhere/boot_id", memories: ["/nowhere", "/proc"] + memories)
    #expect((hidden != 0) == !memories.isEmpty)
    #expect(BootIdentity.identity(kernel: "/nowhere/boot_id", memories: memories) == hidden)
    #expect(BootIdentity.identity(kernel: "/nowhere/boot_id", memories: []) == 0)
    if FileManager.default.isReadableFile(atPath: kernel) {
      let known = BootIdentity.identity(kernel: kernel, memories: [])
      #expect(known != 0)
      #expect(known == BootIdentity.identity(kernel: kernel, memories: memories))
      #expect(known != hidden)
    }
  }
}

import NIOCore
import StreamReception
import TestSupport
import Testing

@Suite("Messages in a connection's octets")
struct MessageFramerTests {
  /// Returns a message of `length` octets.
  static func message(_ length: Int, seed: Int = 0) -> [UInt8] {
    u16(10, UInt16(length)) + pattern(length - 4, seed: seed)
  }

  /// Returns the messages framed from octets that arrive in these pieces.
  private func messages(_ pieces: [[UInt8]]) throws -> [[UInt8]] {
    var framer = MessageFramer()
    var taken: [[UInt8]] = []
    for piece in pieces {
      framer.append(ByteBuffer(bytes: piece))
      while let message = try framer.next() {
        taken.append(Array(message))
        framer.drop(message.count)
      }
    }
    #expect(framer.count == 0)
    return taken
  }

  @Test("every place where a sequence can be cut in two gives the same messages")
  func cutInTwo() throws {
    let sent = [16, 17, 100, 16, 2000].enumerated().map { Self.message($1, seed: $0) }
    let octets = sent.flatMap { $0 }
    for cut in 0...octets.count {
      #expect(try messages([Array(octets[..<cut]), Array(octets[cut...])]) == sent, "cut at \(cut)")
    }
  }

  @Test("octet by octet, and in pieces of any length")
  func pieces() throws {
    let seed = runSeed("SAGFLOW_FRAMER_SEED")
    var random = SeededGenerator(seed: seed)
    for round in 0..<200 {
      let sent = (0..<random.below(12)).map {
        Self.message(16 + random.below(round % 10 == 0 ? 65_520 : 300), seed: $0)
      }
      let octets = sent.flatMap { $0 }
      var pieces: [[UInt8]] = []
      var start = 0
      let longest = round == 1 ? 1 : 1 + random.below(5000)
      while start < octets.count {
        let end = min(octets.count, start + 1 + random.below(longest))
        pieces.append(Array(octets[start..<end]))
        start = end
      }
      #expect(try messages(pieces) == sent, "seed \(seed), round \(round)")
    }
  }

  @Test("the longest message is one")
  func longest() throws {
    let sent = Self.message(65_535)
    #expect(try messages([sent]) == [sent])
  }

  @Test(
    "what is no message shows with its first octets",
    arguments: [
      ([0, 9], MessageFramer.Fault.version(9)), ([71, 69, 84], .version(0x4745)), ([0, 10, 0, 15], .length(15)),
      ([0, 10, 0, 0], .length(0)),
    ] as [([UInt8], MessageFramer.Fault)])
  func faults(_ octets: [UInt8], _ fault: MessageFramer.Fault) throws {
    var framer = MessageFramer()
    framer.append(ByteBuffer(bytes: Self.message(20)))
    framer.append(ByteBuffer(bytes: octets))
    #expect(try framer.next()?.count == 20)
    framer.drop(20)
    #expect(throws: fault) { try framer.next() }
  }

  @Test("nothing is concluded from less", arguments: [[], [0], [0, 10], [0, 10, 0], [0, 10, 0, 16]] as [[UInt8]])
  func short(_ octets: [UInt8]) throws {
    var framer = MessageFramer()
    framer.append(ByteBuffer(bytes: octets))
    #expect(try framer.next() == nil)
  }
}

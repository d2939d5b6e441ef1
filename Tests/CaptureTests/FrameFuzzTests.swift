import Capture
import NetworkBytes
import TestSupport
import Testing

@Suite("Frame parser against anything")
struct FrameFuzzTests {
  static let frames = (FrameParserTests.links + FrameParserTests.headers).filter { !$0.frame.isEmpty }

  @Test("A frame cut at any octet is never a datagram, unless the octets missing were padding", arguments: frames)
  func everyCut(_ vector: FrameParserTests.Vector) throws {
    for length in 0..<vector.frame.count {
      let cut = Array(vector.frame[..<length])
      let outcome = try FrameParserTests.outcome(cut, vector.link)
      if case .datagram = outcome { #expect(outcome == vector.expected) }
    }
  }

  @Test("Mutated frames never trap, and payloads lie inside the frame", arguments: [UInt64(1), 2, 3, 4])
  func mutations(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var reassembler = Reassembler(maximumPackets: 16, maximumOctets: 1 << 18)
    var outcomes = [0, 0, 0, 0]
    for arrival in 0..<100_000 {
      let vector = Self.frames[Int.random(in: 0..<Self.frames.count, using: &random)]
      let frame = Self.mutate(vector.frame, &random)
      let link = try #require(LinkType(number: vector.link))
      switch FrameParser.parse(frame.rawSpan, link: link) {
      case .datagram(_, let payload):
        #expect(payload.lowerBound >= 28)
        #expect(payload.upperBound <= frame.count)
        outcomes[0] += 1
      case .fragment(let fragment):
        #expect(fragment.content.upperBound <= frame.count)
        #expect(fragment.offset % 8 == 0)
        let content = frame.rawSpan.extracting(fragment.content)
        _ = reassembler.add(fragment, content: content, arrival: Int64(arrival))
        outcomes[1] += 1
      case .segment: Issue.record("only a journal has segments")
      case .notUDP: outcomes[2] += 1
      case .truncated: outcomes[3] += 1
      }
      #expect(reassembler.pending <= 16)
    }
    #expect(outcomes.allSatisfy { $0 > 100 }, "the mutations reach every outcome: \(outcomes)")
  }

  static func mutate(_ frame: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var frame = frame
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let place = Int.random(in: 0..<frame.count, using: &random)
      switch UInt8.random(in: 0..<8, using: &random) {
      case 0: frame.removeLast(Int.random(in: 0..<frame.count, using: &random) / 2)
      case 1: frame += pattern(Int.random(in: 1...64, using: &random))
      case 2: frame[place] = [0, 1, 0x7f, 0x80, 0xff, 17, 44, 0x81].randomElement(using: &random) ?? 0
      default: frame[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      }
    }
    return frame
  }
}

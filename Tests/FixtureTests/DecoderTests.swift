import Capture
import Foundation
import NetFlow
import TestSupport
import Testing

@Suite("The decoder that prints records gives")
struct DecoderTests {
  @Test("what is expected of every odd and malformed case", arguments: OddCases.all)
  func odd(_ odd: OddCase) throws {
    let folder = try TemporaryFolder()
    let output = try Decoded(try folder.write(odd.capture, as: "odd"))
    var left = odd.expected.map { ($0.line, $0.isOptional) }
    for line in output.lines.map({ canonicalJSON($0, only: lineMembers) }) {
      let place = left.firstIndex { $0.0 == line }
      #expect(place != nil, "not expected: \(line)")
      if let place { left.remove(at: place) }
    }
    #expect(left.filter { !$0.1 }.map(\.0).isEmpty)
    #expect(output.counters.filter { OddCase.counterNames.contains($0.key) && $0.value > 0 } == odd.counters)
    if let losesSequence = odd.losesSequence {
      let gaps = output.counters["sequence_gap"] ?? 0
      #expect((gaps > 0) == losesSequence)
    }
    let derived = odd.expected.compactMap(\.derived)
    if !derived.isEmpty {
      let got = output.lines.map { canonicalJSON($0, only: ["derived"]) }
      #expect(got.sorted() == derived.map { #"{"derived":\#($0)}"# }.sorted())
    }
  }

  @Test("the golden output of every real capture", arguments: Fixtures.realCaptures)
  func real(_ name: String) throws {
    let output = try Decoded(Fixtures.path("real/\(name).pcap"))
    let golden = try String(contentsOfFile: Fixtures.path("real/\(name).records.jsonl"), encoding: .utf8)
    let members = lineMembers.union(["derived"])
    #expect(
      output.lines.map { canonicalJSON($0, only: members) }
        == golden.split(separator: "\n").map { canonicalJSON(String($0), only: members) })
    // pmacctd pads some sets with uninitialized memory.
    let others = ["sequence_gap", "leftover_octets"]
    #expect(output.counters.filter { !others.contains($0.key) && $0.value != 0 }.isEmpty)
  }
}

/// The result of decoding a capture.
private struct Decoded {
  var lines: [String] = []
  var counters: [String: Int] = [:]

  init(_ path: String) throws {
    var decoder = RecordDecoder()
    var capture = try CaptureFile(path: path)
    var text: [UInt8] = []
    while try capture.next() {
      let datagram = capture.datagram
      decoder.decode(datagram.bytes, from: datagram.source, arrival: datagram.arrival) {
        RecordJSON.append($0, to: &text)
      }
    }
    lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    var json: [UInt8] = []
    RecordJSON.append(
      decoder.counters, truncatedFrames: UInt64(capture.counters.truncatedFrames), to: &json)
    counters = try JSONDecoder().decode([String: Int].self, from: Data(json))
  }
}

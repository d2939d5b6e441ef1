import Foundation
import TestSupport
import Testing

@Suite(
  "The reference decoder, written apart, agrees", .tags(.engine), .unlessFast,
  .enabled(if: Tool.isInstalled("python3"), "python3 is missing"))
struct ReferenceTests {
  @Test("with what is expected of every odd case", arguments: OddCases.all)
  func odd(_ odd: OddCase) async throws {
    let reference = try await Reference.decoded.value
    let output = try #require(reference[odd.description])
    let lines = output.lines.map { canonicalJSON($0, only: lineMembers) }
    #expect(lines.sorted() == odd.expected.filter { !$0.isOptional }.map(\.line).sorted())
    let derived = odd.expected.compactMap(\.derived)
    if !derived.isEmpty {
      let got = output.lines.map { canonicalJSON($0, only: ["derived"]) }
      #expect(got.sorted() == derived.map { #"{"derived":\#($0)}"# }.sorted())
    }
    var counters = output.counters
    let gaps = counters.removeValue(forKey: "sequence_gap") ?? 0
    #expect(counters == odd.counters)
    #expect(counters.keys.allSatisfy(OddCase.counterNames.contains))
    if let losesSequence = odd.losesSequence { #expect((gaps > 0) == losesSequence) }
  }

  @Test("with the golden output of every real capture", arguments: Fixtures.realCaptures)
  func real(_ name: String) async throws {
    let output = try #require(try await Reference.decoded.value[name])
    let golden = try String(contentsOfFile: Fixtures.path("real/\(name).records.jsonl"), encoding: .utf8)
    #expect(output.lines == golden.split(separator: "\n").map(String.init))
    #expect(!output.lines.isEmpty)
    #expect(output.counters.keys.allSatisfy { $0 == "sequence_gap" })
  }

  @Test("that cases have names of their own, and real captures are many and small")
  func present() throws {
    #expect(Set(OddCases.all.map(\.description)).count == OddCases.all.count)
    #expect(Fixtures.realCaptures.count >= 20)
    for name in Fixtures.realCaptures {
      let attributes = try FileManager.default.attributesOfItem(atPath: Fixtures.path("real/\(name).pcap"))
      #expect(try #require(attributes[.size] as? Int) < 60_000)
    }
  }
}

/// The output of reference.py for all captures, in one run because Python starts slowly.
private enum Reference {
  struct Output {
    let lines: [String]
    let counters: [String: Int]
  }

  /// Keyed by the case's description or the capture's name.
  static let decoded = Task<[String: Output], any Error> {
    let folder = try TemporaryFolder()
    var captures: [String: String] = [:]
    for (number, odd) in OddCases.all.enumerated() {
      captures[odd.description] = try folder.write(odd.capture, as: "odd-\(number)")
    }
    for name in Fixtures.realCaptures {
      let capture = try Data(contentsOf: URL(fileURLWithPath: Fixtures.path("real/\(name).pcap")))
      captures[name] = try folder.write(Octets(capture), as: name)
    }
    guard let python = Tool("python3") else { return [:] }
    _ = try await python.run([Fixtures.path("reference.py"), "--beside"] + captures.values)
    return try captures.mapValues { capture in
      let lines = try String(contentsOfFile: capture + ".jsonl", encoding: .utf8)
      let counters = try JSONDecoder().decode(
        [String: Int].self, from: Data(contentsOf: URL(fileURLWithPath: capture + ".json")))
      return Output(lines: lines.split(separator: "\n").map(String.init), counters: counters)
    }
  }
}

import CollectorFuzzTargets
import Foundation
import FuzzTargets
import TestSupport
import Testing

/// Runs the fuzz targets briefly: their seeds, mutations of them, and random choices. `make fuzz` runs longer, guided
/// by coverage.
///
/// `FUZZ_ROUNDS=100000 FUZZ_SEED=… swift test … --filter TargetTests` runs more rounds, or repeats a run.
@Suite("Readers of untrusted octets", .tags(.slow), .unlessFast, .ownThread)
struct TargetTests {
  private static let rounds = ProcessInfo.processInfo.environment["FUZZ_ROUNDS"].flatMap { Int($0) }

  private struct Case: CustomTestStringConvertible, Sendable {
    let target: FuzzTarget
    /// Number of inputs.
    let rounds: Int
    var testDescription: String { target.name }
  }

  private static let cases = (FuzzTarget.all + FuzzTarget.ofCollector).map { target in
    Case(target: target, rounds: rounds ?? standardRounds[target.name] ?? 150)
  }

  /// A second or two each.
  private static let standardRounds = ["ring": 15, "recovery": 60, "settings": 30, "pipeline": 80, "checkpoint": 60]

  @Test("end in what they promise, whatever comes", arguments: cases)
  private func target(_ tried: Case) {
    let seed = runSeed("FUZZ_SEED")
    var random = SeededGenerator(seed: seed)
    let seeds = tried.target.seeds()
    for input in seeds { judge(tried.target, input, "a seed") }
    for round in 0..<tried.rounds {
      var input = seeds.randomElement(using: &random) ?? []
      if round % 2 == 0 || input.isEmpty { input = random.octets(random.below(min(tried.target.longest, 2000))) }
      if round % 2 == 1 { change(&input, tried.target.longest, &random) }
      judge(tried.target, input, "FUZZ_SEED=\(seed), round \(round)")
    }
  }

  private func judge(_ target: FuzzTarget, _ input: [UInt8], _ place: String) {
    do throws(FuzzViolation) {
      try target.run(input)
    } catch {
      Issue.record("\(target.name), \(place): \(error)")
    }
  }

  /// Changes an input in a few places.
  private func change(_ input: inout [UInt8], _ longest: Int, _ random: inout SeededGenerator) {
    for _ in 0...random.below(5) where !input.isEmpty {
      let place = random.below(input.count)
      switch random.below(5) {
      case 0: input[place] ^= 1 << UInt8(random.below(8))
      case 1: input[place] = UInt8(random.below(256))
      case 2: input.remove(at: place)
      case 3: input.insert(contentsOf: input[place...].prefix(random.below(64)), at: random.below(input.count))
      default: input.removeSubrange(place..<min(input.count, place + random.below(64)))
      }
    }
    input = Array(input.prefix(longest))
  }
}

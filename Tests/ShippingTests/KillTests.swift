import Foundation
import Shipping
import Synchronization
import TestSupport
import Testing

@Suite("A collector that is killed ships each file, and none that it forgets", .tags(.slow), .unlessFast)
struct KillTests {
  private static let seed = runSeed("KILL_TESTS_SEED")

  /// Responds at random: half of the files arrive, some of them without a response.
  private final class Chance: Sendable {
    private let random = Mutex(SeededGenerator(seed: KillTests.seed))

    func below(_ bound: Int) -> Int { random.withLock { $0.below(bound) } }

    var answer: ScriptedDestination.Answer {
      switch below(10) {
      case 0, 1: .fail(.retry)
      case 2: .takeAndFail
      default: .take
      }
    }
  }

  @Test("killed 50 times at random: the cursor never has what was not taken, and in the end all was")
  func kills() async throws {
    let store = try TestStore()
    let chance = Chance()
    let destination = ScriptedDestination { _ in chance.answer }
    var names: [String] = []
    var options = ShipperOptions(name: "lake")
    options.parallel = 3
    var state = store.folder.file("state-0")
    for round in 1...50 {
      let shipper = try store.shipper(to: destination, options, state: state)
      let goal = destination.taken.count + chance.below(6)
      names += try store.add(names.count..<names.count + 1 + chance.below(6))
      shipper.start()
      try await eventually("round \(round) ships, seed \(Self.seed)") {
        destination.taken.count >= goal || shipper.report.waitingFiles == 0
      }
      // The state that a process ending now would leave: its files, whose last line may be incomplete.
      let left = store.folder.file("state-\(round)")
      let path = Cursor.path(in: left, output: "lake")
      try? FileManager.default.copyItem(atPath: state, toPath: left)
      let taken = Set(destination.taken)
      if let octets = try? Data(contentsOf: URL(fileURLWithPath: path)), chance.below(3) == 0 {
        try octets.dropLast(chance.below(40)).write(to: URL(fileURLWithPath: path))
      }
      if FileManager.default.fileExists(atPath: path) {
        let cursor = try Cursor(path, output: "lake")
        for name in names where cursor.has(name) {
          #expect(taken.contains(name), "round \(round), seed \(Self.seed): \(name)")
        }
      }
      await shipper.finish(within: .seconds(5))
      state = left
    }
    let last = try store.shipper(to: destination, options, state: state)
    // The newest file, after all waiting ones.
    let newest = try store.add(TestStore.name(names.count))
    names.append(newest)
    last.start()
    try await eventually("all are shipped, seed \(Self.seed)") {
      destination.taken.contains(newest) && last.report.waitingFiles == 0
    }
    await last.finish(within: .seconds(100_000))
    #expect(Set(destination.taken) == Set(names), "seed \(Self.seed)")
    let cursor = try Cursor(Cursor.path(in: state, output: "lake"), output: "lake")
    #expect(names.allSatisfy(cursor.has), "seed \(Self.seed)")
  }
}

import FlowModel
import FlowQuery
import FlowText
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("The collector of the process itself is asked as others are")
struct OwnCollectorTests {
  private static let state = LiveState(started: 0, datagrams: 1, liveFlows: 2, nextFile: 3, listen: [])

  /// Returns a store of one file.
  private static func store(_ folder: TemporaryFolder) throws -> String {
    try write("a", folder)
    return folder.path
  }

  private static func write(_ name: String, _ folder: TemporaryFolder) throws {
    var random = SeededGenerator(seed: 1)
    try FlowTable.random(10, &random).write(to: folder.file("\(name).parquet"))
  }

  private static func own(
    _ store: String, _ cut: @escaping @Sendable () -> LiveSession.Outcome<LiveCut>
  ) -> OwnCollector {
    OwnCollector(store: store, identity: "own") { .ready(LiveSession(store: store, state: state, cut: cut)) }
  }

  @Test("files that it published while the store was listed are added, each once")
  func published() throws {
    let folder = try TemporaryFolder()
    let store = try Self.store(folder)
    let own = Self.own(store) {
      // Published after the store was listed.
      try? Self.write("b", folder)
      return .ready(LiveCut(time: 1000, snapshots: [], published: ["a.parquet", "b.parquet"]))
    }
    let found = try LiveStore.find([store], own: own)
    #expect(found.files.files == ["\(store)/a.parquet", "\(store)/b.parquet"])
    #expect(found.until == 1000)
    #expect(found.collectors == [Self.state])
    #expect(try found.scan.series(bin: nil).totals.flows == 20)
  }

  @Test("why it has no live flows is told; one of another store is not asked; one that ends is asked again")
  func others() throws {
    let folder = try TemporaryFolder()
    let store = try Self.store(folder)
    let busy = OwnCollector(store: store, identity: "own") { .unavailable("busy") }
    let without = try LiveStore.find([store], own: busy)
    #expect((without.notices, without.until) == (["busy"], nil))
    #expect(without.files.files.count == 1)
    let other = OwnCollector(store: "/elsewhere", identity: "own") { .unavailable("busy") }
    #expect(try LiveStore.find([store], own: other).notices == [])
    let asked = Atomic(0)
    let ending = Self.own(store) {
      asked.wrappingAdd(1, ordering: .relaxed).newValue < 2
        ? .ended : .ready(LiveCut(time: 5, snapshots: [], published: []))
    }
    #expect(try LiveStore.find([store], own: ending).until == 5)
    #expect(asked.load(ordering: .relaxed) == 2)
  }

  @Test("an answer is the same whatever its threads are")
  func threads() throws {
    let folder = try TemporaryFolder()
    var random = SeededGenerator(seed: 2)
    try FlowTable.random(1000, &random).write(to: folder.file("a.parquet"), groupRows: 50)
    var scan = Scan([folder.file("a.parquet")])
    scan.workers = 4
    let usual = try scan.top(10, by: [try GroupKey(parsing: "src_addr")])
    scan.niceness = 5
    let nice = try scan.top(10, by: [try GroupKey(parsing: "src_addr")])
    #expect(nice[0].rows.map(\.key) == usual[0].rows.map(\.key))
    #expect(nice[0].totals == usual[0].totals)
    #expect(nice[0].totals.flows == 1000)
    var lines = 0
    _ = try scan.rows([.sourceAddress], format: .csv) { text in
      for octet in copy text where octet == 10 { lines += 1 }
      return true
    }
    #expect(lines == 1000)
  }
}

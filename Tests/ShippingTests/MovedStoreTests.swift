import FlowStore
import Foundation
import Shipping
import TestSupport
import Testing

@Suite("A cursor holds wherever the store is and whatever its host is called")
struct MovedStoreTests {
  @Test("a store that was moved, of a host that was renamed, is gone on with where its cursor is")
  func movedAndRenamed() async throws {
    let store = try TestStore()
    let names = try store.add(0..<3)
    let first = ScriptedDestination()
    let before = try store.shipper(to: first, ShipperOptions(name: "lake"))
    before.start()
    try await eventually("all are taken") { before.report.shippedFiles == 3 }
    await before.finish(within: .seconds(100_000))
    #expect(Set(first.taken) == Set(names))
    let waiting = try store.add(TestStore.name(3), isTold: false)
    let later = try store.add(TestStore.name(4, host: "renamed"), isTold: false)
    try store.add(TestStore.name(5, identity: "ffffffff"), isTold: false)
    let moved = store.folder.file("elsewhere")
    try FileManager.default.moveItem(atPath: store.root, toPath: moved)
    let files = OwnFiles(in: moved, of: FileOwner(identity: TestStore.identity))
    let stopped = try StoppedOutput(ShipperOptions(name: "lake"), files: files, state: store.state)
    #expect((stopped.takenFiles, stopped.waitingFiles) == (3, 2))
    let second = ScriptedDestination()
    let after = try store.shipper(to: second, ShipperOptions(name: "lake"), files: files)
    after.start()
    try await eventually("the others are taken") { after.report.shippedFiles == 2 }
    await after.finish(within: .seconds(100_000))
    #expect(Set(second.asked) == [waiting, later])
    #expect(try Cursor(store.cursorPath, output: "lake").counts.taken == 5)
  }
}

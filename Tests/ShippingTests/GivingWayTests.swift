import Shipping
import TestSupport
import Testing

@Suite("A file that is not taken holds up no other, and a destination that is away is not asked for more than before")
struct GivingWayTests {
  private static func options(_ parallel: Int) -> ShipperOptions {
    var options = ShipperOptions(name: "lake")
    options.parallel = parallel
    return options
  }

  @Test(
    "files that fail again and again leave their places to the others, which go in order, and are tried again",
    arguments: [1, 2], [ShippingFailure.Remedy.retry, .wait])
  func placesOfBadFiles(parallel: Int, remedy: ShippingFailure.Remedy) async throws {
    let store = try TestStore()
    let names = try store.add(0..<8)
    let bad = Set(names[..<3])
    let destination = ScriptedDestination { bad.contains($0.name) ? .fail(remedy) : .take }
    let shipper = try store.shipper(to: destination, Self.options(parallel))
    shipper.start()
    try await eventually("the others are taken") { destination.taken.count == 5 }
    let late = try store.add(TestStore.name(8))
    try await eventually("so is one that comes later") { destination.taken.count == 6 }
    // With two in parallel the order is not determined.
    let others = Array(names[3...]) + [late]
    #expect(parallel == 1 ? destination.taken == others : Set(destination.taken) == Set(others))
    #expect(destination.most <= parallel)
    // A file counts once it is in the cursor, shortly afterwards.
    try await eventually("they count") { shipper.report.shippedFiles == 6 }
    let report = shipper.report
    #expect((report.waitingFiles, report.waitingOctets, report.waitingSince != nil) == (3, 300, true))
    #expect(report.failingSince != nil)
    destination.answer { _ in .take }
    try await eventually("in the end all are") { shipper.report.shippedFiles == 9 }
    await shipper.finish(within: .seconds(100_000))
    #expect(shipper.report.failingSince == nil)
    #expect(Set(destination.taken.suffix(3)) == bad)
  }

  @Test("however many files are not taken, the others are")
  func manyBadFiles() async throws {
    let store = try TestStore()
    let names = try store.add(0..<60)
    let bad = Set(names[..<40])
    let destination = ScriptedDestination { bad.contains($0.name) ? .fail(.retry) : .take }
    let shipper = try store.shipper(to: destination, Self.options(2))
    shipper.start()
    try await eventually("the others are taken") { shipper.report.shippedFiles == 20 }
    await shipper.finish(within: .seconds(100_000))
    #expect(shipper.report.waitingFiles == 40)
  }

  @Test("a server that is down is not asked more often because more files wait", .tags(.slow), .unlessFast)
  func outage() async throws {
    let store = try TestStore()
    try store.add(0..<100)
    let (destination, time) = (ScriptedDestination { _ in .fail(.retry) }, QuickTime())
    let shipper = try store.shipper(to: destination, Self.options(2), time: time)
    shipper.start()
    // On its own, each file would be tried every 15 seconds: 2,000 times.
    try await eventually("five minutes have passed") { time.seconds > 300 }
    let (asked, different) = (destination.asked.count, Set(destination.asked).count)
    await shipper.finish(within: .seconds(100_000))
    #expect(asked < 150)
    #expect((3..<20).contains(different))
  }

  @Test(
    "what somebody has to mend is not asked for more than twice as often because more files wait", .tags(.slow),
    .unlessFast)
  func wrongPassword() async throws {
    let store = try TestStore()
    try store.add(0..<100)
    let (destination, time) = (ScriptedDestination { _ in .fail(.wait) }, QuickTime())
    let shipper = try store.shipper(to: destination, Self.options(1), time: time)
    shipper.start()
    try await eventually("it is asked for the first file") { destination.asked.count >= 3 }
    let before = (destination.asked.count, time.seconds)
    try await eventually("ten minutes have passed") { time.seconds > before.1 + 600 }
    let asked = destination.asked.count - before.0
    await shipper.finish(within: .seconds(100_000))
    #expect(asked <= 24)
  }

  @Test("after an outage all go on with the oldest")
  func recovery() async throws {
    let store = try TestStore()
    let names = try store.add(0..<30)
    let destination = ScriptedDestination { _ in .fail(.retry) }
    let shipper = try store.shipper(to: destination, Self.options(1))
    shipper.start()
    try await eventually("others were tried, too") { Set(destination.asked).count > 6 }
    destination.answer { _ in .take }
    try await eventually("all are taken") { shipper.report.shippedFiles == 30 }
    await shipper.finish(within: .seconds(100_000))
    let taken = destination.taken
    #expect(Array(taken.dropFirst()) == names.filter { $0 != taken[0] })
    #expect(shipper.report.failingSince == nil)
  }

  @Test("a file that has left its place is counted when retention removes it, and nothing fails any more")
  func retention() async throws {
    let store = try TestStore()
    let names = try store.add(0..<3)
    let destination = ScriptedDestination { $0.name == names[0] ? .fail(.retry) : .take }
    let shipper = try store.shipper(to: destination, Self.options(1))
    shipper.start()
    try await eventually("the others are taken") { destination.taken == Array(names[1...]) }
    try store.remove(names[0])
    try await eventually("it is counted") { shipper.report.removedFiles == 1 }
    let last = try store.add(TestStore.name(3))
    try await eventually("the next one is taken") { destination.taken.last == last }
    try await eventually("nothing fails") { shipper.report.failingSince == nil }
    await shipper.finish(within: .seconds(100_000))
    #expect(shipper.report.waitingFiles == 0)
  }
}

import Files
import Foundation
import NetworkBytes
import Shipping
import Synchronization
import TestSupport
import Testing

@Suite("A shipper brings the store's files to their destination")
struct ShipperTests {
  /// Longer than any test.
  private static let ample: Duration = .seconds(100_000)

  private static func options(parallel: Int = 1, from start: ShipperOptions.Start = .oldest) -> ShipperOptions {
    var options = ShipperOptions(name: "lake")
    (options.parallel, options.start) = (parallel, start)
    return options
  }

  /// Returns the contents of the cursor.
  private static func cursor(_ store: TestStore) async throws -> Cursor {
    try Cursor(store.cursorPath, output: "lake")
  }

  @Test("the oldest window goes first, wherever it stands and whenever it came")
  func order() async throws {
    let store = try TestStore()
    let names = try [7, 300, 2, 11, 13].map { try store.add(TestStore.name($0), isTold: false) }
    let destination = ScriptedDestination()
    let shipper = try store.shipper(to: destination, Self.options())
    shipper.start()
    try await eventually("all are taken") { destination.taken.count == 5 }
    let late = try store.add(TestStore.name(1))
    try await eventually("what came late is taken") { destination.taken.count == 6 }
    await shipper.finish(within: Self.ample)
    #expect(destination.taken == [names[2], names[0], names[3], names[4], names[1], late])
    let report = shipper.report
    #expect((report.shippedFiles, report.shippedOctets, report.waitingFiles) == (6, 600, 0))
    #expect(report.waitingSince == nil && report.failingSince == nil && report.lastError == nil)
  }

  @Test("as many are on their way as it may have, and no more", arguments: [1, 2, 5])
  func parallel(count: Int) async throws {
    let store = try TestStore()
    try store.add(0..<12)
    let destination = ScriptedDestination { _ in .hang }
    let shipper = try store.shipper(to: destination, Self.options(parallel: count))
    shipper.start()
    try await eventually("\(count) are on their way") { destination.asked.count == count }
    #expect(shipper.report.waitingFiles == 12)
    await shipper.finish(within: .seconds(5))
    #expect(destination.most == count)
    #expect(destination.asked.count == count)
  }

  @Test("failures are tried again after 100 ms, then twice as long each time up to 30 s, a part of it by chance")
  func backOff() async throws {
    let store = try TestStore()
    try store.add(0..<1)
    let destination = ScriptedDestination(Array(repeating: .fail(.retry), count: 11))
    let time = QuickTime()
    let shipper = try store.shipper(to: destination, Self.options(), time: time)
    shipper.start()
    try await eventually("it is taken") { shipper.report.shippedFiles == 1 }
    // Half of each backoff, because the test's random number is 0.5.
    let waits: [Duration] = [50, 100, 200, 400, 800, 1600, 3200, 6400, 12_800, 15_000, 15_000].map { .milliseconds($0) }
    #expect(time.all == waits)
    await shipper.finish(within: Self.ample)
    #expect(shipper.report.retries == 11)
  }

  @Test("what somebody has to mend is tried again once a minute")
  func slow() async throws {
    let store = try TestStore()
    try store.add(0..<1)
    let time = QuickTime()
    let shipper = try store.shipper(
      to: ScriptedDestination([.fail(.wait), .fail(.wait)]), Self.options(), time: time)
    shipper.start()
    try await eventually("it is taken") { shipper.report.shippedFiles == 1 }
    #expect(time.all == [.seconds(60), .seconds(60)])
    await shipper.finish(within: Self.ample)
  }

  @Test("a file that never will be taken is set aside, and the next one goes on; so it is after a restart")
  func setAside() async throws {
    let store = try TestStore()
    let names = try store.add(0..<3)
    let log = LogKeeper()
    let destination = ScriptedDestination([.take, .fail(.setAside), .fail(.setAside), .fail(.setAside)])
    let shipper = try store.shipper(to: destination, Self.options(), log: log)
    shipper.start()
    try await eventually("the others are taken") { destination.taken == [names[0], names[2]] }
    await shipper.finish(within: Self.ample)
    #expect(destination.asked == [names[0], names[1], names[1], names[1], names[2]])
    #expect(shipper.report.setAsideFiles == 1)
    #expect(shipper.report.lastError == "no")
    #expect(log.lines.contains { $0.hasPrefix("error: output lake: \(names[1]) is set aside: no") })
    let again = ScriptedDestination()
    let next = try store.shipper(to: again)
    next.start()
    await next.finish(within: Self.ample)
    #expect(again.asked.isEmpty)
    #expect(try await Self.cursor(store).counts == (taken: 2, setAside: 1, passed: 0))
  }

  @Test("a file that is refused as damaged, and then is not, was damaged on the way")
  func damagedOnTheWay() async throws {
    let store = try TestStore()
    let names = try store.add(0..<1)
    let log = LogKeeper()
    let destination = ScriptedDestination([
      .fail(.setAside), .fail(.setAside), .fail(.retry), .fail(.setAside), .fail(.setAside), .take,
    ])
    let shipper = try store.shipper(to: destination, log: log)
    shipper.start()
    try await eventually("it is taken") { destination.taken == names }
    await shipper.finish(within: Self.ample)
    #expect(shipper.report.setAsideFiles == 0)
    #expect(shipper.report.retries == 5)
    #expect(!log.lines.contains { $0.contains("set aside") })
  }

  @Test("an error that is no ShippingFailure is tried again")
  func otherErrors() async throws {
    let store = try TestStore()
    let names = try store.add(0..<1)
    let destination = ScriptedDestination([.other(CancellationError()), .other(CocoaError(.fileReadUnknown))])
    let shipper = try store.shipper(to: destination)
    shipper.start()
    try await eventually("it is taken") { destination.taken == names }
    await shipper.finish(within: Self.ample)
  }

  @Test("a new output that begins now leaves what is there")
  func now() async throws {
    let store = try TestStore()
    try store.add(0..<3)
    let destination = ScriptedDestination()
    let shipper = try store.shipper(to: destination, Self.options(from: .now))
    shipper.start()
    try await eventually("it has begun") { FileManager.default.fileExists(atPath: store.cursorPath) }
    let new = try store.add(TestStore.name(3))
    try await eventually("the new one is taken") { destination.taken == [new] }
    await shipper.finish(within: Self.ample)
    #expect(destination.asked == [new])
  }

  @Test("files of other collectors, hidden ones and strange ones are left alone; those of all workers are taken")
  func ownership() async throws {
    let store = try TestStore()
    let own = try [0, 1, 17].map { try store.add(TestStore.name($0, worker: $0)) }
    try store.add(TestStore.name(5, identity: "ffffffff"))
    try store.add("date=2026-01-01/hour=00/flows-my-host-20260101T000000Z-0-0.parquet")
    try store.add("date=2026-01-01/hour=00/.flows-my-host-\(TestStore.identity)-20260101T000000Z-0-1.part")
    try store.add(
      "date=2026-01-01/hour=00/.flows-my-host-\(TestStore.identity)-20260101T000000Z-0-1.parquet.superseded")
    try store.add("date=2026-01-01/hour=00/flows-my host-\(TestStore.identity)-20260101T000000Z-0-1.parquet")
    try store.add("date=2026-01-01/hour=00/notes.parquet")
    let destination = ScriptedDestination()
    let shipper = try store.shipper(to: destination, Self.options())
    shipper.start()
    try await eventually("its own are taken") { destination.taken.count == 3 }
    await shipper.finish(within: Self.ample)
    #expect(destination.asked == own)
  }

  @Test("a file that retention removes before it was taken is counted, and the next one goes on")
  func retention() async throws {
    let store = try TestStore()
    let names = try store.add(0..<3)
    let log = LogKeeper()
    let destination = ScriptedDestination { _ in .fail(.wait) }
    let shipper = try store.shipper(to: destination, Self.options(), log: log)
    shipper.start()
    try await eventually("it fails") { shipper.report.retries > 0 }
    try store.remove(names[0])
    try store.remove(names[1])
    try await eventually("they are counted") { shipper.report.removedFiles == 2 }
    destination.answer { _ in .take }
    try await eventually("the last one is taken") { destination.taken == [names[2]] }
    await shipper.finish(within: Self.ample)
    #expect(log.lines.contains { $0.contains("removed before") })
  }

  @Test("a file that cannot be looked at is not taken for one that is gone", arguments: [false, true])
  func awayForAMoment(isUnmounted: Bool) async throws {
    let store = try TestStore()
    let name = try store.add(TestStore.name(0))
    let destination = ScriptedDestination([.fail(.retry)])
    let place = isUnmounted ? store.root : "\(store.root)/date=2026-01-01/hour=00"
    let aside = store.folder.file("aside")
    let time = QuickTime(pausing: .milliseconds(50)) {
      try? FileManager.default.moveItem(atPath: place, toPath: aside)
      if isUnmounted {
        try? FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
      } else {
        // A symbolic link to itself: looking up a file below it fails with an error other than "not found".
        try? FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: place)
      }
    }
    let shipper = try store.shipper(to: destination, time: time)
    shipper.start()
    try await eventually("it cannot be looked at") { shipper.report.lastError?.contains("cannot look at") == true }
    #expect(shipper.report.removedFiles == 0)
    if isUnmounted {
      try FileManager.default.removeItem(atPath: place)
      try FileManager.default.moveItem(atPath: aside, toPath: place)
    } else {
      // In one step: a moment without the folder is one in which the file is gone.
      let link = store.folder.file("link")
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: aside)
      try Directory.rename(link, to: place)
    }
    try await eventually("it is taken") { destination.taken == [name] }
    await shipper.finish(within: Self.ample)
    #expect(shipper.report.removedFiles == 0)
  }

  @Test("where the cursor cannot be written anew, files are shipped all the same, and it is reported")
  func noRoomToForget() async throws {
    let store = try TestStore()
    try FileManager.default.createDirectory(atPath: store.state, withIntermediateDirectories: true)
    try Cursor.create(store.cursorPath, output: "lake", passing: (100..<500).map { TestStore.name($0) })
    // A directory blocks the path of the temporary file.
    try FileManager.default.createDirectory(atPath: "\(store.cursorPath).new", withIntermediateDirectories: false)
    let name = try store.add(TestStore.name(0), isTold: false)
    let destination = ScriptedDestination()
    let shipper = try store.shipper(to: destination)
    shipper.start()
    try await eventually("it is taken") { destination.taken == [name] }
    #expect(shipper.report.failingSince != nil)
    #expect(shipper.report.lastError?.contains("lake.cursor.new") == true)
    try FileManager.default.removeItem(atPath: "\(store.cursorPath).new")
    try await eventually("it is written anew") { shipper.report.failingSince == nil }
    await shipper.finish(within: Self.ample)
    #expect(try await Self.cursor(store).counts == (taken: 1, setAside: 0, passed: 0))
  }

  @Test("one that is dead does not touch another")
  func sideBySide() async throws {
    let store = try TestStore()
    let names = try store.add(0..<8)
    let dead = try store.shipper(to: ScriptedDestination { _ in .hang }, ShipperOptions(name: "dead"))
    let live = ScriptedDestination()
    let shipper = try store.shipper(to: live)
    dead.start()
    shipper.start()
    try await eventually("the other one takes all") { Set(live.taken) == Set(names) }
    await shipper.finish(within: Self.ample)
    await dead.finish(within: .seconds(5))
    #expect(dead.report.waitingFiles == 8)
  }

  @Test("as it ends, what was committed last is shipped; what fails is not waited for, and waits for the next start")
  func ending() async throws {
    let store = try TestStore()
    try store.add(0..<2)
    let destination = ScriptedDestination()
    let shipper = try store.shipper(to: destination, Self.options())
    shipper.start()
    try await eventually("the first are taken") { destination.taken.count == 2 }
    try store.add(2..<5)
    await shipper.finish(within: Self.ample)
    #expect(destination.taken.count == 5)

    try store.add(5..<9)
    let failing = try store.shipper(to: ScriptedDestination { _ in .fail(.wait) }, Self.options(parallel: 3))
    failing.start()
    await failing.finish(within: Self.ample)
    #expect(failing.report.waitingFiles == 4)
    #expect(try await Self.cursor(store).counts.taken == 5)
  }

  @Test("what hangs is cancelled when the time to end is over, and shipped after the next start")
  func cancellation() async throws {
    let store = try TestStore()
    let names = try store.add(0..<3)
    let hanging = ScriptedDestination { _ in .hang }
    let shipper = try store.shipper(to: hanging)
    shipper.start()
    try await eventually("they are on their way") { hanging.asked.count == 2 }
    await shipper.finish(within: .seconds(5))
    #expect(shipper.report.waitingFiles == 3)
    #expect(shipper.report.retries == 0)
    let destination = ScriptedDestination()
    let next = try store.shipper(to: destination)
    next.start()
    try await eventually("all are taken") { Set(destination.taken) == Set(names) }
    await next.finish(within: Self.ample)
  }

  @Test("a file that takes the place of one that was taken is shipped, with a warning")
  func changed() async throws {
    let store = try TestStore()
    let name = try store.add(TestStore.name(0))
    let (destination, log) = (ScriptedDestination(), LogKeeper())
    let shipper = try store.shipper(to: destination, log: log)
    shipper.start()
    try await eventually("it is taken") { shipper.report.shippedFiles == 1 }
    try store.add(name)
    try store.add(name, octets: 200)
    try await eventually("the other one is taken") { destination.taken == [name, name] }
    await shipper.finish(within: Self.ample)
    #expect(log.lines.count { $0.hasPrefix("warning: output lake: \(name) differs from the file") } == 1)
  }

  @Test("without a cursor that can be read nothing is shipped, and it ends at once all the same")
  func newerCursor() async throws {
    let store = try TestStore()
    try store.add(0..<1)
    try FileManager.default.createDirectory(atPath: store.state, withIntermediateDirectories: true)
    try Cursor.create(store.cursorPath, output: "lake")
    let line = "cursor 2 lake"
    let digits = String(fnv1a(line.utf8), radix: 16)
    let text = "\(line) \(String(repeating: "0", count: 16 - digits.count))\(digits)\n"
    _ = try store.folder.write(text, as: "state/outputs/lake.cursor")
    let destination = ScriptedDestination()
    let shipper = try store.shipper(to: destination)
    shipper.start()
    try await eventually("it fails") { shipper.report.failingSince != nil }
    #expect(shipper.report.lastError?.contains("newer version") == true)
    await shipper.finish(within: Self.ample)
    #expect(destination.asked.isEmpty)

    let (options, files) = (Self.options(), store.files)
    #expect(throws: CursorError.newer(store.cursorPath)) {
      try StoppedOutput(options, files: files, state: store.state)
    }
    let before = try StoppedOutput(options, files: files, state: store.state, isToBeginAgain: true)
    #expect((before.isNew, before.waitingFiles) == (true, 1), "the advice to begin again can be followed")
    try StoppedOutput.reset(options, to: .oldest, files: files, state: store.state)
    #expect(try !StoppedOutput(options, files: files, state: store.state).isNew)
  }

  @Test("who looks at an output that nobody ships for changes nothing, also where its cursor is damaged")
  func looking() async throws {
    let store = try TestStore()
    let names = try store.add(0..<3)
    try FileManager.default.createDirectory(atPath: store.state, withIntermediateDirectories: true)
    try Cursor.create(store.cursorPath, output: "lake", passing: names)
    var octets = try Data(contentsOf: URL(fileURLWithPath: store.cursorPath))
    octets[octets.count - 2] ^= 1
    try octets.write(to: URL(fileURLWithPath: store.cursorPath))
    let stopped = try StoppedOutput(Self.options(), files: store.files, state: store.state)
    #expect((stopped.isNew, stopped.waitingFiles) == (false, 1))
    #expect(try Data(contentsOf: URL(fileURLWithPath: store.cursorPath)) == octets)
  }

  @Test("what an output has while no collector runs, and how it begins again")
  func stopped() async throws {
    let store = try TestStore()
    let names = try store.add(0..<5)
    let options = Self.options()
    try FileManager.default.createDirectory(atPath: store.state, withIntermediateDirectories: true)
    func look() throws -> StoppedOutput { try StoppedOutput(options, files: store.files, state: store.state) }
    #expect(try (look().isNew, look().waitingFiles, look().waitingOctets) == (true, 5, 500))
    #expect(try StoppedOutput(Self.options(from: .now), files: store.files, state: store.state).waitingFiles == 0)
    let refused = Array(repeating: ScriptedDestination.Answer.fail(.setAside), count: 3)
    let destination = ScriptedDestination([.take] + refused) { $0.name == names[2] ? .take : .hang }
    let shipper = try store.shipper(to: destination, options)
    shipper.start()
    try await eventually("two are taken, and one hangs") { destination.asked.count == 6 }
    await shipper.finish(within: .seconds(5))
    #expect(try (look().isNew, look().takenFiles, look().setAsideFiles, look().waitingFiles) == (false, 2, 1, 2))
    func reset(_ beginning: StoppedOutput.Beginning) throws -> Int {
      try StoppedOutput.reset(options, to: beginning, files: store.files, state: store.state)
      return try look().waitingFiles
    }
    #expect(try reset(.setAside) == 3)
    #expect(try reset(.oldest) == 5)
    #expect(try reset(.now) == 0)
  }
}

import Shipping
import TestSupport
import Testing

@Suite("What is logged of an output that fails")
struct FailureLogTests {
  /// Longer than any test.
  private static let ample: Duration = .seconds(100_000)

  private static func options(parallel: Int) -> ShipperOptions {
    var options = ShipperOptions(name: "lake")
    options.parallel = parallel
    return options
  }

  @Test("a failure is logged when it begins and when it ends")
  func log() async throws {
    let store = try TestStore()
    try store.add(0..<6)
    let log = LogKeeper()
    let destination = ScriptedDestination { _ in .fail(.retry) }
    let shipper = try store.shipper(to: destination, Self.options(parallel: 3), log: log)
    shipper.start()
    try await eventually("it fails many times") { shipper.report.retries > 12 }
    #expect(shipper.report.failingSince == 1_000_000)
    #expect(shipper.report.lastError == "no")
    destination.answer { _ in .take }
    try await eventually("all are taken") { shipper.report.shippedFiles == 6 }
    await shipper.finish(within: Self.ample)
    #expect(shipper.report.failingSince == nil)
    #expect(log.lines.count { $0.hasPrefix("error: output lake: no; files wait") } == 1)
    #expect(log.lines.count { $0.hasPrefix("notice: output lake: recovered") } == 1)
    #expect(log.lines.count { !$0.hasPrefix("info: ") } == 2)
  }

  @Test("while it fails, each new cause is logged once an hour, whichever files it concerns")
  func causes() async throws {
    let store = try TestStore()
    try store.add(0..<4)
    let log = LogKeeper()
    let destination = ScriptedDestination { _ in .fail(.retry, "refused") }
    let time = QuickTime()
    let shipper = try store.shipper(to: destination, Self.options(parallel: 2), time: time, log: log)
    shipper.start()
    func fails(_ cause: String) async throws {
      destination.answer { .fail(.retry, "\($0.name): \(cause)", kind: cause) }
      let count = shipper.report.retries
      try await eventually("it fails by \(cause)") { shipper.report.retries > count + 6 }
    }
    try await eventually("it fails") { shipper.report.retries > 6 }
    for cause in ["wrong password", "refused", "wrong password", "no table"] { try await fails(cause) }
    time.pass(3600)
    try await fails("refused")
    await shipper.finish(within: Self.ample)
    let lines = log.lines.filter { $0.hasPrefix("error: ") }
    #expect(lines.count == 4, "\(lines)")
    #expect(lines.first?.hasPrefix("error: output lake: refused; files wait") == true)
    let causes = lines.dropFirst().map { $0.split(separator: ": ").last }
    #expect(causes == ["wrong password", "no table", "refused"])
  }

  @Test("however many causes there are, ten are logged in an hour")
  func bound() async throws {
    let store = try TestStore()
    try store.add(0..<1)
    let log = LogKeeper()
    let destination = ScriptedDestination((0..<40).map { .fail(.retry, "cause \($0)") })
    let shipper = try store.shipper(to: destination, Self.options(parallel: 1), log: log)
    shipper.start()
    try await eventually("it is taken") { shipper.report.shippedFiles == 1 }
    await shipper.finish(within: Self.ample)
    #expect(log.lines.count { $0.hasPrefix("error: ") } == 10)
  }
}

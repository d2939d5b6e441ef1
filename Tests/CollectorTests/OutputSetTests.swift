import Collector
import FlowStore
import Foundation
import Logging
import ObjectStorage
import Settings
import Shipping
import Synchronization
import TestSupport
import Testing

@Suite("The outputs of a collector change while it runs", .ownThread)
struct OutputSetTests {
  /// The destinations created, in order, and what each received.
  private final class World: Sendable {
    private let state = Mutex<(made: [String], got: [[String]])>(([], []))

    /// Names of the outputs.
    var made: [String] { state.withLock { $0.made } }
    /// Returns what the `number`th destination received.
    func got(_ number: Int) -> [String] { state.withLock { $0.got[number].sorted() } }

    func make(_ setting: OutputSetting) -> Destination {
      state.withLock { state in
        state.made.append(setting.name)
        state.got.append([])
        return Destination(world: self, number: state.made.count - 1)
      }
    }

    func take(_ name: String, _ number: Int) { state.withLock { $0.got[number].append(name) } }
  }

  private struct Destination: FileDestination {
    let world: World
    let number: Int

    var place: String { "test://\(number)" }
    func ship(_ file: CommittedFile) async throws { world.take(file.name, number) }
    func test() async throws -> [String] { [] }
  }

  private static func output(_ name: String, bucket: String = "flows") -> OutputSetting {
    var options = ObjectStorageOptions()
    (options.region, options.bucket) = ("r", bucket)
    return OutputSetting(ShipperOptions(name: name), .objects(options))
  }

  @Test("those that are new start, those that differ start again where they were, those that are gone end")
  func reconfiguration() async throws {
    let folder = try TemporaryFolder()
    let (world, published) = (World(), PublishedFiles())
    try FileManager.default.createDirectory(atPath: folder.file("state"), withIntermediateDirectories: true)
    func add(_ minute: String) throws -> String {
      let name = "date=2026-01-01/hour=00/flows-h-0a1b2c3d-20260101T00\(minute)00Z-0-0.parquet"
      let url = URL(fileURLWithPath: folder.file("flows/\(name)"))
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(count: 10).write(to: url)
      published.append([url.path])
      return name
    }
    let outputs = OutputSet(
      files: OwnFiles(in: folder.file("flows"), of: FileOwner(identity: "0a1b2c3d")), published: [published],
      state: folder.file("state"), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) { setting, _ throws(ShippingFailure) in
      if setting.name == "broken" { throw ShippingFailure(.wait, "mend it") }
      return world.make(setting)
    }
    outputs.start()
    outputs.reconfigure([Self.output("a"), Self.output("b"), Self.output("broken")])
    let first = try add("00")
    try await eventually("both have it") { outputs.report.entries.filter { $0.shipping.shippedFiles == 1 }.count == 2 }
    #expect(world.made == ["a", "b"])
    #expect(outputs.report.entries.map(\.shipping.name) == ["a", "b", "broken"])
    try await eventually("the broken one says why") {
      outputs.report.entries.last?.shipping.lastError == "mend it"
    }
    outputs.reconfigure([Self.output("c"), Self.output("b", bucket: "other"), Self.output("a")])
    try await eventually("the new ones are there") { world.made == ["a", "b", "c", "b"] }
    let second = try add("05")
    try await eventually("all have it") {
      world.got(0).count == 2 && world.got(2).count == 2 && world.got(3).count == 1
    }
    #expect(world.got(1) == [first])
    #expect(world.got(3) == [second], "it goes on from its cursor")
    #expect(outputs.report.entries.map(\.shipping.name) == ["c", "b", "a"])
    outputs.finish()
    _ = try add("10")
    #expect(world.got(0) == [first, second])
  }
}

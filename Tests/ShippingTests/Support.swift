import FlowStore
import Foundation
import Logging
import NetworkBytes
import Shipping
import Synchronization
import TestSupport
import Testing

/// A store as left by a collector's writers, and a state directory.
final class TestStore: Sendable {
  let folder: TemporaryFolder
  let published = PublishedFiles()
  static let identity = "0a1b2c3d"

  init() throws { folder = try TemporaryFolder() }

  var root: String { folder.file("store") }
  var state: String { folder.file("state") }
  var files: OwnFiles { OwnFiles(in: root, of: FileOwner(identity: Self.identity)) }

  /// Returns the name of the file of the `number`th five-minute window.
  static func name(
    _ number: Int, identity: String = TestStore.identity, worker: Int = 0, host: String = "my-host"
  ) -> String {
    let (hour, minute) = (number / 12, number % 12 * 5)
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let (day, clock) = (two(1 + hour / 24), two(hour % 24))
    return
      "date=2026-01-\(day)/hour=\(clock)/flows-\(host)-\(identity)-202601\(day)T\(clock)\(two(minute))00Z-\(worker)-0.parquet"
  }

  /// Adds a file to the store.
  ///
  /// - Parameter isTold: whether its writer announces it.
  @discardableResult
  func add(_ name: String, octets: Int = 100, isTold: Bool = true) throws -> String {
    let url = URL(fileURLWithPath: "\(root)/\(name)")
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(count: octets).write(to: url)
    if isTold { published.append([url.path]) }
    return name
  }

  @discardableResult
  func add(_ numbers: Range<Int>) throws -> [String] { try numbers.map { try add(Self.name($0)) } }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(root)/\(name)") }

  var cursorPath: String { Cursor.path(in: state, output: "lake") }

  /// Returns a shipper whose waits take only milliseconds.
  func shipper(
    to destination: any FileDestination, _ options: ShipperOptions = ShipperOptions(name: "lake"),
    time: QuickTime = QuickTime(), log: LogKeeper = LogKeeper(), state: String? = nil, files: OwnFiles? = nil
  ) throws -> Shipper {
    let state = state ?? self.state
    try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
    return Shipper(
      options, to: destination, files: files ?? self.files, published: [published], state: state, time: time.time,
      logger: Logger(label: "test") { _ in log })
  }
}

/// A clock on which waits of up to an hour take two milliseconds; longer ones take their real time.
final class QuickTime: Sendable {
  private let waits = Mutex<[Duration]>([])
  private let clock = Mutex<UnixSeconds>(1_000_000)
  private let pausing: Duration?
  private let onPause: @Sendable () -> Void

  /// - Parameters:
  ///   - pausing: the wait before which `onPause` is called.
  ///   - onPause: called before the wait.
  init(pausing: Duration? = nil, onPause: @escaping @Sendable () -> Void = {}) {
    (self.pausing, self.onPause) = (pausing, onPause)
  }

  /// All waits, without the one-second polls of the store.
  var all: [Duration] { waits.withLock { $0.filter { $0 != .seconds(1) } } }
  /// Number of one-second waits.
  var seconds: Int { waits.withLock { $0.count { $0 == .seconds(1) } } }

  /// Advances the clock, which otherwise stays the same.
  func pass(_ seconds: Int64) { clock.withLock { $0 += seconds } }

  var time: ShippingTime {
    ShippingTime { [self] in
      clock.withLock { $0 }
    } sleep: { [self] duration in
      waits.withLock { $0.append(duration) }
      if duration == pausing { onPause() }
      try await Task.sleep(for: duration > .seconds(3600) ? duration : .milliseconds(2))
    } random: {
      0.5
    }
  }
}

/// Handles files according to a script, and records what it received.
final class ScriptedDestination: FileDestination {
  enum Answer: Sendable {
    case take
    case fail(ShippingFailure.Remedy, String = "no", kind: String? = nil)
    /// Accepts the file, but loses the response.
    case takeAndFail
    case other(any Error)
    /// Does not respond until the collector gives up.
    case hang
  }

  private struct State {
    var script: [Answer] = []
    var always: (@Sendable (CommittedFile) -> Answer)?
    var asked: [String] = []
    var taken: [CommittedFile] = []
    var running = 0
    var most = 0
  }

  private let state = Mutex(State())

  /// - Parameters:
  ///   - script: the first responses.
  ///   - always: determines all later responses.
  init(_ script: [Answer] = [], then always: (@Sendable (CommittedFile) -> Answer)? = nil) {
    state.withLock { state in (state.script, state.always) = (script, always) }
  }

  var place: String { "test://here" }
  /// Elements, not the arrays themselves, of which ThreadSanitizer does not see that they are changed in place only once
  /// nobody else refers to them.
  var asked: [String] { state.withLock { $0.asked.map(\.self) } }
  var taken: [String] { state.withLock { $0.taken.map(\.name) } }
  /// The maximum number of files in flight.
  var most: Int { state.withLock { $0.most } }

  func answer(_ always: @escaping @Sendable (CommittedFile) -> Answer) { state.withLock { $0.always = always } }

  func ship(_ file: CommittedFile) async throws {
    let (first, always) = state.withLock { state -> (Answer?, (@Sendable (CommittedFile) -> Answer)?) in
      state.asked.append(file.name)
      state.running += 1
      state.most = max(state.most, state.running)
      return (state.script.isEmpty ? nil : state.script.removeFirst(), state.always)
    }
    defer { state.withLock { $0.running -= 1 } }
    await Task.yield()
    switch first ?? always?(file) ?? .take {
    case .take: state.withLock { $0.taken.append(file) }
    case .fail(let remedy, let reason, let kind): throw ShippingFailure(remedy, reason, kind: kind)
    case .takeAndFail:
      state.withLock { $0.taken.append(file) }
      throw ShippingFailure(.retry, "cut")
    case .other(let error): throw error
    case .hang: try await Task.sleep(for: .seconds(86_400))
    }
  }

  func test() async throws -> [String] { [] }
}

/// Records log messages.
final class LogKeeper: LogHandler, @unchecked Sendable {
  private let kept = Mutex<[String]>([])
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.trace

  var lines: [String] { kept.withLock { $0.map(\.self) } }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { kept.withLock { $0.append("\(event.level): \(event.message)") } }
}

import Alerts
import Collector
import FlowFilter
import FlowModel
import FlowQuery
import FlowStore
import Foundation
import NetworkBytes
import Synchronization
import TestSupport
import Testing

@Suite("Alerts are evaluated from flows and counters")
struct AlertEvaluatorTests {
  /// 2026-02-01T00:00:00Z, milliseconds since 1970 UTC.
  private static let start: Int64 = 1_769_904_000_000
  private static let day: Int64 = 86_400_000

  /// The inputs that a collector would provide.
  private final class World: Sendable {
    struct State {
      var flows: [FlowRecord] = []
      var samples: [ExporterSample] = []
      var counters = AlertInputs.Counters()
      var isBroken = false
      var readings = 0
    }

    struct Broken: Error {}

    let state = Mutex(State())

    var inputs: AlertInputs {
      AlertInputs {
        true
      } exporters: {
        self.state.withLock { $0.samples }
      } counters: {
        self.state.withLock { $0.counters }
      } flows: { hours, _ in
        let (flows, isBroken) = self.state.withLock { state in
          state.readings += 1
          return (state.flows.filter { hours.contains($0.end) }, state.isBroken)
        }
        if isBroken { throw Broken() }
        var scan = Scan([])
        var memory = try MemoryFlows(createdBy: "test")
        var batch = FlowBatch()
        batch.records = flows
        try memory.append(
          batch, origins: [FlowOrigin(exporter: .unspecified, domain: 0, version: 0)], names: NameTable())
        if let snapshot = try memory.finish(metadata: []) { scan.sources = [.snapshot(snapshot)] }
        return scan
      }
    }

    /// Adds a flow that lasts one second by default.
    func add(
      at time: Int64, for duration: Int64 = 1000, octets: UInt64 = 1000, source: UInt32 = 0x0a00_0001,
      sourcePort: UInt16 = 53,
      destinationPort: UInt16 = 1234
    ) {
      var flow = FlowRecord()
      (flow.start, flow.end, flow.octets, flow.packets) = (time, time + duration - 1, octets, 1)
      (flow.source, flow.destination) = (IPAddress(v4: source), IPAddress(v4: 0x0a00_00ff))
      (flow.sourcePort, flow.destinationPort, flow.samplingRate) = (sourcePort, destinationPort, 1)
      flow.origin = 0
      state.withLock { $0.flows.append(flow) }
    }
  }

  private static func options(_ rules: [AlertRule]) -> AlertOptions {
    var options = AlertOptions()
    options.rules = rules
    return options
  }

  private static func rule(
    _ name: String, _ measure: AlertMeasure, _ condition: AlertCondition, filter: String = "", window: Int = 60
  ) throws -> AlertRule {
    var rule = AlertRule(name: name)
    (rule.measure, rule.condition, rule.window) = (measure, condition, window)
    if !filter.isEmpty { rule.filter = try FlowFilter(parsing: filter) }
    return rule
  }

  private static func texts(_ changes: [AlertChange]) -> [String] {
    changes.map { "\($0.alert.key.name) \($0.event.rawValue)" }
  }

  @Test("a rule fires when its flows come, and is over when they end; another filter's are not counted")
  func rates() throws {
    let world = World()
    let condition = AlertCondition(.above, .value(100_000))
    let options = Self.options([
      try Self.rule("dns", .bitsPerSecond, condition, filter: "src port 53"),
      try Self.rule("web", .bitsPerSecond, condition, filter: "src port 443"),
    ])
    var evaluator = AlertEvaluator(options, started: Self.start, inputs: world.inputs)
    #expect(evaluator.evaluate(at: Self.start).isEmpty)
    // 60 flows of 15 kB in a minute are 120 kbit/s.
    for second in 0..<60 { world.add(at: Self.start + Int64(second) * 1000, octets: 15_000) }
    let fired = evaluator.evaluate(at: Self.start + 60_000)
    #expect(Self.texts(fired) == ["dns fired"])
    #expect(fired.first?.alert.value == 120_000)
    #expect(evaluator.evaluate(at: Self.start + 61_000).isEmpty)
    #expect(Self.texts(evaluator.evaluate(at: Self.start + 150_000)) == ["dns resolved"])
    #expect(evaluator.problems.isEmpty)
    // One reading of the flows serves both rules, and none happens before a twentieth of the window has passed.
    #expect(world.state.withLock { $0.readings } == 3)
  }

  @Test("each measure is what it says")
  func measures() throws {
    let world = World()
    for second in 0..<60 {
      world.add(
        at: Self.start + Int64(second) * 1000, octets: 100, source: 0x0a00_0000 + UInt32(second % 7),
        destinationPort: UInt16(1000 + second % 30))
    }
    let measures: [(AlertMeasure, Double)] = [
      (.bitsPerSecond, 800), (.packetsPerSecond, 1), (.flowsPerSecond, 1), (.bytes, 6000), (.sources, 7),
      (.destinations, 1), (.ports, 30),
    ]
    let rules = try measures.map { try Self.rule($0.0.rawValue, $0.0, AlertCondition(.above, .value(1e9))) }
    var evaluator = AlertEvaluator(Self.options(rules), started: Self.start, inputs: world.inputs)
    _ = evaluator.evaluate(at: Self.start + 60_000)
    for (measure, value) in measures {
      #expect(evaluator.board.all.first { $0.key.name == measure.rawValue }?.value == value, "\(measure)")
    }
  }

  @Test("of a flow that is longer than the window, its share counts")
  func share() throws {
    let world = World()
    let rule = try Self.rule("any", .bytes, AlertCondition(.above, .value(1e9)))
    var evaluator = AlertEvaluator(Self.options([rule]), started: Self.start, inputs: world.inputs)
    world.add(at: Self.start, for: 120_000, octets: 12_000)
    _ = evaluator.evaluate(at: Self.start + 120_000)
    #expect(evaluator.board.all.first { $0.key.name == "any" }?.value == 6000)
  }

  @Test("what is missing in the first window does not fire, and no flows later do")
  func below() throws {
    let world = World()
    let rule = try Self.rule("quiet", .flowsPerSecond, AlertCondition(.below, .value(1)))
    var evaluator = AlertEvaluator(Self.options([rule]), started: Self.start, inputs: world.inputs)
    #expect(evaluator.evaluate(at: Self.start + 30_000).isEmpty)
    #expect(Self.texts(evaluator.evaluate(at: Self.start + 60_000)) == ["quiet fired"])
  }

  @Test("a store that cannot be read changes no alert, and is told")
  func broken() throws {
    let world = World()
    let rule = try Self.rule("any", .flowsPerSecond, AlertCondition(.above, .value(0)))
    var evaluator = AlertEvaluator(Self.options([rule]), started: Self.start, inputs: world.inputs)
    world.add(at: Self.start)
    #expect(Self.texts(evaluator.evaluate(at: Self.start + 10_000)) == ["any fired"])
    world.state.withLock { $0.isBroken = true }
    #expect(evaluator.evaluate(at: Self.start + 200_000).isEmpty)
    #expect(evaluator.problems.count == 1)
    world.state.withLock { $0.isBroken = false }
    #expect(Self.texts(evaluator.evaluate(at: Self.start + 300_000)) == ["any resolved"])
  }

  @Test("a multiple of the same hour's usual value fires, once enough days are known")
  func usual() throws {
    let world = World()
    let now = Self.start + 10 * Self.day
    for back in 1...7 {
      for second in stride(from: 0, to: 3600, by: 10) {
        world.add(at: now - Int64(back) * Self.day + Int64(second) * 1000)
      }
    }
    let rule = try Self.rule("more", .flowsPerSecond, AlertCondition(.above, .usual(multiple: 3, floor: 0.05)))
    var evaluator = AlertEvaluator(Self.options([rule]), started: Self.start, inputs: world.inputs)
    for second in 0..<60 { world.add(at: now + Int64(second) * 1000) }
    var time = now + 59_000
    // Each round examines one day.
    for _ in 0..<7 {
      #expect(evaluator.evaluate(at: time).isEmpty)
      evaluator.learn(at: time)
      time += 3000
    }
    let fired = evaluator.evaluate(at: time)
    #expect(Self.texts(fired) == ["more fired"])
    #expect(fired.first?.alert.usual == 0.1)
    #expect(fired.first?.alert.limit.map { abs($0 - 0.3) < 1e-9 } == true)
  }

  @Test("a source that was not seen in the hours before is new, others are not")
  func newSources() throws {
    let world = World()
    let now = Self.start + 10 * Self.day
    for hour in 0..<4 { world.add(at: now - Int64(hour) * 3_600_000 - 1_800_000) }
    var rule = try Self.rule("new", .newSources, AlertCondition(.above, .value(0)))
    rule.memory = 3 * 3600
    var evaluator = AlertEvaluator(Self.options([rule]), started: now, inputs: world.inputs)
    world.add(at: now + 1000)
    #expect(evaluator.evaluate(at: now + 2000).isEmpty)
    evaluator.learn(at: now + 2000)
    #expect(evaluator.evaluate(at: now + 5000).isEmpty)
    world.add(at: now + 6000, source: 0x0a00_0009)
    let fired = evaluator.evaluate(at: now + 8000)
    #expect(Self.texts(fired) == ["new fired"])
    #expect(fired.first?.alert.value == 1)
  }

  @Test("exporters that are silent or lose data have an alert each, and it ends with them or when it is switched off")
  func exporters() {
    let world = World()
    func sample(_ number: UInt32, last: Int64, arrived: UInt64 = 0, lost: UInt64 = 0) -> ExporterSample {
      ExporterSample(
        address: IPAddress(v4: number), firstSeen: last - 100_000, lastSeen: last, datagrams: 101, arrived: arrived,
        lost: lost)
    }
    var evaluator = AlertEvaluator(AlertOptions(), started: Self.start, inputs: world.inputs)
    world.state.withLock { $0.samples = [sample(1, last: Self.start), sample(2, last: Self.start)] }
    #expect(evaluator.evaluate(at: Self.start + 1000).isEmpty)
    let later = Self.start + 310_000
    world.state.withLock {
      $0.samples = [sample(1, last: Self.start), sample(2, last: later, arrived: 900, lost: 100)]
    }
    let fired = evaluator.evaluate(at: later)
    #expect(Self.texts(fired) == ["exporter-silent fired", "exporter-loss fired"])
    #expect(fired.map(\.alert.key.subject) == ["0.0.0.1", "0.0.0.2"])
    world.state.withLock { $0.samples[0] = sample(1, last: later) }
    #expect(Self.texts(evaluator.evaluate(at: later + 1000)) == ["exporter-silent resolved"])
    var off = AlertOptions()
    off.builtIn.exporterLoss = 0
    evaluator.reconfigure(off)
    #expect(Self.texts(evaluator.evaluate(at: later + 2000)) == ["exporter-loss resolved"])
  }

  @Test("the collector's own alerts follow its counters and its disk")
  func collector() {
    let world = World()
    world.state.withLock { $0.counters.kernelDrops = 1000 }
    var evaluator = AlertEvaluator(AlertOptions(), started: Self.start, inputs: world.inputs)
    #expect(evaluator.evaluate(at: Self.start).isEmpty, "what was counted by an earlier run is no news")
    world.state.withLock {
      ($0.counters.kernelDrops, $0.counters.rowsLost) = (1001, 5)
      ($0.counters.isStoreFailing, $0.counters.freePercent) = (true, 4.9)
    }
    let fired = Self.texts(evaluator.evaluate(at: Self.start + 1000))
    #expect(Set(fired) == ["kernel-drops fired", "rows-lost fired", "store-failure fired", "disk-full fired"])
    world.state.withLock { ($0.counters.isStoreFailing, $0.counters.freePercent) = (false, 6) }
    #expect(Self.texts(evaluator.evaluate(at: Self.start + 2000)) == ["store-failure resolved"])
    world.state.withLock { $0.counters.freePercent = 7 }
    let over = Self.texts(evaluator.evaluate(at: Self.start + 400_000))
    #expect(Set(over) == ["kernel-drops resolved", "rows-lost resolved", "disk-full resolved"])
  }

  @Test("an output that is behind has an alert of its own, which ends when it has caught up or is gone")
  func outputs() {
    let world = World()
    var evaluator = AlertEvaluator(AlertOptions(), started: Self.start, inputs: world.inputs)
    func evaluate(_ ages: [(String, Double)], at time: Int64) -> [String] {
      world.state.withLock { $0.counters.outputs = ages.map { AlertInputs.OutputAge(name: $0.0, seconds: $0.1) } }
      return evaluator.evaluate(at: Self.start + time).map { "\($0.alert.key.subject) \($0.event.rawValue)" }
    }
    #expect(evaluate([("lake", 1800), ("table", 0)], at: 1000).isEmpty)
    #expect(evaluate([("lake", 1801), ("table", 0)], at: 2000) == ["lake fired"])
    #expect(evaluate([("lake", 1801), ("table", 2000)], at: 3000) == ["table fired"])
    #expect(evaluate([("lake", 0), ("table", 2000)], at: 4000) == ["lake resolved"])
    #expect(evaluate([("lake", 0)], at: 5000) == ["table resolved"])
  }

  @Test("what fires is the same after a restart: not told again, and over once")
  func restart() throws {
    let world = World()
    let options = Self.options([try Self.rule("any", .flowsPerSecond, AlertCondition(.above, .value(0)))])
    var evaluator = AlertEvaluator(options, started: Self.start, inputs: world.inputs)
    world.add(at: Self.start)
    #expect(Self.texts(evaluator.evaluate(at: Self.start + 1000)) == ["any fired"])
    let folder = try TemporaryFolder()
    let file = AlertFile(in: folder.path, logger: AlertActionsTests.quiet)
    #expect(file.load().isEmpty)
    try file.save(evaluator.board.firing)
    var next = AlertEvaluator(options, restoring: file.load(), started: Self.start + 5000, inputs: world.inputs)
    #expect(next.evaluate(at: Self.start + 6000).isEmpty)
    #expect(Self.texts(next.evaluate(at: Self.start + 200_000)) == ["any resolved"])
    // A saved alert whose rule was removed meanwhile.
    var other = AlertEvaluator(AlertOptions(), restoring: file.load(), started: Self.start, inputs: world.inputs)
    #expect(Self.texts(other.evaluate(at: Self.start + 6000)) == ["any resolved"])
  }

  @Test(
    "a damaged file of alerts is set aside",
    arguments: [
      "", "{", "{\"version\":2,\"alerts\":[]}", "[]",
      #"{"version":1,"alerts":[{"key":{"name":"a b","subject":""},"state":{"phase":"firing","since":1,"fired":1}}]}"#,
    ])
  func damaged(text: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(text, as: "alerts.json")
    let file = AlertFile(in: folder.path, logger: AlertActionsTests.quiet)
    #expect(file.load().isEmpty)
    #expect(try String(contentsOfFile: "\(path).damaged", encoding: .utf8) == text)
    try file.save([])
    #expect(file.load().isEmpty)
  }
}

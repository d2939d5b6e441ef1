import FlowModel
import FlowOutput
import FlowStore
import Foundation
import Logging
import NetFlow
import NetworkBytes
import Synchronization
import TestSupport
import Testing

/// Records log messages, and can block the logging thread.
private final class LogKeeper: LogHandler, @unchecked Sendable {
  private let kept = Mutex<[String]>([])
  /// Locked to block the logging thread.
  let gate = Mutex<Void>(())
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.trace

  /// Not the array itself: ThreadSanitizer does not see that the logging thread changes it in place only once nobody
  /// else refers to it.
  var lines: [String] { kept.withLock { $0.map(\.self) } }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    kept.withLock { $0.append("\(event.level): \(event.message)") }
    gate.withLock { _ in }
  }
}

@Suite("The store's thread and the sink before it", .ownThread)
struct StoreOutputTests {
  private typealias StoreThread = OutputThread<StoreOutput>

  private let directory: TemporaryFolder
  private let log = LogKeeper()
  private static let newYear: Int64 = 1_767_225_600_000
  private static let origins = [
    FlowOrigin(exporter: .unspecified, domain: 0, version: 0),
    FlowOrigin(exporter: IPAddress(v4: 0xc000_0201), domain: 1, version: 9),
  ]

  private static func moment(_ time: Int64) -> FlowContext { FlowContext(time: time, origins: origins) }

  init() throws { directory = try TemporaryFolder() }

  private var path: String { directory.path }

  private func options(worker: Int = 0) -> FlowStoreOptions {
    var options = FlowStoreOptions(path: path, host: "h")
    options.worker = worker
    options.rowGroupRows = 100
    return options
  }

  private func thread(worker: Int = 0, retention: Retention = Retention()) throws -> StoreThread {
    let (options, logger) = (options(worker: worker), Logger(label: "t") { [log] _ in log })
    let thread = StoreThread("store-\(worker)", logger: logger) { () throws(StoreError) in
      try StoreOutput(options, settings: StoreSettings(retention: retention), logger: logger)
    }
    try thread.start()
    return thread
  }

  private static func fill(_ batch: inout FlowBatch, _ count: Int) {
    var record = FlowRecord()
    record.origin = 1
    batch.records.append(contentsOf: repeatElement(record, count: count))
  }

  /// Waits at most a minute for something another thread does.
  private func wait(_ what: String, until condition: () -> Bool) throws {
    for _ in 0..<6000 {
      if condition() { return }
      Thread.sleep(forTimeInterval: 0.01)
    }
    Issue.record("waited in vain: \(what); log: \(log.lines)")
  }

  private var files: [String] {
    (FileManager.default.enumerator(atPath: path)?.allObjects as? [String] ?? []).filter { $0.hasSuffix(".parquet") }
  }

  /// Places a file where the folder of a day in January 2026 should be.
  private func block(day: Int = 1) throws { _ = try directory.write("", as: "date=2026-01-0\(day)") }
  private func unblock(day: Int = 1) throws {
    try FileManager.default.removeItem(atPath: "\(path)/date=2026-01-0\(day)")
  }

  @Test("finish commits all that was handed over") func finish() throws {
    let thread = try thread()
    let sink = OutputSink(thread)
    var batch = FlowBatch()
    for window in 0..<3 {
      for _ in 0..<40 {
        Self.fill(&batch, 33)
        sink.take(&batch, Self.moment(Self.newYear + Int64(window) * 300_000), .wait)
        #expect(batch.records.isEmpty)
      }
    }
    Self.fill(&batch, 7)
    sink.take(&batch, Self.moment(Self.newYear + 600_000), .wait)
    thread.finish()
    #expect(sink.counters.handedOver == 3967)
    #expect(sink.counters.dropped == 0)
    #expect(thread.counters.received == 3967)
    #expect(thread.counters.committed == 3967)
    #expect(thread.counters.committedFiles == 3)
    #expect(files.count == 3)
    #expect(thread.currentFailure == nil)
    #expect(log.lines == [])
  }

  @Test("the clock alone ends a file") func turn() throws {
    let thread = try thread()
    let sink = OutputSink(thread)
    var batch = FlowBatch()
    Self.fill(&batch, 5)
    sink.take(&batch, Self.moment(Self.newYear), .drop)
    sink.advance(to: Self.moment(Self.newYear + 300_000), .drop)
    try wait("a commit") { thread.counters.committed == 5 }
    thread.finish()
    #expect(files.count == 1)
  }

  @Test("a failure is one line when it begins and one when it ends, however many batches it meets")
  func failureLines() throws {
    let thread = try thread()
    let sink = OutputSink(thread)
    var batch = FlowBatch()
    for round in 1...2 {
      let begin = Self.newYear + Int64(round - 1) * 86_400_000
      let failed =
        "error: cannot create directory \(path)/date=2026-01-0\(round)/hour=00: Not a directory (errno 20); check that the directory is there; flows are kept in memory while there is room, reception continues"
      try block(day: round)
      for second in 0..<20 {
        Self.fill(&batch, 50)
        sink.take(&batch, Self.moment(begin + Int64(second) * 1000), .wait)
      }
      try wait("the rows") { thread.counters.received == UInt64(round * 1000 + (round - 1)) }
      #expect(thread.currentFailure != nil)
      #expect(thread.counters.lost == UInt64(round * 800))
      #expect(log.lines.count == 2 * round - 1)
      #expect(log.lines.last == failed)
      try unblock(day: round)
      Self.fill(&batch, 1)
      sink.take(&batch, Self.moment(begin + 20_000), .wait)
      try wait("the line that it is over") { log.lines.count == 2 * round }
      #expect(log.lines.last == "notice: the store can be written again: \(path)")
      #expect(thread.currentFailure == nil)
    }
    thread.finish()
    #expect(thread.counters.committed == 402)
    #expect(thread.counters.lost == 1600)
  }

  @Test("rows that cannot be written when it ends are lost, and the failure stays") func failureAtTheEnd() throws {
    let thread = try thread()
    let sink = OutputSink(thread)
    var batch = FlowBatch()
    try block()
    Self.fill(&batch, 60)
    sink.take(&batch, Self.moment(Self.newYear), .wait)
    thread.finish()
    #expect(thread.counters.received == 60)
    #expect(thread.counters.lost == 60)
    #expect(thread.currentFailure != nil)
    #expect(log.lines.count == 1)
  }

  /// Gives a failing store's thread one batch, which makes it log and block at the log's gate.
  private func holdUp(_ sink: OutputSink<StoreOutput>) throws {
    try block()
    var batch = FlowBatch()
    Self.fill(&batch, 100)
    sink.take(&batch, Self.moment(Self.newYear), .wait)
    try wait("the line") { log.lines.count == 1 }
    try unblock()
  }

  @Test("a collector drops and counts what a slow store has no room for") func drops() throws {
    let thread = try thread()
    let sink = OutputSink(thread)
    var batch = FlowBatch()
    try log.gate.withLock { _ in
      try holdUp(sink)
      for _ in 0..<100 {
        Self.fill(&batch, 10)
        sink.take(&batch, Self.moment(Self.newYear + 1000), .drop)
        #expect(batch.records.isEmpty)
        sink.advance(to: Self.moment(Self.newYear + 1000), .drop)
      }
      #expect(sink.counters.handedOver + sink.counters.dropped == 1100)
      #expect((300..<600).contains(sink.counters.handedOver), "what the queue holds")
    }
    Self.fill(&batch, 10)
    sink.take(&batch, Self.moment(Self.newYear + 2000), .wait)
    thread.finish()
    #expect(sink.counters.handedOver + sink.counters.dropped == 1110)
    #expect(thread.counters.committed == sink.counters.handedOver)
    #expect(thread.counters.lost == 0)
  }

  @Test("a replay waits for a slow store and loses nothing") func waits() throws {
    let thread = try thread()
    let done = DispatchSemaphore(value: 0)
    try log.gate.withLock { _ in
      let sink = OutputSink(thread)
      try holdUp(sink)
      Thread.detachNewThread {
        let sink = OutputSink(thread)
        var batch = FlowBatch()
        for _ in 0..<150 {
          Self.fill(&batch, 10)
          sink.take(&batch, Self.moment(Self.newYear + 1000), .wait)
        }
        done.signal()
      }
      #expect(done.wait(timeout: .now() + 0.2) == .timedOut)
    }
    done.wait()
    thread.finish()
    #expect(thread.counters.committed == 1600)
    #expect(thread.counters.lost == 0)
  }

  @Test("while the store keeps up, batches come back to be filled again, ticks and visits between them or not")
  func recycling() throws {
    let thread = try thread()
    let sink = OutputSink(thread)
    var batch = FlowBatch(capacity: 64)
    var places: Set<UInt> = []
    let seen = DispatchSemaphore(value: 0)
    for round in 0..<300 {
      #expect(batch.records.capacity >= 64, "round \(round): what comes back has room")
      Self.fill(&batch, 64)
      // Sound: the address is only compared with others, never used as one.
      places.insert(unsafe batch.records.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) })
      sink.take(&batch, Self.moment(Self.newYear), .wait)
      for _ in 0..<3 { sink.advance(to: Self.moment(Self.newYear), .wait) }
      #expect(sink.visit(Self.moment(Self.newYear)) { _ in seen.signal() })
      seen.wait()
    }
    thread.finish()
    #expect(places.count <= 3, "one on its way and one to fill, two at the first hand-over")
    #expect(thread.counters.committed == 300 * 64)
  }

  @Test("retention is applied with every window, also where nothing is committed") func retention() throws {
    let folder = directory.file("date=2020-01-01")
    let old = URL(fileURLWithPath: folder + "/hour=00/flows-h-20200101T000000Z-0-0.parquet")
    func makeOld() throws {
      try FileManager.default.createDirectory(at: old.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(count: 10).write(to: old)
    }
    try makeOld()
    let thread = try thread(retention: Retention(age: 3600))
    let sink = OutputSink(thread)
    sink.advance(to: Self.moment(Self.newYear), .wait)
    // A pass ends with the folders that it has emptied.
    try wait("a first pass") { !FileManager.default.fileExists(atPath: folder) }
    try makeOld()
    sink.advance(to: Self.moment(Self.newYear + 1000), .wait)
    sink.advance(to: Self.moment(Self.newYear + 300_000), .wait)
    try wait("a second pass") { !FileManager.default.fileExists(atPath: folder) }
    thread.finish()
    #expect(log.lines == Array(repeating: "info: retention: removed 1 files, 10 bytes", count: 2))
  }

  @Test("workers write side by side, and every row is committed") func workers() throws {
    let threads = try (0..<4).map { try thread(worker: $0) }
    DispatchQueue.concurrentPerform(iterations: threads.count) { worker in
      let sink = OutputSink(threads[worker])
      var batch = FlowBatch()
      for round in 0..<50 {
        Self.fill(&batch, 21)
        sink.take(&batch, Self.moment(Self.newYear + Int64(round) * 60_000), .wait)
      }
      threads[worker].finish()
    }
    #expect(threads.map(\.counters.committed) == Array(repeating: 50 * 21, count: 4))
    #expect(files.count == 4 * 10)
  }
}

import Files
import FlowLines
import FlowModel
import FlowOutput
import FlowText
import Foundation
import Logging
import NetworkBytes
import TestSupport
import Testing

@Suite("Rows as lines of a file", .ownThread)
struct LineOutputTests {
  private let folder: TemporaryFolder
  private static let logger = Logger(label: "t") { _ in SwiftLogNoOpLogHandler() }
  private static let context = FlowContext(
    time: 1_767_225_600_000,
    origins: [
      FlowOrigin(exporter: .unspecified, domain: 0, version: 0),
      FlowOrigin(exporter: IPAddress(v4: 1), domain: 0, version: 9),
    ])

  init() throws { folder = try TemporaryFolder() }

  /// Returns rows whose octets count up from `first`.
  private static func batch(_ first: Int, _ count: Int) -> FlowBatch {
    var batch = FlowBatch()
    for number in first..<(first + count) {
      var record = FlowRecord()
      record.octets = UInt64(number)
      record.origin = 1
      batch.records.append(record)
    }
    return batch
  }

  private func options(_ name: String = "rows.json") -> LineOptions {
    var options = LineOptions()
    options.path = folder.file(name)
    return options
  }

  private static func file(_ options: LineOptions) -> LineFile { LineFile("rows", options, logger: logger) }

  private static func lines(_ path: String) throws -> [String] {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.isEmpty || text.hasSuffix("\n"))
    return text.split(separator: "\n").map(String.init)
  }

  /// Returns the octets of each row of a JSON file.
  private static func octets(_ path: String) throws -> [Int] {
    try lines(path).map { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return object?["bytes"] as? Int ?? -1
    }
  }

  @Test("each is there once, behind what the file had")
  func appended() throws {
    let options = options()
    for run in 0..<2 {
      var output = LineOutput("rows", to: Self.file(options))
      output.append(Self.batch(run * 10, 5), Self.context)
      output.append(Self.batch(run * 10 + 5, 5), Self.context)
      output.finish()
      #expect(output.counters.received == 10 && output.counters.committed == 10)
      #expect(output.failure == nil)
    }
    #expect(try Self.octets(options.path) == Array(0..<20))
  }

  @Test("a last line that a crash has cut is ended first")
  func torn() throws {
    let options = options()
    _ = try folder.write(#"{"bytes":1}"# + "\n" + #"{"byt"#, as: "rows.json")
    var output = LineOutput("rows", to: Self.file(options))
    output.append(Self.batch(7, 1), Self.context)
    let lines = try Self.lines(options.path)
    #expect(lines.count == 3 && lines[1] == #"{"byt"# && lines[2].contains(#""bytes":7"#))
  }

  @Test("CSV has one header in a file, also when it goes on later and when it is opened anew")
  func header() throws {
    var options = options("rows.csv")
    options.format = .csv
    options.names = .nfdump
    let file = Self.file(options)
    for first in [0, 1] {
      var output = LineOutput("rows", to: file)
      output.append(Self.batch(first, 1), Self.context)
    }
    var output = LineOutput("rows", to: Self.file(options))
    output.append(Self.batch(2, 1), Self.context)
    #expect(try Self.lines(options.path).filter { $0.hasPrefix("firstSeen,") }.count == 1)
    #expect(try Self.lines(options.path).count == 4)
    try FileManager.default.removeItem(atPath: options.path)
    file.reopen()
    output = LineOutput("rows", to: file)
    output.append(Self.batch(2, 1), Self.context)
    #expect(try Self.lines(options.path).count == 2)
  }

  @Test("a file that was moved away is left when that is said, and not before")
  func rotated() throws {
    let options = options()
    let file = Self.file(options)
    var output = LineOutput("rows", to: file)
    output.append(Self.batch(0, 1), Self.context)
    try FileManager.default.moveItem(atPath: options.path, toPath: folder.file("old"))
    output.append(Self.batch(1, 1), Self.context)
    file.reopen()
    output.append(Self.batch(2, 2), Self.context)
    #expect(try Self.octets(folder.file("old")) == [0, 1])
    #expect(try Self.octets(options.path) == [2, 3])
  }

  @Test("while the file cannot be opened rows are held up to the bound, the rest is lost, and both are counted")
  func held() throws {
    var options = options("missing/rows.json")
    options.maximumHeld = 4000
    var output = LineOutput("rows", to: Self.file(options))
    for number in 0..<100 { output.append(Self.batch(number, 1), Self.context) }
    let held = Int(output.counters.held)
    #expect(output.failure != nil)
    #expect(held > 0 && held < 100)
    #expect(output.counters.lost == 100 - UInt64(held))
    try FileManager.default.createDirectory(atPath: folder.file("missing"), withIntermediateDirectories: false)
    output.advance(to: Self.context)
    output.append(Self.batch(100, 1), Self.context)
    #expect(output.failure == nil)
    #expect(output.counters.held == 0 && output.counters.committed == UInt64(held) + 1)
    #expect(try Self.octets(options.path) == Array(0..<held) + [100])
  }

  @Test("a report says why rows are not written and since when, while it is so, and what became of rows")
  func report() throws {
    let options = options("missing/rows.json")
    let file = Self.file(options)
    var output = LineOutput("rows", to: file)
    #expect(file.failure == nil)
    output.append(Self.batch(0, 3), Self.context)
    let first = try #require(file.failure)
    #expect(first.error == FileError(.open, path: options.path, code: ENOENT))
    output.append(Self.batch(3, 1), Self.context)
    #expect(file.failure?.since == first.since)
    try FileManager.default.createDirectory(atPath: folder.file("missing"), withIntermediateDirectories: false)
    output.advance(to: Self.context)
    #expect(file.failure == nil)

    let destination = LineDestination("rows", options, logger: Self.logger)
    let sink = try destination.start(worker: 0)
    var batch = Self.batch(4, 2)
    sink.take(&batch, Self.context, .wait)
    #expect(destination.finish(by: .now() + 60))
    let report = destination.report
    #expect((report.name, report.place, report.failure) == ("rows", options.path, nil))
    #expect((report.written, report.lost, report.held) == (2, 0, 0))
    #expect(report.writtenOctets > 100)
  }

  @Test("a test says whether lines could be written, and makes no file")
  func tested() throws {
    var options = options()
    #expect(try options.test() == ["\(options.path) does not exist yet; \(folder.path) is writable"])
    #expect(!FileManager.default.fileExists(atPath: options.path))
    _ = try folder.write("{}\n", as: "rows.json")
    #expect(try options.test() == ["\(options.path) can be written; it has 3 bytes"])
    options.path = folder.file("missing/rows.json")
    #expect(throws: FileError.self) { try options.test() }
    options.path = folder.path
    #expect(throws: FileError(.open, path: folder.path, code: EISDIR)) { try options.test() }
    options.path = folder.file("pipe")
    let made = unsafe mkfifo(options.path, 0o600)
    try #require(made == 0)
    #expect(try options.test() == ["\(options.path) is a pipe or a device"])
    #expect(try LineOptions().test() == ["lines go to the collector's standard output"])
  }

  @Test("what is held when all ends is lost, and counted so")
  func end() {
    var output = LineOutput("rows", to: Self.file(options("missing/rows.json")))
    output.append(Self.batch(0, 3), Self.context)
    output.finish()
    #expect(output.counters.held == 0 && output.counters.lost == 3 && output.counters.received == 3)
  }

  @Test("a disk that is full in the middle of a row has whole rows, and those behind follow when there is room")
  func full() async throws {
    let path = options().path
    await #expect(processExitsWith: .success) { [path = path as String] in
      // In its own process, because the limit applies to the process.
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 10_000, rlim_max: 1 << 30)
      guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(2) }
      var options = LineOptions()
      options.path = path
      var output = LineOutput("rows", to: LineOutputTests.file(options))
      output.append(LineOutputTests.batch(0, 60), LineOutputTests.context)
      guard output.failure != nil, output.counters.held > 0, output.counters.committed > 0 else { exit(3) }
      let written = try LineOutputTests.octets(path)
      guard written == Array(0..<Int(output.counters.committed)) else { exit(4) }
      limit.rlim_cur = 1 << 30
      guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(2) }
      output.append(LineOutputTests.batch(60, 1), LineOutputTests.context)
      guard output.failure == nil, output.counters.committed == 61, output.counters.held == 0 else { exit(5) }
      exit(0)
    }
    #expect(try Self.octets(path) == Array(0...60))
  }

  @Test("standard output whose reader has ended takes no more, and nothing else ends")
  func unread() async {
    await #expect(processExitsWith: .success) {
      signal(SIGPIPE, SIG_IGN)
      let pipe = Pipe()
      guard dup2(pipe.fileHandleForWriting.fileDescriptor, STDOUT_FILENO) == STDOUT_FILENO else { exit(2) }
      let file = LineOutputTests.file(LineOptions())
      var output = LineOutput("rows", to: file)
      output.append(LineOutputTests.batch(0, 1), LineOutputTests.context)
      let line = pipe.fileHandleForReading.availableData
      guard output.counters.committed == 1, line.last == UInt8(ascii: "\n"), !file.hasEnded else { exit(3) }
      try pipe.fileHandleForReading.close()
      for number in 1...3 { output.append(LineOutputTests.batch(number, 1), LineOutputTests.context) }
      guard file.hasEnded, output.counters.lost == 3, output.counters.held == 0, output.failure == nil else { exit(4) }
      exit(0)
    }
  }

  @Test("the workers of an output share its file, and every row is in one line")
  func workers() throws {
    let options = options()
    let destination = LineDestination("rows", options, logger: Self.logger)
    let sinks = try (0..<3).map { try destination.start(worker: $0) }
    for round in 0..<20 {
      for (worker, sink) in sinks.enumerated() {
        var batch = Self.batch(worker * 10_000 + round * 100, 100)
        sink.take(&batch, Self.context, .wait)
      }
    }
    #expect(destination.finish(by: .now() + 60))
    #expect(destination.counters.committed == 6000 && destination.counters.lost == 0)
    let all = (0..<3).flatMap { worker in (0..<2000).map { worker * 10_000 + $0 } }
    #expect(try Self.octets(options.path).sorted() == all)
  }

  @Test("a reader that does not read holds up nobody: rows beyond the queue are dropped, and counted")
  func slow() throws {
    let path = folder.file("pipe")
    let made = unsafe mkfifo(path, 0o600)
    #expect(made == 0)
    var options = LineOptions()
    options.path = path
    let destination = LineDestination("rows", options, logger: Self.logger)
    let sink = try destination.start(worker: 0)
    for round in 0..<200 {
      var batch = Self.batch(round * 1000, 1000)
      sink.take(&batch, Self.context, .drop)
    }
    #expect(sink.counters.dropped > 0)
    #expect(sink.counters.dropped + sink.counters.handedOver == 200_000)
    #expect(destination.counters.lost >= sink.counters.dropped)
    let report = destination.report
    #expect(report.written + report.held + report.lost == 200_000)
    #expect(!destination.finish(by: .now() + 0.001))
  }
}

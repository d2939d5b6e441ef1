import Foundation
import NIOHTTP1
import Shipping
import Synchronization
import TestSupport
import Testing

import ClickHouse

@Suite("Files on their way to ClickHouse", .tags(.network), .unlessFast)
struct DestinationTests {
  /// A committed file with some content, in its own folder.
  private struct Content {
    let folder: TemporaryFolder
    var file: CommittedFile
    let octets: [UInt8]

    init(_ count: Int = 100_000) throws {
      folder = try TemporaryFolder()
      octets = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 / 251) }
      file = CommittedFile(
        name: "date=2026-01-31/hour=07/flows-a b-20260131T070000Z-0-0.parquet",
        path: try folder.write(octets, as: "flows.parquet"), octets: UInt64(count))
    }
  }

  private static func destination(
    _ servers: [ServerStub], environment: [String: String] = [:], _ change: (inout ClickHouseOptions) -> Void = { _ in }
  ) -> ClickHouseDestination {
    var options = ClickHouseOptions()
    options.urls = servers.map(\.url)
    options.timeout = 60
    change(&options)
    return ClickHouseDestination(options, environment: environment)
  }

  /// Returns why a file is refused; nil if it is accepted.
  private static func failure(_ destination: ClickHouseDestination, _ file: CommittedFile) async throws
    -> ShippingFailure?
  {
    do {
      try await destination.ship(file)
      return nil
    } catch let failure as ShippingFailure {
      return failure
    }
  }

  @Test("a file is the body of one request, with its name as the token, and nothing secret in the address")
  func request() async throws {
    let server = try await ServerStub()
    let content = try Content(3 << 20)
    let destination = Self.destination([server], environment: ["SAGFLOW_CLICKHOUSE_PASSWORD": "se cret"]) {
      ($0.database, $0.table, $0.user) = ("net`flow", "fl\\ows", "collector")
    }
    try await destination.ship(content.file)
    let insert = try #require(server.inserts.first)
    #expect(server.inserts.count == 1)
    #expect(insert.body == content.octets)
    #expect(insert.headers["X-ClickHouse-User"] == ["collector"])
    #expect(insert.headers["X-ClickHouse-Key"] == ["se cret"])
    #expect(insert.headers["Content-Length"] == [String(content.octets.count)])
    #expect(!insert.url.contains("cret"))
    let parameters = insert.parameters
    #expect(parameters["query"]?.hasPrefix("INSERT INTO `net\\`flow`.`fl\\\\ows` (time_start, time_end, ") == true)
    #expect(parameters["query"]?.hasSuffix(", reverse_packets) FORMAT Parquet") == true)
    #expect(parameters["insert_deduplication_token"] == content.file.name)
    #expect(parameters["async_insert"] == "0")
    #expect(parameters["wait_end_of_query"] == "1")
    #expect(parameters["deduplicate_blocks_in_dependent_materialized_views"] == "1")
    #expect(parameters["input_format_parquet_preserve_order"] == "1")
    #expect(parameters["max_partitions_per_insert_block"] == "0")
  }

  @Test("settings that not all versions have go to servers that know them, and are asked for again after a failure")
  func optionalSettings() async throws {
    let names = ["deduplicate_insert", "input_format_parquet_max_block_size", "something_else"]
    let new = try await ServerStub(
      [.take, .take, .exception(115, "Unknown setting deduplicate_insert")],
      answers: [(word: "system.settings", act: ServerStub.rows(names.map { [$0] }))])
    let content = try Content(1000)
    let destination = Self.destination([new])
    for _ in 0..<2 { try await destination.ship(content.file) }
    #expect(new.questions.count == 1)
    for parameters in new.inserts.map(\.parameters) {
      #expect(parameters["deduplicate_insert"] == "enable")
      #expect(parameters["input_format_parquet_max_block_size"] == "65409")
      #expect(parameters["input_format_parquet_prefer_block_bytes"] == nil && parameters["something_else"] == nil)
    }
    // As if an older version had replaced the server.
    #expect(try await Self.failure(destination, content.file)?.remedy == .wait)
    new.state.withLock { $0.answers = [(word: "system.settings", act: ServerStub.rows([]))] }
    try await destination.ship(content.file)
    #expect(new.questions.count == 2)
    #expect(new.inserts.last?.parameters["deduplicate_insert"] == nil)
    // A user without privileges.
    let closed = try await ServerStub(answers: [
      (word: "system.settings", act: .exception(497, "Not enough privileges", status: 403))
    ])
    try await Self.destination([closed]).ship(content.file)
    #expect(closed.inserts.count == 1)
  }

  @Test("a test shows that the user's profile forbids a setting that an insert needs")
  func forbiddenSetting() async throws {
    let words = "Setting deduplicate_insert should not be changed. (SETTING_CONSTRAINT_VIOLATION)"
    let server = try await ServerStub(
      [.exception(452, words)],
      answers: [
        (word: "system.settings", act: ServerStub.rows([["deduplicate_insert"]])),
        (word: "system.tables", act: ServerStub.rows([])), (word: "system.columns", act: ServerStub.rows([])),
      ])
    await #expect {
      _ = try await Self.destination([server]).test()
    } throws: { error in
      let failure = error as? ShippingFailure
      return failure?.remedy == .wait && failure?.reason.contains(words) == true
        && failure?.reason.contains("without `readonly` and constraints") == true
    }
    #expect(server.inserts.first?.parameters["deduplicate_insert"] == "enable")
  }

  @Test(
    "a connection that is cut, and a server that is busy, send the file to the next server, which is asked first from then on",
    arguments: [
      ServerStub.Act.cutBefore, .cutAfter, .answer(502, body: "Bad Gateway"), .answer(503),
      .exception(252, "Too many parts"), .exception(999, "Session expired"), .exception(242, "readonly mode"),
    ])
  func failover(act: ServerStub.Act) async throws {
    let first = try await ServerStub([act])
    let second = try await ServerStub()
    let content = try Content()
    let destination = Self.destination([first, second])
    try await destination.ship(content.file)
    try await destination.ship(content.file)
    #expect(first.inserts.count == 1)
    #expect(second.inserts.map(\.body) == [content.octets, content.octets])
    #expect(Set(second.inserts.map(\.parameters)).count == 1, "the same file, the same token")
  }

  @Test("when no server takes it, the reason is the last one's, and the file is tried again")
  func noneLeft() async throws {
    let server = try await ServerStub([.cutAfter, .answer(500, body: "first line\nsecond line")])
    let content = try Content()
    var failure = try #require(try await Self.failure(Self.destination([server]), content.file))
    #expect(failure.remedy == .retry)
    #expect(failure.reason.hasPrefix("\(server.url): the connection broke: "))
    failure = try #require(try await Self.failure(Self.destination([server]), content.file))
    #expect(failure.remedy == .retry)
    #expect(failure.reason == "\(server.url): HTTP 500: first line; a busy or stopping server or proxy")
  }

  @Test("a server that does not answer in time is left for the next one")
  func slow() async throws {
    let first = try await ServerStub([.silence])
    let second = try await ServerStub()
    let content = try Content()
    let destination = Self.destination([first, second]) { $0.timeout = 1 }
    try await destination.ship(content.file)
    #expect(first.inserts.count == 1)
    #expect(second.inserts.count == 1)
  }

  @Test("a port where nobody listens is a matter of time")
  func nobody() async throws {
    let port = try LoopbackSocket.freePort()
    let content = try Content()
    let destination = Self.destination([]) { $0.urls = ["http://127.0.0.1:\(port)"] }
    let failure = try #require(try await Self.failure(destination, content.file))
    #expect(failure.remedy == .retry)
    #expect(failure.reason.contains("cannot connect"))
  }

  @Test("wrong credentials wait, also where the server closes the connection before it has read the file")
  func credentials() async throws {
    let text = "Code: 516. DB::Exception: default: Authentication failed"
    let answers = [(word: "SELECT", act: ServerStub.Act.exception(516, "Authentication failed", status: 403))]
    let reading = try await ServerStub([.exception(516, "Authentication failed", status: 403)], answers: answers)
    let refusing = try await ServerStub([.refuse(403, code: 516, body: text)], answers: answers)
    let closing = try await ServerStub([.cutBefore], answers: answers)
    let content = try Content(4 << 20)
    for server in [reading, refusing, closing] {
      let failure = try #require(try await Self.failure(Self.destination([server]), content.file))
      #expect(failure.remedy == .wait)
      #expect(failure.reason.contains("check user and password"))
    }
  }

  @Test(
    "what one server refuses, the next one takes, unless it is the file that is wrong",
    arguments: [(243, true), (516, true), (60, true), (117, false)])
  func refusedByOne(code: Int, isTaken: Bool) async throws {
    let first = try await ServerStub([.exception(code, "no")])
    let second = try await ServerStub()
    let content = try Content()
    #expect((try await Self.failure(Self.destination([first, second]), content.file) == nil) == isTaken)
    #expect(second.inserts.count == (isTaken ? 1 : 0))
  }

  @Test("when no server takes a file, it is tried again if one may take it in a moment, and all reasons are said")
  func reasons() async throws {
    let first = try await ServerStub([.exception(60, "no table"), .exception(60, "no table")])
    let second = try await ServerStub([.exception(252, "too many parts"), .exception(497, "no grant")])
    let content = try Content()
    var failure = try #require(try await Self.failure(Self.destination([first, second]), content.file))
    #expect(failure.remedy == .retry)
    #expect(failure.reason.contains("no table") && failure.reason.contains("too many parts"))
    failure = try #require(try await Self.failure(Self.destination([first, second]), content.file))
    #expect(failure.remedy == .wait)
    #expect(failure.reason.contains("no table") && failure.reason.contains("no grant"))
  }

  @Test(
    "what concerns every file waits, and what is wrong with the file sets it aside")
  func refusals() async throws {
    let cases: [(ServerStub.Act, ShippingFailure.Remedy, String)] = [
      (.exception(60, "Table default.flows does not exist", status: 404), .wait, "output clickhouse schema"),
      (.exception(16, "No such column vrf_name"), .wait, "output clickhouse check"),
      (.exception(117, "Bad metadata size"), .setAside, "damaged"),
      (.answer(404, body: "Not Found"), .wait, "check the URL"),
      (.answer(413, body: "too large"), .wait, "store.maximumFileSize"),
      (.answer(200, body: "<html>"), .wait, "not a ClickHouse server"),
      (
        .answer(200, headers: [("X-ClickHouse-Summary", "{}"), ("X-ClickHouse-Exception-Code", "497")], body: ""),
        .wait, "grant"
      ),
      (
        .answer(200, headers: [("X-ClickHouse-Summary", "{}")], body: "Code: 241. DB::Exception: Memory"), .retry,
        "memory"
      ),
    ]
    let content = try Content()
    for (act, remedy, words) in cases {
      let server = try await ServerStub([act])
      let failure = try #require(try await Self.failure(Self.destination([server]), content.file))
      #expect(failure.remedy == remedy, "\(failure)")
      #expect(failure.reason.contains(words), "\(failure)")
    }
  }

  @Test("a file that retention took away, or that is shorter than it was, is set aside")
  func missing() async throws {
    let server = try await ServerStub()
    var content = try Content()
    content.file.octets += 10
    var failure = try #require(try await Self.failure(Self.destination([server]), content.file))
    #expect(failure.remedy == .setAside, "\(failure)")
    content.file.path += ".gone"
    failure = try #require(try await Self.failure(Self.destination([server]), content.file))
    #expect(failure.remedy == .setAside, "\(failure)")
    #expect(failure.reason.contains(content.file.path))
  }

  @Test("the password is read each time, and one of several lines is refused without being shown")
  func passwordFile() async throws {
    let server = try await ServerStub()
    let content = try Content()
    let path = try content.folder.write("first\n", as: "password")
    let destination = Self.destination([server]) { $0.passwordFile = path }
    try await destination.ship(content.file)
    _ = try content.folder.write("second", as: "password")
    try await destination.ship(content.file)
    #expect(server.inserts.map { $0.headers["X-ClickHouse-Key"] } == [["first"], ["second"]])
    _ = try content.folder.write("third\nline\n", as: "password")
    let failure = try #require(try await Self.failure(destination, content.file))
    #expect(failure.remedy == .wait)
    #expect(!failure.reason.contains("third"))
    try FileManager.default.removeItem(atPath: path)
    #expect(try await Self.failure(destination, content.file)?.remedy == .wait)
    #expect(server.inserts.count == 2)
  }

  @Test("a stop ends a request that is under way")
  func cancelled() async throws {
    let server = try await ServerStub([.silence])
    let content = try Content()
    let destination = Self.destination([server])
    let shipping = Task { try await destination.ship(content.file) }
    while server.inserts.isEmpty { try await Task.sleep(for: .milliseconds(2)) }
    shipping.cancel()
    await #expect(throws: CancellationError.self) { try await shipping.value }
  }

  @Test("as many files as an output may have on their way are on their way, also to a server that is slow")
  func parallel() async throws {
    let count = 24
    let server = try await ServerStub(Array(repeating: .silence, count: count))
    let content = try Content(1000)
    let destination = Self.destination([server])
    let shipping = Task {
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<count { group.addTask { try? await destination.ship(content.file) } }
      }
    }
    // Waits at most a minute.
    for _ in 0..<12_000 where server.inserts.count < count { try await Task.sleep(for: .milliseconds(5)) }
    #expect(server.inserts.count == count)
    shipping.cancel()
    await shipping.value
  }

  @Test("a test shows version, user and what differs, and refuses a server that is too old")
  func test() async throws {
    let old = try await ServerStub(answers: [(word: "version()", act: ServerStub.rows([["18.16.1"]]))])
    await #expect {
      _ = try await Self.destination([old]).test()
    } throws: {
      ($0 as? ShippingFailure)?.reason.contains("18.16.1 is too old: 23.8 or later is needed") == true
    }
    #expect(old.inserts.isEmpty)
    let bare = try await ServerStub(answers: [
      (word: "currentUser()", act: ServerStub.rows([["default"]])),
      (word: "system.databases", act: ServerStub.rows([["default"]])),
      (word: "system.tables", act: ServerStub.rows([])),
      (word: "system.columns", act: ServerStub.rows([])),
    ])
    let lines = try await Self.destination([bare]).test()
    #expect(lines.first?.contains("ClickHouse 26.9.2.1, user default") == true)
    #expect(lines.contains("differs: no table flows"))
    #expect(bare.inserts.first?.parameters["query"]?.hasSuffix("FORMAT JSONEachRow") == true)
    #expect(bare.inserts.first?.body.isEmpty == true)
  }

  @Test("the place has no secret of the address")
  func place() {
    var options = ClickHouseOptions()
    options.urls = ["https://user:secret@ch1:8443/path?password=secret", "http://ch2:8123"]
    let destination = ClickHouseDestination(options, environment: [:])
    #expect(destination.place == "https://ch1:8443 (or 1 more), default.flows")
  }
}

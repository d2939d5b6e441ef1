import FlowQuery
import Foundation
import TestSupport
import Testing

@Suite("The API refuses what is wrong, and says what", .tags(.network), .unlessFast)
struct HostileRequestTests {
  private struct Refusal: CustomTestStringConvertible, Sendable {
    var path: String
    var parameter: String
    var words: String
    var column: Int?

    init(_ path: String, _ parameter: String, _ words: String, column: Int? = nil) {
      (self.path, self.parameter, self.words, self.column) = (path, parameter, words, column)
    }

    var testDescription: String { path }
  }

  private static let refusals = [
    Refusal("top?windw=last+1h", "windw", "did you mean window?"),
    Refusal("status?x=1", "x", "no such parameter"),
    Refusal("top?n=1&n=2", "n", "given 2 times"),
    Refusal("top?n=0", "n", "from 1 to 1000"),
    Refusal("top?n=99999999999999999999", "n", "from 1 to 1000"),
    Refusal("top?n=-1", "n", "from 1 to 1000"),
    Refusal("top?n=1e3", "n", "from 1 to 1000"),
    Refusal("top?n=", "n", "from 1 to 1000"),
    Refusal("flows?n=10001", "n", "from 1 to 10000"),
    Refusal("top?filter=%zz", "filter", "percent-encoded"),
    Refusal("top?filter=%2", "filter", "percent-encoded"),
    Refusal("top?filter=%ff%fe", "filter", "percent-encoded"),
    Refusal("top?filter=any%00", "filter", "U+0"),
    Refusal("top?filter=src+ip+10.0.0.1+and+dst+prt+53", "filter", "expected", column: 25),
    Refusal("top?filter=any+and%0A%0Asrc+prt+5", "filter", "expected", column: 14),
    Refusal("top?filter=@include+/etc/passwd", "filter", "expected", column: 1),
    Refusal("top?by=sorce_addr", "by", "expected a column"),
    Refusal("top?by=src_addr/129", "by", "prefix"),
    Refusal("top?by=", "by", "expected a column"),
    Refusal("top?by=src_addr&bidirectional=1", "by", "both ends"),
    Refusal("top?" + (0..<9).map { _ in "by=proto" }.joined(separator: "&"), "by", "at most 8"),
    Refusal("top?by=" + (0..<17).map { _ in "proto" }.joined(separator: ","), "by", "at most 16"),
    Refusal("top.csv?by=proto&by=src_addr", "by", "given 2 times"),
    Refusal("top?sort=size", "sort", "bytes, packets"),
    Refusal("top?scale=yes", "scale", "0 or 1"),
    Refusal("top?window=tomorrow", "window", "last 1h"),
    Refusal("top?zone=Mars/Olympus", "zone", "time zone"),
    Refusal("top?zone=../../etc/passwd", "zone", "time zone"),
    Refusal("top?history=201", "history", "from 0 to 200"),
    Refusal("series?bin=0", "bin", "duration"),
    Refusal("series?bin=1s&window=2020-01-01..2026-01-01", "bin", "more than 10000"),
    Refusal("series?bin_by=middle", "bin_by", "spread"),
    Refusal("flows?columns=src_addr,src_addr", "columns", "duplicate"),
    Refusal("flows?columns=src_adr", "columns", "did you mean src_addr"),
    Refusal("flows?sort=src_addr", "sort", "time_start"),
  ]

  @Test("each mistake in a question is 400, names its parameter, and of a filter the column")
  func parameters() async throws {
    let folder = try TemporaryFolder()
    let store = try TestServer.store(in: folder)
    try await TestServer.run(store: store) { port in
      for refusal in Self.refusals {
        let answer = try await HTTPAnswer.get("/api/v1/\(refusal.path)", from: port)
        #expect(answer.status == 400, "\(refusal.path): \(answer.body)")
        let error = try TestServer.error(answer)
        #expect(error["parameter"] as? String == refusal.parameter, "\(refusal.path): \(error)")
        #expect((error["message"] as? String)?.contains(refusal.words) == true, "\(refusal.path): \(error)")
        #expect(error["column"] as? Int == refusal.column, "\(refusal.path): \(error)")
      }
    }
  }

  private static let strict = [
    "content-security-policy", "x-content-type-options", "referrer-policy", "cross-origin-resource-policy",
    "cross-origin-opener-policy",
  ]

  @Test("whatever is no question gets an answer in JSON, and each answer has the strict headers")
  func requests() async throws {
    let folder = try TemporaryFolder()
    try await TestServer.run(store: folder.path) { port in
      let long = String(repeating: "a", count: 9000)
      let answers: [(Int, HTTPAnswer)] = [
        (405, try await HTTPAnswer.get("/api/v1/top", from: port, method: "POST")),
        (405, try await HTTPAnswer.get("/api/v1/top", from: port, method: "OPTIONS")),
        (405, try await HTTPAnswer.get("/", from: port, method: "DELETE")),
        (413, try await HTTPAnswer.get("/api/v1/top", from: port, headers: ["Content-Length: 5"], body: "hello")),
        (413, try await HTTPAnswer.get("/api/v1/top", from: port, headers: ["Content-Length: 5000000000"])),
        (413, try await HTTPAnswer.get("/api/v1/top", from: port, headers: ["Transfer-Encoding: chunked"])),
        (404, try await HTTPAnswer.get("/api/v2/top", from: port)),
        (404, try await HTTPAnswer.get("/api/v1/top/", from: port)),
        (404, try await HTTPAnswer.get("/../etc/passwd", from: port)),
        (404, try await HTTPAnswer.get("/%2e%2e/etc/passwd", from: port)),
        (431, try await HTTPAnswer.get("/api/v1/top?filter=\(long)", from: port)),
        (431, try await HTTPAnswer.get("/healthz", from: port, headers: ["A: \(long)"])),
        (400, try await HTTPAnswer.raw("nonsense\r\n\r\n", to: port)),
        (400, try await HTTPAnswer.raw("GET * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", to: port)),
      ]
      for (index, (status, answer)) in answers.enumerated() {
        #expect(answer.status == status, "\(index): \(answer)")
        #expect(try TestServer.error(answer)["message"] is String, "\(index)")
      }
      #expect(answers[0].1.headers["allow"] == "GET, HEAD")
      let others = [
        try await HTTPAnswer.get("/", from: port), try await HTTPAnswer.get("/healthz", from: port),
        try await HTTPAnswer.get("/api/v1/top", from: port), try await HTTPAnswer.get("/metrics", from: port),
      ]
      for answer in answers.map(\.1) + others {
        for name in Self.strict { #expect(answer.headers[name] != nil, "\(name): \(answer)") }
        #expect(answer.headers["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
      }
      #expect(others.map(\.status) == [200, 200, 200, 200])
    }
  }

  @Test("HEAD has the headers of GET and no body; an asset that is known is not sent again")
  func heads() async throws {
    let folder = try TemporaryFolder()
    try await TestServer.run(store: folder.path) { port in
      for path in ["/", "/healthz", "/api/v1/fields"] {
        let (head, get) = (
          try await HTTPAnswer.get(path, from: port, method: "HEAD"), try await HTTPAnswer.get(path, from: port)
        )
        #expect((head.status, head.body) == (200, ""))
        #expect(head.headers["content-length"] == String(get.body.utf8.count))
      }
      let page = try await HTTPAnswer.get("/", from: port)
      #expect((page.headers["etag"], page.headers["content-type"]) == ("\"1\"", "text/html; charset=utf-8"))
      for tag in ["\"1\"", "\"0\", W/\"1\"", "*"] {
        let known = try await HTTPAnswer.get("/", from: port, headers: ["If-None-Match: \(tag)"])
        #expect((known.status, known.body) == (304, ""), "\(tag)")
      }
      #expect(try await HTTPAnswer.get("/", from: port, headers: ["If-None-Match: \"2\""]).status == 200)
      #expect(try await HTTPAnswer.get("/readyz", from: port).status == 503)
    }
  }

  @Test("connections that drip keep nobody out")
  func drips() async throws {
    let folder = try TemporaryFolder()
    try await TestServer.run(store: folder.path) { port in
      var drips = Connections()
      for _ in 0..<100 { try drips.open(port, "GET /healthz HTTP/1.1\r\nX: ") }
      for _ in 0..<5 {
        drips.send("x")
        #expect(try await HTTPAnswer.get("/healthz", from: port).status == 200)
      }
      // It did not wait for them to time out: all connections allowed per address, except the last, are still open.
      #expect(drips.silentCount >= 30, "\(drips.silentCount)")
      #expect(drips.silentCount < 64)
    }
  }

  @Test(
    "a request that has not come in time is not waited for, however much of it drips; one that has is answered",
    .timeLimit(.minutes(10)))
  func deadlines() async throws {
    let folder = try TemporaryFolder()
    let server = try await TestServer.start(store: folder.path, timeout: .seconds(1))
    defer { server.task.cancel() }
    var drips = Connections()
    for _ in 0..<3 { try drips.open(server.port, "GET /healthz HTTP/1.1\r\nX: ") }
    while drips.silentCount > 0 {
      drips.send("x")
      try await Task.sleep(for: .milliseconds(50))
    }
    #expect(try await HTTPAnswer.get("/healthz", from: server.port).status == 200)
  }

  @Test("more clients than may wait are told to come back, and those that go make room", .timeLimit(.minutes(10)))
  func crowds() async throws {
    let folder = try TemporaryFolder()
    let gate = DispatchSemaphore(value: 0)
    let own = OwnCollector(store: folder.path, identity: "own") {
      gate.wait()
      gate.signal()
      return .unavailable("busy")
    }
    try await TestServer.run(store: folder.path, own: own) { port in
      var askers = Connections()
      for number in 1...40 { try askers.ask(port, number) }
      while askers.silentCount != 32 { try await Task.sleep(for: .milliseconds(5)) }
      let refused = try await HTTPAnswer.get("/api/v1/flows", from: port)
      #expect(refused.status == 429)
      #expect(refused.headers["retry-after"] != nil)
      #expect(try await HTTPAnswer.get("/healthz", from: port).status == 200)
      askers.closeAll()
      // A connection that is not refused waits, because nothing is answered yet.
      while askers.silentCount == 0 {
        askers.closeAll()
        try askers.ask(port, 41)
        try await Task.sleep(for: .milliseconds(200))
      }
      gate.signal()
      #expect(try await HTTPAnswer.get("/api/v1/flows", from: port).status == 200)
    }
  }

  /// Connections that are never read from.
  private struct Connections: ~Copyable {
    private var connections: [Connection] = []

    private final class Connection {
      let value: LoopbackConnection
      init(_ port: UInt16) throws { value = try LoopbackConnection(to: port) }
    }

    mutating func open(_ port: UInt16, _ text: String) throws {
      let connection = try Connection(port)
      try? connection.value.send(text)
      connections.append(connection)
    }

    /// Sends a query that no other connection sends.
    mutating func ask(_ port: UInt16, _ number: Int) throws {
      try open(port, "GET /api/v1/top?n=\(number) HTTP/1.1\r\nHost: localhost\r\n\r\n")
    }

    func send(_ text: String) { for connection in connections { try? connection.value.send(text) } }

    mutating func closeAll() { connections.removeAll() }

    /// Number of connections that are open and have received no response.
    var silentCount: Int { connections.filter { $0.value.isSilentlyOpen }.count }
  }
}

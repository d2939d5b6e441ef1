import Foundation
import TestSupport
import Testing

@Suite("The API answers what the command line answers", .tags(.engine, .network, .slow), .unlessFast)
struct APITests {
  private struct Top: Decodable {
    struct Sums: Decodable, Equatable {
      var flows: Int
      var packets: Int
      var bytes: Int
    }

    struct Table: Decodable {
      struct Row: Decodable {
        var key: [String?]
        var flows: Int
        var packets: Int
        var bytes: Int
      }

      var groups: Int
      var rows: [Row]
    }

    var live: Bool
    var totals: Sums
    var tables: [Table]
  }

  private static func top(_ query: String, _ port: UInt16) async throws -> Top {
    let answer = try await HTTPAnswer.get("/api/v1/top?window=last+1d&whole=1&\(query)", from: port)
    #expect(answer.status == 200, "\(answer.body)")
    return try JSONDecoder().decode(Top.self, from: Data(answer.body.utf8))
  }

  /// Returns lines such as `10.0.0.1 9 99 999`.
  private static func lines(_ top: Top) -> [String] {
    top.tables.flatMap(\.rows).map { row in
      (row.key.map { $0 ?? "" } + [row.flows, row.packets, row.bytes].map(String.init)).joined(separator: " ")
    }
  }

  /// Returns the same from the command line.
  private static func asked(_ store: String, _ arguments: [String]) async throws -> [String] {
    let outcome = try await Sagflow.run(
      ["top", "-r", store, "-t", "last 1d", "--whole", "--format", "csv"] + arguments)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return outcome.lines.dropFirst().map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).dropLast(2).joined(separator: " ")
    }
  }

  @Test("flows that are live, and later those in files, are those of top, each once")
  func liveAndLasting() async throws {
    let collector = try await RunningCollector()
    let http = try await collector.httpPort()
    let sent = try await Sagflow.run(
      ["generate", "--to", "127.0.0.1:\(collector.port)", "--flows", "5000", "--rate", "0"])
    #expect(sent.status == 0, "\(sent.errors)")
    let count = try #require((sent.output + sent.errors).firstMatch(of: /in (\d+) datagrams/)?.1)
    try await collector.counts(try #require(Int(count)), "datagrams", "received")
    let live = try await Self.top("by=src_addr&n=20", http)
    #expect(live.live)
    #expect(Self.lines(live) == (try await Self.asked(collector.store, ["--by", "src_addr", "-n", "20"])))
    let filtered = try await Self.top("by=proto&filter=proto+tcp", http)
    #expect(Self.lines(filtered) == (try await Self.asked(collector.store, ["--by", "proto", "proto", "tcp"])))
    #expect(try await Self.top("committed=1", http).live == false)
    _ = try await collector.stop()
    let lasting = try await Self.asked(collector.store, ["--by", "src_addr", "-n", "20"])
    #expect(Self.lines(live) == lasting)
  }

  @Test("the page, a token, and the program's own status with it")
  func token() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("0123456789abcdef\n", as: "token")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    let collector = try await RunningCollector(environment: ["SAGFLOW_HTTP_TOKEN_FILE": path])
    let http = try await collector.httpPort()
    #expect(try await HTTPAnswer.get("/", from: http).body.contains("<title>"))
    #expect(try await HTTPAnswer.get("/api/v1/status", from: http).status == 401)
    let without = try await Sagflow.run(["status", "--http", "127.0.0.1:\(http)"])
    #expect(without.status == 69)
    #expect(without.errors.contains("the token is not accepted"), "\(without.errors)")
    let with = try await Sagflow.run(
      ["status", "--http", "127.0.0.1:\(http)"], environment: ["SAGFLOW_HTTP_TOKEN_FILE": path])
    #expect(with.status == 0, "\(with.errors)")
    _ = try await collector.stop()
  }

  @Test("a token that cannot be read stops HTTP and nothing else")
  func unreadable() async throws {
    let collector = try await RunningCollector(environment: ["SAGFLOW_HTTP_TOKEN_FILE": "/nonexistent/token"])
    try await collector.program.says("HTTP: http.tokenFile /nonexistent/token: ")
    let sent = try await Sagflow.run([
      "generate", "--to", "127.0.0.1:\(collector.port)", "--flows", "30", "--rate", "0",
    ])
    #expect(sent.status == 0)
    let ledger = try await collector.stop()
    #expect(ledger["records"] - ledger["records options"] == 30)
  }
}

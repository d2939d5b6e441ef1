import Foundation
import TestSupport
import Testing

@Suite("The API answers questions to the store", .tags(.network), .unlessFast)
struct QuestionAnswerTests {
  private static let window = "window=2026-01-01"

  /// Queries a server whose store contains four flows.
  private static func ask(_ paths: [String]) async throws -> [HTTPAnswer] {
    let folder = try TemporaryFolder()
    let store = try TestServer.store(in: folder)
    var answers: [HTTPAnswer] = []
    try await TestServer.run(store: store) { port in
      for path in paths { answers.append(try await HTTPAnswer.get("/api/v1/\(path)", from: port)) }
    }
    return answers
  }

  private static func json(_ path: String) async throws -> [String: Any] {
    let answer = try await ask([path])[0]
    #expect(answer.status == 200, "\(answer.body)")
    #expect(answer.headers["content-type"] == "application/json")
    return try TestServer.object(answer.body)
  }

  @Test("top has a table for each key, most first, with names, courses and percentiles")
  func top() async throws {
    let answer = try await Self.json("top?\(Self.window)&by=src_addr&by=proto&n=2&history=24&p95=1")
    #expect(answer["from"] as? Int64 == TestServer.newYear)
    #expect(answer["to"] as? Int64 == TestServer.newYear + 86_400_000)
    #expect(answer["live"] as? Bool == false)
    #expect(answer["until"] as? Int64 == TestServer.newYear + 1_859_999)
    #expect((answer["totals"] as? [String: Int])?["bytes"] == 1000)
    let tables = try #require(answer["tables"] as? [[String: Any]])
    #expect(tables.map { $0["groups"] as? Int } == [4, 2])
    let rows = try #require(tables[0]["rows"] as? [[String: Any]])
    #expect(rows.map { $0["key"] as? [String] } == [["10.0.0.4"], ["10.0.0.3"]])
    #expect((rows[0]["history"] as? [Int])?.count == 24)
    #expect((rows[0]["history"] as? [Int])?.reduce(0, +) == 400)
    #expect(rows[0]["p95"] is Int)
    let named = try #require(tables[1]["rows"] as? [[String: Any]])
    #expect(named.map { $0["key"] as? [String] } == [["17"], ["6"]])
    #expect(named.map { $0["names"] as? [String] } == [["UDP"], ["TCP"]])
    let report = try #require(answer["report"] as? [String: Any])
    #expect(report["rowsSelected"] as? Int == 4)
  }

  @Test("a filter, a window and both directions are taken as the command line takes them")
  func selection() async throws {
    let filtered = try await Self.json("top?\(Self.window)&filter=src+ip+10.0.0.2%20or%20proto%20udp")
    #expect((filtered["totals"] as? [String: Int])?["bytes"] == 900)
    // With half of the third flow inside, or all of it.
    let half = "window=2026-01-01T00:20:30Z..2026-01-01T00:25Z"
    #expect((try await Self.json("top?\(half)")["totals"] as? [String: Int])?["bytes"] == 150)
    #expect((try await Self.json("top?\(half)&whole=1")["totals"] as? [String: Int])?["bytes"] == 300)
    let both = try await Self.json("top?\(Self.window)&by=src_addr,dst_addr&bidirectional=1")
    #expect((both["tables"] as? [[String: Any]])?.first?["groups"] as? Int == 4)
    // Midnight in Shanghai is eight hours earlier.
    let zone = try await Self.json("top?\(Self.window)&zone=Asia/Shanghai")
    #expect(zone["from"] as? Int64 == TestServer.newYear - 8 * 3_600_000)
  }

  @Test("series cover the window, add up to the totals, and have the rest apart")
  func series() async throws {
    let answer = try await Self.json("series?window=2026-01-01T00&by=src_addr&n=1&bin=10m")
    let times = try #require(answer["times"] as? [Int64])
    #expect(times == (0..<6).map { TestServer.newYear + $0 * 600_000 })
    #expect(answer["bin"] as? Int == 600_000)
    let series = try #require(answer["series"] as? [[String: Any]])
    #expect(series.map { $0["key"] as? [String] } == [["10.0.0.4"]])
    #expect(series[0]["bytes"] as? [Int] == [0, 0, 0, 400, 0, 0])
    #expect((answer["other"] as? [String: [Int]])?["bytes"] == [100, 200, 300, 0, 0, 0])
    let plain = try await Self.json("series?window=2026-01-01T00&bin=10m")
    #expect((plain["series"] as? [Any])?.isEmpty == true)
    #expect(plain["times"] as? [Int64] == times)
    #expect((plain["other"] as? [String: [Int]])?["bytes"] == [100, 200, 300, 400, 0, 0])
    let automatic = try await Self.json("series?window=2026-01-01T00&points=12")
    #expect(automatic["bin"] as? Int == 300_000)
    let open = try await Self.json("series?window=..2026-01-01T01Z&bin=10m")
    #expect(open["from"] as? Int64 == TestServer.newYear)
    #expect((open["times"] as? [Int64])?.count == 6)
  }

  @Test("flows are rows in the order of the columns, with null where there is nothing")
  func flows() async throws {
    let answer = try await Self.json("flows?\(Self.window)&columns=src_addr,bytes,time_start,app_name&sort=bytes&n=2")
    #expect(answer["columns"] as? [String] == ["src_addr", "bytes", "time_start", "app_name"])
    let rows = try #require(answer["rows"] as? [[Any]])
    #expect(rows.map { $0[0] as? String } == ["10.0.0.4", "10.0.0.3"])
    #expect(rows.map { $0[1] as? Int } == [400, 300])
    #expect(rows[0][2] as? String == "2026-01-01T00:30:00.000Z")
    #expect(rows[0][3] is NSNull)
    let none = try await Self.json("flows?\(Self.window)&filter=src+ip+10.9.9.9")
    #expect((none["rows"] as? [Any])?.isEmpty == true)
  }

  @Test("CSV is a file to be saved, with the same figures")
  func csv() async throws {
    let answers = try await Self.ask([
      "top.csv?\(Self.window)&by=proto", "series.csv?window=2026-01-01T00&bin=30m&by=proto&n=1",
      "flows.csv?\(Self.window)&columns=src_addr,bytes&n=1",
    ])
    for answer in answers {
      #expect(answer.status == 200, "\(answer.body)")
      #expect(answer.headers["content-type"]?.hasPrefix("text/csv") == true)
      #expect(answer.headers["content-disposition"]?.hasPrefix("attachment; filename=") == true)
    }
    #expect(answers[0].body.hasPrefix("proto,flows,packets,bytes,pps,bps\n17,2,7,700,"))
    #expect(
      answers[1].body == """
        time,series,proto,flows,packets,bytes
        2026-01-01T00:00:00.000Z,1,17,1,3,300
        2026-01-01T00:30:00.000Z,1,17,1,4,400
        2026-01-01T00:00:00.000Z,0,,2,3,300
        2026-01-01T00:30:00.000Z,0,,0,0,0

        """)
    #expect(answers[2].body == "src_addr,bytes\n10.0.0.1,100\n")
  }

  @Test("a store without flows, and a window without any, give answers without flows that say so")
  func nothing() async throws {
    let folder = try TemporaryFolder()
    try await TestServer.run(store: folder.file("none")) { port in
      for path in ["top", "series", "series?by=proto", "flows"] {
        let answer = try await HTTPAnswer.get("/api/v1/\(path)", from: port)
        #expect(answer.status == 200, "\(answer.body)")
        let report = try #require(try TestServer.object(answer.body)["report"] as? [String: Any])
        #expect((report["notices"] as? [String])?.first?.contains("no flows yet") == true)
      }
    }
    let late = try await Self.json("series?window=2026-01-02T00&by=proto&bin=10m")
    #expect((late["other"] as? [String: [Int]])?["bytes"] == [0, 0, 0, 0, 0, 0])
    let report = try #require(late["report"] as? [String: Any])
    #expect((report["notices"] as? [String])?.first?.contains("no flows in 2026-01-02") == true)
  }

  @Test("fields say how columns are filtered by, and templates which sessions have them")
  func lists() async throws {
    let fields = try await Self.json("fields")
    let columns = try #require(fields["columns"] as? [[String: Any]])
    let source = try #require(columns.first { $0["name"] as? String == "src_addr" })
    #expect(source["filter"] as? String == "src ip {}")
    #expect(source["notFilter"] as? String == "not src ip {}")
    #expect(source["otherEnd"] as? String == "dst_addr")
    #expect(source["groupable"] as? Bool == true)
    let name = try #require(columns.first { $0["name"] as? String == "app_name" })
    #expect(name["filter"] as? String == "app-name \"{}\"")
    #expect(columns.first { $0["name"] as? String == "extra" }?["filter"] is NSNull)
    #expect((fields["keys"] as? [String])?.first == "record")
    let templates = try await Self.json("templates")
    let listed = try #require(templates["templates"] as? [[String: Any]])
    #expect(listed.map { $0["id"] as? Int } == [256, 300])
    #expect(listed.first?["exporter"] as? String == "10.0.0.1")
    #expect(listed.first?["fields"] is NSNull)
    #expect(listed.last?["kind"] as? String == "flow")
    let described = try #require(listed.last?["fields"] as? [[String: Any]])
    #expect(described.map { $0["name"] as? String } == ["sourceIPv4Address", "9/1"])
    #expect(described.map { $0["length"] as? Int } == [4, nil])
    #expect((templates["sessions"] as? [[String: Any]])?.first?["templateCount"] as? Int == 2)
  }
}

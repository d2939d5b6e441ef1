import Foundation
import TestSupport
import Testing

@Suite("names that exporters give their interfaces", .tags(.network), .unlessFast)
struct NameTests {
  /// The names in the status.
  private struct Status: Decodable {
    struct Exporter: Decodable { var names: [Names]? }
    struct Names: Decodable {
      var domain: Int
      var count: Int
      var interfaces: [Name]
    }
    struct Name: Decodable, Equatable {
      var id: String
      var name: String
    }

    var exporters: [Exporter]
  }

  @Test("are in status, survive a restart, and stand in rows, in top and in query")
  func interfaces() async throws {
    let folder = try TemporaryFolder()
    let store = folder.path + "/flows"
    let exporter = try LoopbackSocket()
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    let first = try await RunningCollector(store: store, drains: false)
    // HTTP responds shortly after the collector listens.
    let http = try await first.httpPort()
    try exporter.send(ExportMessage.interfaceTable(["to \"ISP\", A", "lan"], at: now), to: first.port)
    let shown = try await Self.status(http) { $0.exporters.first?.names?.first?.count == 2 }
    let names = try #require(shown.exporters.first?.names?.first)
    #expect(names.domain == 0)
    #expect(names.interfaces == [.init(id: "1", name: "to \"ISP\", A"), .init(id: "2", name: "lan")])
    let table = try await Sagflow.run(["status", "--http", "127.0.0.1:\(http)"])
    #expect(table.output.contains("interfaces  1 to \"ISP\", A, 2 lan"), "\(table.output)")
    _ = try await first.stop()

    let second = try await RunningCollector(store: store)
    try exporter.send(ExportMessage.v5([ExportedFlow(), ExportedFlow(sourcePort: 2)], at: now), to: second.port)
    let ledger = try await second.stop()
    #expect(ledger["rows committed"] == 2)
    let rows = try await Sagflow.run([
      "query", "-r", store, "--format", "json", "--columns", "in_if,in_if_name,out_if_name",
    ])
    #expect(
      Set(rows.output.split(separator: "\n"))
        == [#"{"in_if":1,"in_if_name":"to \"ISP\", A","out_if_name":"lan"}"#])
    let csv = try await Sagflow.run(["query", "-r", store, "--format", "csv", "--columns", "in_if_name,out_if_name"])
    #expect(
      csv.output.split(separator: "\n") == ["in_if_name,out_if_name", #""to ""ISP"", A",lan"#, #""to ""ISP"", A",lan"#])
    let top = try await Sagflow.run(["top", "-r", store, "--by", "if_name", "--format", "csv"])
    #expect(top.output.split(separator: "\n").count == 3, "\(top.output)")
    #expect(top.output.contains("\nlan,2,2,200,"), "\(top.output)")
    #expect(top.output.contains(#""to ""ISP"", A",2,2,200,"#), "\(top.output)")
  }

  private static func status(_ port: UInt16, until isReady: (Status) -> Bool) async throws -> Status {
    for _ in 0..<1200 {
      let answer = try await HTTPAnswer.get("/api/v1/status", from: port)
      let status = try JSONDecoder().decode(Status.self, from: Data(answer.body.utf8))
      if isReady(status) { return status }
      try await pause(0.05)
    }
    Issue.record("the status does not become what it should")
    return Status(exporters: [])
  }
}

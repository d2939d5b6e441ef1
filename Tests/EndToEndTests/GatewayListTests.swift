import Foundation
import GatewayStub
import TestSupport
import Testing

@Suite("config gateways lists what flow logs have", .tags(.network), .unlessFast)
struct GatewayListTests {
  private static func withGateways(_ body: @escaping @Sendable (CloudOperator) async throws -> Void) async throws {
    try await CloudOperator.run { person in
      person.stub.put(.logService("fl-1"))
      person.stub.put(StubGateway("sag-0", name: "Hangzhou, \"west\"", description: "a\nb", flowLog: "fl-0"))
      person.stub.put(StubGateway("sag-1", flowLog: "fl-0"))
      person.stub.put(StubGateway("sag-2", name: "杭州", flowLog: "fl-1"))
      person.stub.put(StubGateway("sag-3", name: "free"))
      try await body(person)
    }
  }

  @Test("a table shows the gateways of a flow log, of all, and those without")
  func table() async throws {
    try await Self.withGateways { person in
      let one = try await person.config("gateways", ["--flow-log-id", "fl-0"])
      #expect(
        one.lines == [
          "ID     NAME              DESCRIPTION", "sag-0  Hangzhou, \"west\"  a\\nb", "sag-1  -                 -",
        ], "\(one.output) \(one.errors)")
      let all = try await person.config("gateways")
      #expect(all.lines.map { $0.split(separator: " ").first } == ["ID", "sag-0", "sag-1", "sag-2"])
      #expect(all.lines.last?.hasSuffix("fl-1 (流日志)") == true, "\(all.output)")
      let free = try await person.config("gateways", ["--unbound"])
      #expect(free.lines.dropFirst().map { $0.split(separator: " ").first } == ["sag-3"], "\(free.output)")
      let unknown = try await person.config("gateways", ["--flow-log-id", "fl-9"])
      #expect(unknown.status == 1)
      #expect(unknown.errors.contains("fl-9: no such flow log"), "\(unknown.errors)")
    }
  }

  @Test("JSON has the members of the API and the flow log, and all pages")
  func json() async throws {
    try await CloudOperator.run { person in
      for index in 0..<120 { person.stub.put(StubGateway("sag-\(index)", name: "n\(index)", flowLog: "fl-0")) }
      let outcome = try await person.config("gateways", ["--format", "json"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let found = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: String]])
      #expect(found.map { $0["SmartAGId"] } == (0..<120).map { "sag-\($0)" })
      #expect(
        found.last == [
          "SmartAGId": "sag-119", "Name": "n119", "FlowLogId": "fl-0", "FlowLogName": "branch",
        ])
      #expect(person.stub.questions.count { $0.action == "DescribeFlowLogSags" } == 3)
    }
  }

  @Test("a file that names exporters is begun, and one that is there is not overwritten unless that is said")
  func exporters() async throws {
    try await Self.withGateways { person in
      let file = "\(person.home)/exporters.csv"
      let text = #"""
        exporter,name,site,role,customer,id,description
        ,"Hangzhou, ""west""",,,,sag-0,a\nb
        ,sag-1,,,,sag-1,
        ,杭州,,,,sag-2,

        """#
      let outcome = try await person.config("gateways", ["-o", file])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
      let count = person.stub.requests.count
      let again = try await person.config("gateways", ["-o", file, "--flow-log-id", "fl-1"])
      #expect(again.status == 64)
      #expect(again.errors.contains("--overwrite"), "\(again.errors)")
      #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
      #expect(person.stub.requests.count == count, "nothing is asked for a file that cannot be written")
      let over = try await person.config("gateways", ["-o", file, "--flow-log-id", "fl-1", "--overwrite"])
      #expect(over.status == 0, "\(over.errors)")
      #expect(
        try String(contentsOfFile: file, encoding: .utf8)
          == "exporter,name,site,role,customer,id,description\n,杭州,,,,sag-2,\n")
    }
  }

  @Test("a flow log without gateways is said to have none")
  func none() async throws {
    try await GatewayStub.run { stub in
      stub.put(StubFlowLog("fl-5", ["Name": "empty"]))
      let outcome = try await CloudOperator(stub).config("gateways", ["--flow-log-id", "fl-5"])
      #expect(outcome.status == 0)
      #expect(outcome.output == "")
      #expect(outcome.errors.contains("no gateways are bound to fl-5 in cn-shanghai"), "\(outcome.errors)")
    }
  }
}

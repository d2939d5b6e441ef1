import Foundation
import GatewayStub
import TestSupport
import Testing

@Suite("config retarget --wait sees the flows arrive", .tags(.network, .slow), .unlessFast, .serialized)
struct RetargetArrivalTests {
  @Test("with --wait it ends when a new exporter's flows come to the running collector")
  func arrival() async throws {
    try await CloudOperator.run { person in
      let collector = try await RunningCollector()
      let port = try await collector.httpPort()
      let program = try person.start(
        "fl-0", CloudOperator.target + ["--wait", "50s"], environment: ["SAGFLOW_HTTP_LISTEN": "127.0.0.1:\(port)"])
      try await program.says("waiting for flows of a new or silent exporter at 10.0.0.1:9995")
      #expect(person.stub.flowLog("fl-0")?.fields["NetflowServerIp"] == "10.0.0.1")
      let generated = try await Sagflow.run(
        ["generate", "--to", "127.0.0.1:\(collector.port)", "--flows", "40", "--rate", "0"])
      #expect(generated.status == 0)
      let outcome = try await program.end()
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("flows arrive: 127.0.0.1 has sent 40 records"), "\(outcome.output)")
      #expect(outcome.output.contains("a new exporter"))
      _ = try await collector.stop()
    }
  }

  @Test("when nothing comes it says what to check, and that the flow log stays changed")
  func silence() async throws {
    try await CloudOperator.run { person in
      let collector = try await RunningCollector()
      let port = try await collector.httpPort()
      let outcome = try await person.retarget(
        "fl-0", CloudOperator.target + ["--wait", "1s"], environment: ["SAGFLOW_HTTP_LISTEN": "127.0.0.1:\(port)"])
      #expect(outcome.status == 69)
      for words in [
        "stays changed", "Status: Active", "gateways: 2", "route: ", "firewall: UDP 9995", "NAT: ", "not on port 9995",
      ] {
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
      }
      _ = try await collector.stop()
    }
  }

  @Test("a collector that does not run is told before anything is changed")
  func noCollector() async throws {
    try await CloudOperator.run { person in
      let outcome = try await person.retarget(
        "fl-0", CloudOperator.target + ["--wait", "1s"], environment: ["SAGFLOW_HTTP_LISTEN": "127.0.0.1:1"])
      #expect(outcome.status == 69)
      #expect(outcome.errors.contains("http://127.0.0.1:1: no answer from a collector"), "\(outcome.errors)")
      #expect(person.stub.requests("ModifyFlowLogAttribute").isEmpty)
    }
  }
}

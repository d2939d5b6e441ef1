import Foundation
import GatewayStub
import TestSupport
import Testing

@Suite("config retarget finds mistakes before it changes anything", .tags(.network, .slow), .unlessFast, .serialized)
struct RetargetMistakeTests {
  struct Mistake: CustomTestStringConvertible, Sendable {
    var options: [String]
    var words: [String]
    var flowLog: String? = "fl-0"
    var testDescription: String { options.joined(separator: " ") }
  }

  @Test(
    "what the service would refuse is told in one line, and nothing is sent",
    arguments: [
      Mistake(options: ["--collector", "0.0.0.0"], words: ["--collector", "unicast IPv4", "'0.0.0.0'"]),
      Mistake(options: ["--collector", "127.0.0.1"], words: ["--collector", "loopback"]),
      Mistake(options: ["--collector", "collector.example"], words: ["--collector", "'collector.example'"]),
      Mistake(options: ["--collector", "10.0.0.1:0"], words: ["--collector", "1 to 65535"]),
      Mistake(options: [], words: ["--collector", "found nothing"]),
      Mistake(
        options: ["--collector", "10.0.0.1", "--netflow-version", "7"], words: ["--netflow-version", "V10", "'7'"]),
      Mistake(
        options: ["--collector", "10.0.0.1", "--active-aging", "59"], words: ["--active-aging", "60 to 6000", "'59'"]),
      Mistake(options: ["--collector", "10.0.0.1", "--active-aging", "soon"], words: ["--active-aging", "'soon'"]),
      Mistake(
        options: ["--collector", "10.0.0.1", "--inactive-aging", "11m"],
        words: ["--inactive-aging", "10 to 600", "'11m'"]),
      Mistake(
        options: ["--collector", "10.0.0.1", "--output-type", "both"], words: ["--output-type", "netflow, all or sls"]),
      Mistake(options: ["--collector", "10.0.0.1", "--region", "shanghai"], words: ["--region", "cn-shanghai"]),
      Mistake(
        options: ["--collector", "10.0.0.1", "--endpoint", "http://example.com"], words: ["--endpoint", "loopback"]),
      Mistake(options: ["--collector", "10.0.0.1"], words: ["--flow-log-id", "masked"], flowLog: "fl-****"),
      Mistake(options: ["--collector", "10.0.0.1"], words: ["--flow-log-id", "--restore"], flowLog: nil),
      Mistake(options: ["--collector", "10.0.0.1", "--wait", "never"], words: ["--wait", "90s or 5m", "'never'"]),
      Mistake(options: ["--restore", "x", "--collector", "10.0.0.1"], words: ["--restore", "remove --collector"]),
    ])
  func mistakes(mistake: Mistake) async throws {
    try await CloudOperator.run { person in
      let outcome = try await person.retarget(mistake.flowLog, mistake.options + ["--yes"])
      #expect(outcome.status == 64, "\(outcome.errors)")
      #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
      for word in mistake.words { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
      #expect(person.stub.requests.isEmpty)
    }
  }

  @Test("several mistakes are told at once")
  func severalMistakes() async throws {
    try await CloudOperator.run { person in
      let outcome = try await person.retarget(
        "fl-0", ["--collector", "x", "--netflow-version", "7", "--active-aging", "1", "--yes"])
      #expect(outcome.status == 64)
      #expect(outcome.errorLines.count == 3, "\(outcome.errors)")
    }
  }

  @Test("what Log Service needs is asked for as soon as the flow log is known")
  func incompleteLogService() async throws {
    try await CloudOperator.run { person in
      let outcome = try await person.retarget("fl-0", CloudOperator.target + ["--output-type", "all"])
      #expect(outcome.status == 64)
      for field in ["SlsRegionId", "ProjectName", "LogstoreName"] {
        #expect(outcome.errors.contains("\(field): expected a name"), "\(outcome.errors)")
      }
      #expect(person.stub.requests("ModifyFlowLogAttribute").isEmpty)
    }
  }

  @Test("aging times outside of the ranges go out when the operator insists")
  func ignoredRanges() async throws {
    try await CloudOperator.run { person in
      let outcome = try await person.retarget(
        "fl-0", CloudOperator.target + ["--active-aging", "30", "--ignore-ranges"])
      #expect(person.stub.requests("ModifyFlowLogAttribute").first?.parameters["ActiveAging"] == "30")
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("IllegalParam.ActiveAging"))
    }
  }

  @Test("a state to restore that is missing, foreign or another's is told")
  func restoreMistakes() async throws {
    try await CloudOperator.run { person in
      let missing = try await person.retarget(nil, ["--restore", "\(person.home)/none.json", "--yes"])
      #expect(missing.status == 66, "\(missing.errors)")
      let foreign = "\(person.home)/foreign.json"
      try Data("{}".utf8).write(to: URL(fileURLWithPath: foreign))
      let outcome = try await person.retarget(nil, ["--restore", foreign, "--yes"])
      #expect(outcome.status == 65, "\(outcome.errors)")
      #expect(outcome.errors.contains(foreign))
      _ = try await person.retarget("fl-0", CloudOperator.target)
      let saved = try #require(person.savedStates.first)
      let other = try await person.retarget("fl-9", ["--restore", saved, "--yes"])
      #expect(other.status == 64, "\(other.errors)")
      #expect(other.errors.contains("fl-0"))
      #expect(other.errors.contains("fl-9"))
    }
  }

  @Test("a state that cannot be saved stops the change")
  func unsavable() async throws {
    try await CloudOperator.run { person in
      try Data().write(to: URL(fileURLWithPath: "\(person.home)/.local"))
      let outcome = try await person.retarget("fl-0", CloudOperator.target)
      #expect(outcome.status == 74, "\(outcome.errors)")
      #expect(outcome.errors.contains("nothing is changed"))
      #expect(person.stub.requests("ModifyFlowLogAttribute").isEmpty)
    }
  }

  @Test("a flow log that the region does not have is told")
  func unknownFlowLog() async throws {
    try await CloudOperator.run { person in
      let outcome = try await person.retarget("fl-9", CloudOperator.target)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("fl-9: no such flow log in cn-shanghai"), "\(outcome.errors)")
    }
  }
}

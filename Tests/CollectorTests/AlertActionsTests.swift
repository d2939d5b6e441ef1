import Alerts
import Collector
import Foundation
import HTTPServing
import HTTPTypes
import Hummingbird
import Logging
import Synchronization
import TestSupport
import Testing

@Suite("What is done about alerts", .tags(.network), .unlessFast)
struct AlertActionsTests {
  static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  /// A server on loopback with scripted responses.
  private final class Receiver: Sendable {
    struct Received: Sendable {
      var body: Data
      var authorization: String?
      var type: String?
    }

    struct State {
      var port: Int?
      var received: [Received] = []
      /// The next responses; 204 after the last one.
      var answers: [HTTPResponse.Status?] = []
    }

    let state = Mutex(State())

    /// - Parameter answers: nil never responds.
    static func run(
      _ answers: [HTTPResponse.Status?] = [], _ body: @escaping @Sendable (Receiver, String) async throws -> Void
    ) async throws {
      let receiver = Receiver()
      receiver.state.withLock { $0.answers = answers }
      try await withThrowingTaskGroup(of: Bool.self) { group in
        group.addTask {
          try await receiver.serve()
          return false
        }
        group.addTask {
          while receiver.state.withLock({ $0.port == nil }) { try await Task.sleep(for: .milliseconds(2)) }
          try await body(receiver, "http://127.0.0.1:\(receiver.state.withLock { $0.port ?? 0 })/hook")
          return true
        }
        while let isOver = try await group.next(), !isOver {}
        group.cancelAll()
      }
    }

    var received: [Received] { state.withLock { $0.received } }

    private func serve() async throws {
      let router = Router()
      router.post("/hook") { request, _ in
        let body = try await request.body.collect(upTo: 1 << 20)
        let answer = self.state.withLock { state -> HTTPResponse.Status? in
          state.received.append(
            Received(
              body: Data(body.readableBytesView), authorization: request.headers[.authorization],
              type: request.headers[.contentType]))
          return state.answers.isEmpty ? .noContent : state.answers.removeFirst()
        }
        guard let answer else {
          try await Task.sleep(for: .seconds(600))
          return Response(status: .ok)
        }
        return Response(status: answer)
      }
      let server = StoppableServer(
        router.buildResponder(), configuration: .init(address: .hostname("127.0.0.1", port: 0), serverName: nil),
        grace: .zero
      ) { channel in self.state.withLock { $0.port = channel.localAddress?.port } }
      try await server.run()
    }
  }

  private static func message(_ name: String = "dns", subject: String = "", host: String = "collector") -> AlertMessage
  {
    var board = AlertBoard()
    let reading = AlertReading(AlertKey(name, subject), 120, AlertCondition(.above, .value(100)))
    let changes = board.advance([reading], at: 1_769_904_000_123)
    var rule = AlertRule(name: name)
    rule.filterText = "src port 53 # \"quoted\" \\ and\n\u{1} more"
    return AlertMessage(changes[0], AlertSubject(rule), host: host)
  }

  private static func limits(attempts: Int = 3, webhook: Double = 60, program: Double = 60) -> AlertActions.Limits {
    var limits = AlertActions.Limits()
    limits.pauses = Array(repeating: 0.01, count: attempts - 1)
    (limits.webhook, limits.program) = (webhook, program)
    return limits
  }

  private static func webhook(_ url: String, secret: String = "") -> AlertAction {
    AlertAction(name: "noc", kind: .webhook(url: url, header: "Authorization", headerFile: secret))
  }

  // MARK: Webhooks

  @Test("a webhook gets the message as JSON, with the header whose value is in a file")
  func webhook() async throws {
    let folder = try TemporaryFolder()
    let secret = try folder.write("Bearer abc\n", as: "token")
    try await Receiver.run { receiver, url in
      let actions = AlertActions([Self.webhook(url, secret: secret)], limits: Self.limits(), logger: Self.quiet)
      actions.send(Self.message(subject: "192.0.2.1"), to: nil)
      try await eventually("what became of messages") { actions.counters["noc"]?.delivered == 1 }
      let received = try #require(receiver.received.first)
      #expect(received.authorization == "Bearer abc")
      #expect(received.type == "application/json")
      let json = try #require(try JSONSerialization.jsonObject(with: received.body) as? [String: Any])
      #expect(json["version"] as? Int == 1)
      #expect(json["event"] as? String == "fired")
      #expect(json["alert"] as? String == "dns")
      #expect(json["subject"] as? String == "192.0.2.1")
      #expect(json["time"] as? String == "2026-02-01T00:00:00.123Z")
      #expect(json["value"] as? Double == 120)
      #expect(json["filter"] as? String == "src port 53 # \"quoted\" \\ and\n\u{1} more")
      #expect(json["summary"] as? String == "dns of 192.0.2.1: 120 bit/s, limit: above 100 bit/s")
    }
  }

  @Test("an answer of 500 is tried again, until it is taken")
  func serverError() async throws {
    try await Receiver.run([.internalServerError, .tooManyRequests]) { receiver, url in
      let actions = AlertActions([Self.webhook(url)], limits: Self.limits(), logger: Self.quiet)
      actions.send(Self.message(), to: ["noc"])
      try await eventually("what became of messages") {
        actions.counters["noc"] == .init(delivered: 1, failed: 0, dropped: 0)
      }
      #expect(receiver.received.count == 3)
    }
  }

  @Test("one that never answers costs its message after all attempts; a later one goes out")
  func noAnswer() async throws {
    try await Receiver.run([nil, nil]) { receiver, url in
      let actions = AlertActions(
        [Self.webhook(url)], limits: Self.limits(attempts: 2, webhook: 1), logger: Self.quiet)
      actions.send(Self.message("first"), to: nil)
      try await eventually("what became of messages") { actions.counters["noc"]?.failed == 1 }
      // On a busy machine a second can be too short even for a response.
      var sent: UInt64 = 1
      try await eventually("what became of messages") {
        let counters = actions.counters["noc"] ?? .init()
        if counters.delivered == 0, counters.failed == sent {
          actions.send(Self.message("later"), to: nil)
          sent += 1
        }
        return counters.delivered == 1
      }
    }
  }

  @Test("a refusal is final: it is not tried again, and the next message goes out")
  func refusal() async throws {
    try await Receiver.run([.notFound]) { receiver, url in
      let actions = AlertActions([Self.webhook(url)], limits: Self.limits(), logger: Self.quiet)
      for name in ["first", "second"] { actions.send(Self.message(name), to: nil) }
      try await eventually("what became of messages") {
        actions.counters["noc"] == .init(delivered: 1, failed: 1, dropped: 0)
      }
      #expect(receiver.received.count == 2)
    }
  }

  @Test("where nobody listens, and without the secret, messages fail; without room they are dropped")
  func failures() async throws {
    let action = Self.webhook("http://127.0.0.1:9/hook", secret: "/nonexistent/token")
    let actions = AlertActions([action], limits: Self.limits(attempts: 1), logger: Self.quiet)
    actions.send(Self.message(), to: nil)
    try await eventually("what became of messages") { actions.counters["noc"]?.failed == 1 }
    actions.send(Self.message(), to: ["another"])
    #expect(actions.counters["noc"]?.failed == 1)
  }

  @Test("a queue has a bound")
  func bound() async throws {
    try await Receiver.run([nil]) { _, url in
      let actions = AlertActions([Self.webhook(url)], limits: Self.limits(attempts: 1), logger: Self.quiet)
      for _ in 0..<400 { actions.send(Self.message(), to: nil) }
      #expect((actions.counters["noc"]?.dropped ?? 0) >= 400 - 257)
      #expect((actions.counters["noc"]?.dropped ?? 0) <= 400 - 256)
    }
  }

  // MARK: Programs

  @Test("a program gets JSON and variables, whatever is in the values, and no shell reads them")
  func program() async throws {
    let folder = try TemporaryFolder()
    let hostile = "$(touch \(folder.path)/owned); `id` \"'<script>\n\u{7}"
    let out = folder.file("out")
    let words = ["/bin/sh", "-c", "env >\"$0.env\"; cat >\"$0.json\"", out]
    let action = AlertAction(name: "page", kind: .program(words))
    let actions = AlertActions([action], limits: Self.limits(), logger: Self.quiet)
    actions.send(Self.message(subject: hostile, host: hostile), to: nil)
    try await eventually("what became of messages") { actions.counters["page"]?.delivered == 1 }
    let lines = try String(contentsOfFile: "\(out).env", encoding: .utf8).split(separator: "\n").map(String.init)
    let clean = hostile.replacing("\n", with: " ").replacing("\u{7}", with: " ")
    #expect(lines.contains("SAGFLOW_ALERT_SUBJECT=\(clean)"), "\(lines)")
    #expect(lines.contains("SAGFLOW_ALERT_NAME=dns"))
    #expect(lines.contains("SAGFLOW_ALERT_EVENT=fired"))
    #expect(lines.contains("SAGFLOW_ALERT_VALUE=120.0"))
    #expect(!lines.contains { $0.hasPrefix("HOME=") }, "nothing of the collector's own environment")
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(out).json"))
    let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(json["host"] as? String == hostile)
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/owned"))
  }

  @Test("a program that hangs is killed with all that it started; the next message gets one of its own")
  func hanging() async throws {
    let folder = try TemporaryFolder()
    let out = folder.file("pids")
    // Neither process reacts to SIGTERM; on its second run the program exits at once.
    let script =
      #"test -e "$0" && exit 0; trap '' TERM; (trap '' TERM; sleep 1000) & echo $! $$ >"$0"; wait; sleep 1000"#
    let action = AlertAction(name: "page", kind: .program(["/bin/sh", "-c", script, out]))
    let actions = AlertActions([action], limits: Self.limits(program: 5), logger: Self.quiet)
    actions.send(Self.message(), to: nil)
    actions.send(Self.message(), to: nil)
    try await eventually("what became of messages") {
      actions.counters["page"] == .init(delivered: 1, failed: 1, dropped: 0)
    }
    let processes = try String(contentsOfFile: out, encoding: .utf8).split(whereSeparator: \.isWhitespace)
      .compactMap { Int32($0) }
    #expect(processes.count == 2)
    // A child may remain a zombie for a moment.
    for process in processes {
      try await eventually("the end of \(process)") { kill(process, 0) != 0 || Self.isZombie(process) }
    }
  }

  private static func isZombie(_ process: Int32) -> Bool {
    let stat = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ") Z"
    return stat.split(separator: ")").last?.hasPrefix(" Z") ?? true
  }

  @Test(
    "a program that cannot be run, fails or does not read is counted",
    arguments: [["/nonexistent/page"], ["/bin/false"], ["/bin/sh", "-c", "kill -9 $$"]])
  func failing(words: [String]) async throws {
    let actions = AlertActions(
      [AlertAction(name: "page", kind: .program(words))], limits: Self.limits(), logger: Self.quiet)
    actions.send(Self.message(), to: nil)
    try await eventually("what became of messages") {
      actions.counters["page"] == .init(delivered: 0, failed: 1, dropped: 0)
    }
  }

  @Test("an action that stays the same goes on, one that is removed gets nothing more")
  func reconfigured() async throws {
    let action = AlertAction(name: "page", kind: .program(["/bin/true"]))
    let actions = AlertActions([action], limits: Self.limits(), logger: Self.quiet)
    actions.send(Self.message(), to: nil)
    try await eventually("what became of messages") { actions.counters["page"]?.delivered == 1 }
    actions.reconfigure([action, AlertAction(name: "other", kind: .program(["/bin/true"]))])
    #expect(actions.counters["page"]?.delivered == 1)
    actions.reconfigure([])
    actions.send(Self.message(), to: nil)
    #expect(actions.counters.isEmpty)
  }
}

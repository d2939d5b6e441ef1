import Foundation
import TestSupport
import Testing

/// The built program, as an operator runs it.
enum Sagflow {
  /// It stands beside the test that runs.
  static let path: String = {
    let test = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(fileURLWithPath: test).deletingLastPathComponent().appendingPathComponent("sagflow").path
  }()

  /// Runs it to its end.
  static func run(
    _ arguments: [String], environment: [String: String] = [:], input: String? = nil, directory: String? = nil,
    through launcher: [String] = []
  ) async throws -> Outcome {
    let words = launcher + [path] + arguments
    let program = try RunningProgram(
      words[0], Array(words.dropFirst()), environment: environment, input: input, directory: directory)
    return try await program.end()
  }

  /// Replays captures into a store, checks the ledger it prints, and gives that.
  @discardableResult
  static func replay(
    _ captures: [String], into store: String, _ options: [String] = [], environment: [String: String] = [:]
  ) async throws -> PrintedLedger {
    let outcome = try await run(["replay"] + captures + ["-o", store] + options, environment: environment)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output == "")
    return try PrintedLedger(outcome.errors)
  }
}

/// `sagflow collect` on a free port of a loopback address, writing into a folder of its own.
final class RunningCollector: Sendable {
  let program: RunningProgram
  let port: UInt16
  let store: String
  private let folder: TemporaryFolder

  /// Starts it and waits until it listens.
  ///
  /// - Parameters:
  ///   - configuration: the configuration file; the defaults if there is none.
  ///   - launcher: the command that runs the program, in its own process.
  init(
    _ options: [String] = [], address: String = "127.0.0.1", configuration: String? = nil,
    environment: [String: String] = [:], store: String? = nil, drains: Bool = true, through launcher: [String] = []
  ) async throws {
    folder = try TemporaryFolder()
    self.store = store ?? folder.path + "/flows"
    // Flows that are live when it ends are rows, unless the test asks for something else.
    var arguments = ["collect", "-o", self.store] + (drains ? ["--drain"] : []) + options
    if let configuration { arguments += ["-c", try folder.write(text(configuration), as: "sagflow.yaml")] }
    (program, port) = try await Self.start(launcher + [Sagflow.path] + arguments, environment, address)
  }

  /// Another program may take a free port before the collector does; then another one is free.
  private static func start(
    _ words: [String], _ environment: [String: String], _ address: String
  ) async throws -> (RunningProgram, UInt16) {
    var attempts = 0
    while true {
      let port = try LoopbackSocket.freePort()
      let listen = address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
      // Many run at a time, and each takes an HTTP port that is free.
      let program = try RunningProgram(
        words[0], Array(words.dropFirst()) + ["--listen", listen],
        environment: ["SAGFLOW_HTTP_LISTEN": "127.0.0.1:0"].merging(environment) { $1 })
      do {
        try await program.says("listening on \(listen) with ")
        return (program, port)
      } catch {
        attempts += 1
        guard attempts < 3, program.errors.contains("in use") else { throw error }
      }
    }
  }

  /// Path of the configuration file it was started with.
  var configurationFile: String { folder.path + "/sagflow.yaml" }

  /// The port that it answers HTTP on.
  func httpPort() async throws -> UInt16 {
    let line = try await program.says("HTTP on ")
    return try #require(line.split(separator: ":").last.flatMap { UInt16($0) }, "\(line)")
  }

  /// Waits until a number of the ledger, as the status shows it, is what it should be.
  func counts(_ number: Int, _ group: String, _ name: String) async throws {
    try await eventually("\(number) of \(group), \(name)") { try await self.count(group, name) == number }
  }

  /// A number of the ledger, as the status shows it now.
  func count(_ group: String, _ name: String) async throws -> Int? {
    struct Status: Decodable { var ledger: [String: [String: Int]] }
    let body = try await HTTPAnswer.get("/api/v1/status", from: try await httpPort()).body
    return try JSONDecoder().decode(Status.self, from: Data(body.utf8)).ledger[group]?[name]
  }

  /// Ends it as a service manager does, checks that it ends well and that its ledger adds up, and gives that.
  func stop(_ signal: Int32 = SIGTERM) async throws -> PrintedLedger {
    program.signal(signal)
    let outcome = try await program.end()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output == "")
    return try PrintedLedger(outcome.errors)
  }
}

import Foundation
import TestSupport
import Testing

/// The built program, as an operator runs it.
enum Sagflow {
  /// In the same folder as the running test.
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

  /// Replays captures into a store, checks the printed ledger, and returns it.
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

/// `sagflow collect` on a free port of a loopback address, writing into a separate folder.
final class RunningCollector: Sendable {
  let program: RunningProgram
  let port: UInt16
  let store: String
  private let folder: TemporaryFolder

  /// Starts the collector and waits until it listens.
  ///
  /// - Parameters:
  ///   - configuration: contents of the configuration file; defaults if nil.
  ///   - launcher: the command that runs the program, in its own process.
  init(
    _ options: [String] = [], address: String = "127.0.0.1", configuration: String? = nil,
    environment: [String: String] = [:], store: String? = nil, drains: Bool = true, through launcher: [String] = []
  ) async throws {
    folder = try TemporaryFolder()
    self.store = store ?? folder.path + "/flows"
    // Writes live flows as rows at the end, unless the test disables it.
    var arguments = ["collect", "-o", self.store] + (drains ? ["--drain"] : []) + options
    if let configuration { arguments += ["-c", try folder.write(text(configuration), as: "sagflow.yaml")] }
    (program, port) = try await Self.start(launcher + [Sagflow.path] + arguments, environment, address)
  }

  /// Another program may take the free port before the collector does; the start is then repeated with another port.
  private static func start(
    _ words: [String], _ environment: [String: String], _ address: String
  ) async throws -> (RunningProgram, UInt16) {
    var attempts = 0
    while true {
      let port = try LoopbackSocket.freePort()
      let listen = address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
      // Many collectors run concurrently, each with a free HTTP port.
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

  /// Path of the configuration file.
  var configurationFile: String { folder.path + "/sagflow.yaml" }

  /// Returns the port of the HTTP server.
  func httpPort() async throws -> UInt16 {
    let line = try await program.says("HTTP on ")
    return try #require(line.split(separator: ":").last.flatMap { UInt16($0) }, "\(line)")
  }

  /// Waits until a number of the ledger in the status has the expected value.
  func counts(_ number: Int, _ group: String, _ name: String) async throws {
    try await eventually("\(number) of \(group), \(name)") { try await self.count(group, name) == number }
  }

  /// Returns the current value of a number of the ledger in the status.
  func count(_ group: String, _ name: String) async throws -> Int? {
    struct Status: Decodable { var ledger: [String: [String: Int]] }
    let body = try await HTTPAnswer.get("/api/v1/status", from: try await httpPort()).body
    return try JSONDecoder().decode(Status.self, from: Data(body.utf8)).ledger[group]?[name]
  }

  /// Stops the collector like a service manager, checks that it succeeds and that its ledger adds up, and returns the
  /// ledger.
  func stop(_ signal: Int32 = SIGTERM) async throws -> PrintedLedger {
    program.signal(signal)
    let outcome = try await program.end()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output == "")
    return try PrintedLedger(outcome.errors)
  }
}

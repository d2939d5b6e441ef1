import Foundation
import TestSupport
import Testing

/// `sagflow collect` on ports of 127.0.0.1 for UDP, TCP and TLS, with certificates from a test authority. Each record
/// is a row.
final class StreamCollector: Sendable {
  let program: RunningProgram
  let folder: TemporaryFolder
  /// UDP and TCP addresses, in the form that `generate` takes.
  let addresses: [String]
  private let ports: [UInt16]
  private let settings: String
  let store: String

  /// - Parameters:
  ///   - settings: additional lines of the configuration.
  ///   - store: path of the store; in a separate folder if nil.
  ///   - environment: settings in the environment.
  init(_ settings: String = "", store: String? = nil, environment: [String: String] = [:]) async throws {
    folder = try TemporaryFolder()
    self.store = store ?? folder.path + "/flows"
    ports = [try LoopbackSocket.freePort(), try LoopbackSocket.freePort(), try LoopbackSocket.freePort()]
    addresses = ["127.0.0.1:\(ports[0])", "tcp://127.0.0.1:\(ports[1])"]
    self.settings = settings
    try await Self.makeCertificates(in: folder.path)
    let text = Self.text(ports, folder.path, self.store, ["edge1.example.com"], settings)
    program = try RunningProgram(
      Sagflow.path, ["collect", "--drain", "-c", try folder.write(text, as: "sagflow.yaml")],
      environment: environment.merging(["SAGFLOW_HTTP_LISTEN": "127.0.0.1:0"]) { $1 })
    try await program.says("listening on ")
  }

  private static func text(
    _ ports: [UInt16], _ folder: String, _ store: String, _ names: [String], _ settings: String
  ) -> String {
    """
    listen: ["127.0.0.1:\(ports[0])", "tcp://127.0.0.1:\(ports[1])", "tls://127.0.0.1:\(ports[2])"]
    aggregation: {enabled: false}
    store: {path: \(store)}
    tls:
      certificate: \(folder)/server.pem
      key: \(folder)/server.key
      clientCa: \(folder)/ca.pem
      clientNames: [\(names.joined(separator: ", "))]
    \(settings)

    """
  }

  /// Returns the configuration with other client names.
  func text(names: [String]) throws -> String { Self.text(ports, folder.path, store, names, settings) }

  func write(_ text: String, as name: String) throws {
    try text.write(toFile: "\(folder.path)/\(name)", atomically: true, encoding: .utf8)
  }

  func read(_ name: String) throws -> String { try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8) }

  /// Returns the TLS address, as logged.
  func secureAddress() async throws -> String {
    let address = "tls://127.0.0.1:\(ports[2])"
    try await program.says(address)
    return address
  }

  /// Returns the options of `generate` that present a certificate.
  func credentials(_ name: String) -> [String] {
    [
      "--ca", "\(folder.path)/ca.pem", "--certificate", "\(folder.path)/\(name).pem", "--key",
      "\(folder.path)/\(name).key",
    ]
  }

  func generate(_ address: String, _ options: [String]) async throws -> Outcome {
    try await Sagflow.run(["generate", "--to", address] + options)
  }

  struct Streams: Decodable {
    var open: Int
    var paused: Int
    var accepted: Int
    var closed: [String: Int]
  }

  private struct Status: Decodable {
    var ledger: [String: [String: Int]]
    var streams: Streams
  }

  private func status() async throws -> Status {
    let line = try await program.says("HTTP on ")
    let port = try #require(line.split(separator: ":").last.flatMap { UInt16($0) }, "\(line)")
    let body = try await HTTPAnswer.get("/api/v1/status", from: port).body
    return try JSONDecoder().decode(Status.self, from: Data(body.utf8))
  }

  /// Returns the counters of connections.
  func connections() async throws -> Streams { try await status().streams }

  /// Waits for messages received over connections.
  func counts(_ isEnough: (Int) -> Bool) async throws {
    try await eventually("messages") { isEnough(try await status().ledger["datagrams"]?["streamed"] ?? 0) }
  }

  /// Stops the collector, and checks that its ledger adds up.
  func stop() async throws -> PrintedLedger {
    program.signal(SIGTERM)
    let outcome = try await program.end()
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try PrintedLedger(outcome.errors)
  }

  /// Creates an authority and its certificates: the collector's for its address, and those of two exporters.
  private static func makeCertificates(in folder: String) async throws {
    let openssl = try #require(Tool("openssl"), "openssl is missing")
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    func path(_ name: String) -> String { "\(folder)/\(name)" }
    _ = try await openssl.run(
      ["req", "-x509"] + key + [
        "-keyout", path("ca.key"), "-out", path("ca.pem"), "-subj", "/CN=authority", "-days", "2",
      ])
    for (name, subject) in [
      ("server", "IP:127.0.0.1"), ("edge1", "DNS:edge1.example.com"), ("edge9", "DNS:edge9.example.com"),
    ] {
      _ = try await openssl.run(
        ["req"] + key + ["-keyout", path("\(name).key"), "-out", path("\(name).csr"), "-subj", "/CN=\(name)"])
      try "subjectAltName=\(subject)\n".write(toFile: path("\(name).ext"), atomically: true, encoding: .utf8)
      _ = try await openssl.run(
        [
          "x509", "-req", "-in", path("\(name).csr"), "-CA", path("ca.pem"), "-CAkey", path("ca.key"),
          "-CAcreateserial",
        ]
          + ["-days", "2", "-extfile", path("\(name).ext"), "-out", path("\(name).pem")])
    }
  }
}

import Foundation
import TestSupport
import Testing

@Suite("support-bundle: one file for a report", .tags(.slow, .network), .unlessFast)
struct SupportBundleTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Creates a bundle and unpacks it.
  private func bundle(_ arguments: [String]) async throws -> (outcome: Outcome, directory: URL) {
    let path = folder.path + "/bundle.tar.gz"
    let outcome = try await Sagflow.run(["support-bundle", "-o", path] + arguments)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600, "it is for its owner alone")
    let tar = try #require(Tool("tar"))
    _ = try await tar.run(["-xzf", path, "-C", folder.path])
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let name = try #require(names.first { $0.hasPrefix("sagflow-support-") })
    return (outcome, URL(fileURLWithPath: folder.path + "/" + name))
  }

  private func text(_ directory: URL, _ name: String) throws -> String {
    try String(contentsOf: directory.appending(path: name), encoding: .utf8)
  }

  @Test("of a running collector it has configuration, state, metrics, and the last minute without its addresses")
  func running() async throws {
    let collector = try await RunningCollector()
    let sent = try await Sagflow.run([
      "generate", "--to", "127.0.0.1:\(collector.port)", "--flows", "500", "--rate", "0", "--netflow-version", "9",
    ])
    #expect(sent.status == 0, "\(sent.errors)")
    let count = try #require(sent.output.firstMatch(of: /in (\d+) datagrams/)?.1)
    try await collector.counts(try #require(Int(count)), "datagrams", "received")
    let http = try await collector.httpPort()
    let configuration = try folder.write(
      """
      listen: ["127.0.0.1:\(collector.port)"]
      store: {path: "\(collector.store)"}
      http: {listen: "127.0.0.1:\(http)"}
      alerts:
        actions: [{name: noc, webhook: "https://hooks.example/services/T0/secret?x=1"}]

      """, as: "sagflow.yaml")
    let (outcome, directory) = try await bundle(["-c", configuration, "--traffic"])
    #expect(outcome.output.contains("traffic.pcap"), "\(outcome.errors)")
    #expect(try text(directory, "version.txt").hasPrefix("sagflow "))
    let settings = try text(directory, "configuration.txt")
    #expect(settings.contains("https://hooks.example/…"), "\(settings)")
    #expect(!settings.contains("secret"), "\(settings)")
    #expect(try text(directory, "status.json").contains("500"))
    #expect(try text(directory, "metrics.txt").contains("sagflow_"))
    #expect(
      try text(directory, "templates.json").contains("256") || text(directory, "templates.json").contains("template"))
    #expect(try text(directory, "state.txt").contains("journal-"))
    let replayed = try await Sagflow.run([
      "replay", directory.appending(path: "traffic.pcap").path, "--format", "csv",
    ])
    #expect(replayed.status == 0, "\(replayed.errors)")
    #expect(replayed.output.split(separator: "\n").count > 100)
    #expect(!replayed.output.contains("127.0.0.1"))
    _ = try await collector.stop()
  }

  @Test("without a collector, and with a configuration that is not valid, there is a bundle that says so")
  func broken() async throws {
    let configuration = try folder.write("store: {path: 7\nlisten: nowhere\n", as: "sagflow.yaml")
    let (_, directory) = try await bundle(["-c", configuration])
    #expect(try text(directory, "configuration.txt").contains("sagflow.yaml"))
    #expect(try text(directory, "host.txt").contains("$ uname"))
  }

  @Test("no collector answers: the bundle has the reason")
  func stopped() async throws {
    let configuration = try folder.write(
      "store: {path: \"\(folder.path)/flows\"}\nhttp: {listen: \"127.0.0.1:1\"}\n", as: "sagflow.yaml")
    let (outcome, directory) = try await bundle(["-c", configuration, "--traffic"])
    #expect(outcome.errors.contains("no answer"), "\(outcome.errors)")
    #expect(outcome.errors.contains("no traffic"), "\(outcome.errors)")
    #expect(try text(directory, "status.txt").contains("no answer"))
  }
}

import Foundation
import TestSupport
import Testing

@Suite("flows have labels", .tags(.network, .slow), .unlessFast, .serialized)
struct LabelTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let capture = Fixtures.path("real/\(Fixtures.realCaptures[0]).pcap")

  @Test("replay gives each row what files have for its addresses, in files and as printed")
  func replay() async throws {
    let prefixes = try folder.write("prefix,site,role\n0.0.0.0/0,all,\n::/0,all,six\n", as: "prefixes.csv")
    let environment = ["SAGFLOW_LABELS_PREFIXES": prefixes]
    let printed = try await Sagflow.run(["replay", Self.capture, "--format", "json"], environment: environment)
    #expect(printed.status == 0, "\(printed.errors)")
    let rows = try JSONLines.objects(printed.output)
    #expect(!rows.isEmpty)
    for row in rows {
      let isSix = (row["src_addr"] as? String)?.contains(":") == true
      #expect(row["src_label"] as? String == (isSix ? "all/six" : "all"))
    }
    let store = folder.file("store")
    try await Sagflow.replay([Self.capture], into: store, environment: environment)
    let top = try await Sagflow.run(["top", "-r", store, "--by", "src_label", "--format", "csv", "-n", "10"])
    #expect(top.lines.dropFirst().allSatisfy { $0.contains("all") } && top.lines.count > 1, "\(top.output)")
    let plain = try await Sagflow.run(["replay", Self.capture, "--format", "json"])
    #expect(!plain.output.contains("all/six") && plain.lines.count == rows.count)
  }

  @Test("a file that is wrong ends a replay before it begins, with its line; labels check lists all lines")
  func wrong() async throws {
    let path = try folder.write("prefix,site\n10.0.0/8,a\n10.0.0.0/99,b\n", as: "prefixes.csv")
    let lines = [
      "sagflow: \(path):2: '10.0.0/8' is not a prefix; expected one such as 10.0.0.0/8 or 2001:db8::/32",
      "sagflow: \(path):3: '10.0.0.0/99' is not a prefix; the length must be 0 to 32",
    ]
    for command in [["replay", Self.capture], ["labels", "check"]] {
      let outcome = try await Sagflow.run(command, environment: ["SAGFLOW_LABELS_PREFIXES": path])
      #expect(outcome.status == 65)
      #expect(outcome.errorLines == lines, "\(command)")
    }
    let missing = try await Sagflow.run(["labels", "check"], environment: ["SAGFLOW_LABELS_EXPORTERS": "/missing.csv"])
    #expect(missing.status == 66)
  }

  @Test("the shipped examples are right, and lookup shows what they say")
  func examples() async throws {
    let config = URL(fileURLWithPath: Fixtures.folder).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("config/labels").path
    let environment = [
      "SAGFLOW_LABELS_PREFIXES": "\(config)/prefixes.csv", "SAGFLOW_LABELS_EXPORTERS": "\(config)/exporters.csv",
      "SAGFLOW_LABELS_INTERFACES": "\(config)/interfaces.csv", "SAGFLOW_LABELS_AS_NAMES": "\(config)/as.csv",
    ]
    let check = try await Sagflow.run(["labels", "check"], environment: environment)
    #expect(check.status == 0 && check.errors == "", "\(check.errors)")
    #expect(check.lines.count == 4)
    let lookup = try await Sagflow.run(["labels", "lookup", "10.1.20.7"], environment: environment)
    #expect(
      lookup.lines == [
        "address: 10.1.20.7", "label: berlin/acme/voice", "prefix: 10.1.20.0/24 (\(config)/prefixes.csv:6)",
        "site: berlin", "customer: acme", "role: voice",
      ])
    let exporter = try await Sagflow.run(["labels", "lookup", "198.51.100.1", "2"], environment: environment)
    #expect(
      exporter.lines == [
        "address: 198.51.100.1", "exporter: sag-berlin", "interface: uplink", "speed: 100000000 bit/s",
        "boundary: external",
      ])
    let wrong = try await Sagflow.run(["labels", "lookup", "10.1"], environment: environment)
    #expect(wrong.status == 64)
  }

  @Test("a running collector takes a file that is replaced, and keeps the last good one")
  func running() async throws {
    func write(_ site: String) throws -> String {
      let new = try folder.write("prefix,site\n0.0.0.0/0,\(site)\n", as: "new.csv")
      let path = folder.file("prefixes.csv")
      if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
      try FileManager.default.moveItem(atPath: new, toPath: path)
      return path
    }
    let path = try write("before")
    let collector = try await RunningCollector(
      environment: ["SAGFLOW_LABELS_PREFIXES": path, "SAGFLOW_LABELS_INTERVAL": "1"])
    let sent = try await Sagflow.run(
      ["generate", "--to", "127.0.0.1:\(collector.port)", "--flows", "200", "--rate", "2000"])
    #expect(sent.status == 0, "\(sent.errors)")
    func labels() async throws -> String {
      try await Sagflow.run(["top", "-r", collector.store, "--by", "src_label", "--format", "csv"]).output
    }
    try await eventually("the first labels of live flows") { try await labels().contains("before") }
    _ = try write("after")
    try await eventually("the next labels of live flows") { try await labels().contains("after") }
    try FileManager.default.removeItem(atPath: path)
    try await eventually("the missing file to be reported") { collector.program.errors.contains("stays in use") }
    #expect(try await labels().contains("after"))
    let http = try await collector.httpPort()
    let status = try await Sagflow.run(["status", "--http", "127.0.0.1:\(http)"])
    let line = status.lines.first { $0.hasPrefix("prefixes ") } ?? status.output
    #expect(line.contains(" ago ") && line.contains(" 1 ") && line.contains("FAILS: cannot open \(path)"), "\(line)")
    let metrics = try await HTTPAnswer.get("/metrics", from: http).body
    #expect(metrics.contains("sagflow_labels_entries{file=\"prefixes\"} 1\n"))
    #expect(metrics.contains("sagflow_labels_failed{file=\"prefixes\"} 1\n"))
    let answer = try await HTTPAnswer.get("/api/v1/status", from: http).body
    #expect(answer.contains("\"setting\":\"prefixes\""), "\(answer)")
  }
}

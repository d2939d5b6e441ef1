import Foundation
import NetworkBytes
import TestSupport
import Testing

@Suite("hostile texts, templates and configurations do no harm where they are shown", .tags(.slow), .unlessFast)
struct HostileTextTests {
  private static let start: Int64 = 1_750_000_000_000

  /// User names from an exporter, which become `extra`.
  private static let names = [
    "=cmd|' /C calc'!A0", "\u{1b}[31mRED\u{1b}]0;pwn\u{7}", "\u{9b}31mC1", "\u{202e}rtl\u{2066}", "\u{7f}DEL",
    "@SUM(1)",
    "plain", "北京",
  ]

  /// Creates a store with a flow for each name by replay.
  private static func store(_ folder: TemporaryFolder) async throws -> String {
    let fields = [(8, 4), (12, 4), (7, 2), (4, 1), (2, 4), (1, 4), (371, 65_535)].flatMap {
      u16(UInt16($0), UInt16($1))
    }
    let template = u16(2, UInt16(8 + fields.count)) + u16(256, 7) + fields
    let records = names.enumerated().flatMap { number, name in
      ip("10.0.0.1") + ip("10.0.0.2") + u16(UInt16(number + 1)) + u8(17) + u32(1, 100) + u8(UInt8(name.utf8.count))
        + Octets(name.utf8)
    }
    var capture = ExportCapture(start: start)
    capture.append(
      ExportMessage.message(version: 10, template + u16(256, UInt16(4 + records.count)) + records, at: start), at: start
    )
    let file = try folder.write(capture.octets, as: "names.pcap")
    try await Sagflow.replay(
      [file], into: folder.path + "/flows", environment: ["SAGFLOW_STORE_EXTRA": "true"])
    return folder.path + "/flows"
  }

  private static func isShown(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy {
      $0 == "\n" || ![.control, .format, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
    }
  }

  @Test("no format lets a control character of extra through, and JSON still has the texts")
  func extra() async throws {
    let folder = try TemporaryFolder()
    let store = try await Self.store(folder)
    for format in ["table", "csv", "json"] {
      let query = try await Sagflow.run([
        "query", "-r", store, "--format", format, "--columns", "src_port,extra", "--sort", "time_start",
      ])
      #expect(query.status == 0, "\(query.errors)")
      #expect(query.output.contains("plain") && query.output.contains("北京"))
      #expect(Self.isShown(query.output), "\(format): \(query.output.debugDescription)")
      let top = try await Sagflow.run(["top", "-r", store, "--format", format, "--by", "extra"])
      #expect(top.status == 0 && top.output.contains("plain"), "\(top.errors)")
      #expect(Self.isShown(top.output), "\(format): \(top.output.debugDescription)")
      guard format == "json" else { continue }
      let texts = try JSONLines.objects(query.output).compactMap { ($0["extra"] as? [String: String])?["userName"] }
      #expect(Set(texts) == Set(Self.names))
    }
  }

  @Test("--csv-safe is for CSV, of query, top and replay")
  func csvSafe() async throws {
    let folder = try TemporaryFolder()
    let store = try await Self.store(folder)
    for command in [["query", "-r", store], ["top", "-r", store], ["replay", folder.path + "/names.pcap"]] {
      let outcome = try await Sagflow.run(command + ["--csv-safe", "--format", "csv"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("10.0.0.1"))
      let json = try await Sagflow.run(command + ["--csv-safe", "--format", "json"])
      #expect(json.status == 64)
      #expect(json.errors.contains("--csv-safe applies to CSV; add --format csv"))
    }
  }

  @Test("sixteen thousand fields of no length in each of 65,000 records are printed within bounds")
  func emptyFields() async throws {
    let fields = (0..<16_000).flatMap { _ in u16(8, 0) } + u16(4, 1)
    let template = u16(2, UInt16(8 + fields.count)) + u16(256, 16_001) + fields
    var capture = ExportCapture(start: Self.start)
    capture.append(ExportMessage.message(version: 10, template, at: Self.start), at: Self.start)
    let data = u16(256, 65_004) + Octets(repeating: 17, count: 65_000)
    capture.append(ExportMessage.message(version: 10, data, at: Self.start), at: Self.start)
    let folder = try TemporaryFolder()
    let file = try folder.write(capture.octets, as: "empty.pcap")
    let outcome = try await Sagflow.run(["replay", "--records", file])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.utf8.count < 32_000_000)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 65_000)
    for (number, left) in [(0, nil), (15, nil), (16, 16_000), (64_999, 16_000)] {
      let object = try #require(try JSONLines.objects(String(lines[number])).first)
      let fields = try #require(object["fields"] as? [String: Any])
      #expect(fields["protocolIdentifier"] as? Int == 17)
      #expect((fields["sourceIPv4Address"] as? [String])?.count == (left == nil ? 16_000 : nil))
      #expect(object["emptyLeftOut"] as? Int == left)
    }
  }

  @Test("a configuration of ten thousand unknown keys is refused with the first hundred")
  func unknownKeys() async throws {
    let folder = try TemporaryFolder()
    let yaml = (0..<10_000).map { "unknown\($0)key: 1\n" }.joined()
    let file = try folder.write(text(yaml), as: "c.yaml")
    let outcome = try await Sagflow.run(["config", "check", "-c", file])
    #expect(outcome.status == 78)
    let lines = outcome.errors.split(separator: "\n")
    #expect(lines.count == 101)
    #expect(lines.last?.hasSuffix("and 9900 more; check that this is the right file") == true, "\(lines.last ?? "")")
  }
}

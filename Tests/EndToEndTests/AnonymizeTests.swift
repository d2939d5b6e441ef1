import Foundation
import TestSupport
import Testing

@Suite("replay --anonymize: captures and flows that can be shared", .tags(.slow), .unlessFast)
struct AnonymizeTests {
  private struct Flow: Decodable {
    var src_addr, dst_addr, exporter_addr: String?
    var packets, bytes: UInt64
  }

  private let folder: TemporaryFolder
  private var capture: String { folder.path + "/flows.pcap" }
  private var shared: String { folder.path + "/shared.pcap" }
  private let key: String

  init() async throws {
    folder = try TemporaryFolder()
    key = try folder.write((1...32).map { UInt8($0) }, as: "key")
  }

  private func generate(_ version: String) async throws {
    let outcome = try await Sagflow.run([
      "generate", "-o", capture, "--netflow-version", version, "--flows", "3000", "--rate", "500", "--seed", "4",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  private func flows(_ arguments: [String]) async throws -> [Flow] {
    let outcome = try await Sagflow.run(["replay"] + arguments + ["--format", "json"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try outcome.output.split(separator: "\n").map { try JSONDecoder().decode(Flow.self, from: Data($0.utf8)) }
  }

  @Test(
    "a shared capture has the same flows of other addresses, with and without a detour over a file",
    arguments: ["5", "9", "10"])
  func capture(version: String) async throws {
    try await generate(version)
    let written = try await Sagflow.run(["replay", "--anonymize", key, "--capture", shared, capture])
    #expect(written.status == 0, "\(written.errors)")
    #expect(written.errors.contains("addresses were substituted"), "\(written.errors)")
    let (before, after) = (try await flows([capture]), try await flows([shared]))
    #expect(before.count > 1000)
    #expect(before.count == after.count)
    #expect(before.reduce(0) { $0 &+ $1.bytes } == after.reduce(0) { $0 &+ $1.bytes })
    #expect(before.reduce(0) { $0 &+ $1.packets } == after.reduce(0) { $0 &+ $1.packets })
    let addresses = { (flows: [Flow]) in
      Set(flows.flatMap { [$0.src_addr, $0.dst_addr, $0.exporter_addr].compactMap { $0 } })
    }
    #expect(addresses(before).count == addresses(after).count)
    // An address may happen to be the substitute of another.
    #expect(addresses(before).intersection(addresses(after)).count <= 1)
    let atOnce = try await flows(["--anonymize", key, capture])
    #expect(addresses(atOnce) == addresses(after))
  }

  @Test("stores are anonymized as well")
  func store() async throws {
    try await generate("9")
    let store = folder.path + "/flows"
    let outcome = try await Sagflow.run(["replay", "--anonymize", key, capture, "-o", store])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let exporters = try await Sagflow.run(["top", "-r", store, "--by", "exporter_addr", "--format", "csv"])
    #expect(exporters.status == 0, "\(exporters.errors)")
    #expect(exporters.output.split(separator: "\n").count == 2)
    #expect(!exporters.output.contains("198.18.0.1"))
  }

  @Test("mistakes are one line, and no capture is lost to them")
  func mistakes() async throws {
    try await generate("9")
    let size = try Data(contentsOf: URL(fileURLWithPath: capture)).count
    for (arguments, status, word) in [
      (["--anonymize", folder.path + "/none", "--capture", shared, capture], 66, "/none"),
      (["--anonymize", capture, "--capture", shared, capture], 66, "/dev/urandom"),
      (["--capture", capture, capture], 64, "choose another name"),
      (["--capture", shared, "-o", folder.path + "/flows", capture], 64, "--capture"),
      (["--capture", shared, capture, "proto", "tcp"], 64, "remove the filter"),
      (["--capture", "/no/such/folder/x.pcap", capture], 74, "/no/such/folder/x.pcap"),
    ] {
      let outcome = try await Sagflow.run(["replay"] + arguments)
      #expect(Int(outcome.status) == status, "\(arguments): \(outcome.errors)")
      #expect(outcome.errors.contains(word), "\(arguments): \(outcome.errors)")
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: capture)).count == size)
  }
}

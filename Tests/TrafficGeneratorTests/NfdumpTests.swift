import FlowModel
import Foundation
import NetFlow
import NetworkBytes
import TestSupport
import Testing
import TrafficGenerator

@Suite(
  "nfcapd takes the messages off the wire and nfdump shows the same flows", .tags(.engine, .network), .unlessFast,
  .enabled(if: Tool.isInstalled("nfcapd", "nfdump"), "nfcapd is missing"))
struct NfdumpTests {
  @Test("addresses, ports, counters and times", arguments: ExportVersion.allCases)
  func flows(version: ExportVersion) async throws {
    let seed = UInt64.random(in: 0...(.max))
    print("seed \(seed)")
    let encoder = try encoder(version) { $0.domain = 7 }
    let stream = ExportStream(encoder, seed: seed, flows: 2_000)
    let output = try await captured(stream)
    let got = output.split(separator: "\n").map { line in
      line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " ")
    }
    let want = stream.records.map { line($0, version) }
    #expect(got.count == want.count)
    let difference = Set(got).symmetricDifference(want)
    #expect(difference.isEmpty, "seed \(seed): \(difference.sorted().prefix(6))")
  }

  /// Returns nfdump's output for the stream as received by nfcapd.
  private func captured(_ stream: ExportStream) async throws -> String {
    let nfdump = try #require(Tool("nfdump"))
    let folder = try TemporaryFolder()
    let collector = try await Listener(try #require(Tool("nfcapd"))) {
      ["-b", "127.0.0.1", "-p", "\($0)", "-w", folder.path, "-t", "3600"]
    }
    let socket = try LoopbackSocket()
    for (number, message) in stream.messages.enumerated() {
      try socket.send(message.octets, to: collector.port)
      if number % 20 == 19 { try await collector.drain() }
    }
    try await collector.finish()
    return try await nfdump.run([
      "-R", folder.path, "-q", "-6", "-N", "-o", "fmt:%pr|%sa|%da|%sp|%dp|%pkt|%byt|%ts|%te|%in|%out|%sas|%das",
    ])
  }

  private func line(_ record: FlowRecord, _ version: ExportVersion) -> String {
    let narrow = version == .netFlow5
    return [
      "\(record.protocolIdentifier)", "\(record.source)", "\(record.destination)", "\(record.sourcePort)",
      destinationPort(record), "\(record.packets)", "\(narrow ? min(record.octets, 0xffff_ffff) : record.octets)",
      date(record.start), date(record.end), "\(record.ingressInterface)", "\(record.egressInterface)",
      "\(narrow && record.sourceAS > 0xffff ? 23_456 : record.sourceAS)",
      "\(narrow && record.destinationAS > 0xffff ? 23_456 : record.destinationAS)",
    ].joined(separator: " ")
  }

  /// nfdump shows ICMP type and code instead of the destination port.
  private func destinationPort(_ record: FlowRecord) -> String {
    switch record.protocolIdentifier {
    case 1, 58: "\(record.icmpType).\(record.icmpCode)"
    default: "\(record.destinationPort)"
    }
  }

  private func date(_ milliseconds: Int64) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.dateFormat = "yyyy-MM-dd HH:mm:ss.SSS"
    return formatter.string(from: Date(timeIntervalSince1970: Double(milliseconds) / 1_000))
  }
}

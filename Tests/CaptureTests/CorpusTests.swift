import Capture
import Foundation
import NetworkBytes
import TestSupport
import Testing

/// Compares reading real captures with tshark.
@Suite("Captures of the corpus")
struct CorpusTests {
  /// `shared/corpus` beside the package.
  static let folder = SharedFolder.path("corpus").map { URL(fileURLWithPath: $0) }

  static let tools = ["/usr/bin/mergecap", "/usr/bin/tshark"]
  static let hasTools = tools.allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }

  static func captures() throws -> [String] {
    let folder = try #require(folder)
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      .filter { $0.hasSuffix(".pcap") || $0.hasSuffix(".pcapng") }
      .map { folder.appendingPathComponent($0).path }
  }

  /// Runs a program and returns its output.
  static func run(_ program: String, _ arguments: [String]) async throws -> String {
    let outcome = try await #require(Tool(program)).outcome(arguments)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome.output
  }

  /// Returns one line for each UDP datagram: source, port, payload length.
  static func linesOfTshark(_ path: String) async throws -> [String] {
    // No dissection above UDP, so that the contents of datagrams cannot matter.
    let arguments =
      ["-n", "-r", path, "-Y", "udp && !icmp && !icmpv6", "-T", "fields", "-E", "occurrence=f"]
      + ["ip.src", "ipv6.src", "udp.srcport", "udp.length"].flatMap { ["-e", $0] }
      + ["cflow", "sflow", "dns", "gtp", "vxlan"].flatMap { ["--disable-protocol", $0] }
    return try await run("/usr/bin/tshark", arguments).split(separator: "\n").map { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      return "\(fields[0])\(fields[1]) \(fields[2]) \((Int(fields[3]) ?? 0) - 8)"
    }
  }

  /// Returns the same lines as read by this module.
  static func lines(_ path: String) throws -> [String] {
    let reading = try CaptureFileTests.read(path: path)
    #expect(reading.error == nil, "\(path)")
    #expect(reading.octetsRead == reading.totalOctets, "\(path)")
    return reading.datagrams.map { datagram in
      let colon = datagram.source.lastIndex(of: ":") ?? datagram.source.endIndex
      let address = datagram.source[..<colon].filter { $0 != "[" && $0 != "]" }
      return "\(address) \(datagram.source[colon...].dropFirst()) \(datagram.payload.count)"
    }
  }

  @Test(
    "tshark reads the same datagrams, from all captures merged into one with many interfaces", .tags(.engine, .slow),
    .unlessFast,
    .enabled("no corpus folder, or no tshark and mergecap") { folder != nil && hasTools })
  func sameAsTshark() async throws {
    let captures = try Self.captures()
    let merged = try TemporaryFile([])
    _ = try await Self.run("/usr/bin/mergecap", ["-a", "-F", "pcapng", "-w", merged.path] + captures)
    let expected = try await Self.linesOfTshark(merged.path)
    #expect(expected.count > 100)
    var place = 0
    for capture in captures {
      let lines = try Self.lines(capture)
      #expect(lines == Array(expected[place..<min(place + lines.count, expected.count)]), "\(capture)")
      place += lines.count
    }
    #expect(place == expected.count)
    #expect(try Self.lines(merged.path) == expected)
  }
}

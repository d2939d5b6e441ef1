import Capture
import Files
import Foundation
import NetworkBytes
import TestSupport
import Testing

@Suite("Captures that are written")
struct CaptureWriterTests {
  private static let v4 = (
    Endpoint(address: IPAddress(v4: 0xc612_0007), port: 2055), Endpoint(address: IPAddress(v4: 0xc613_0001), port: 9995)
  )
  private static let v6 = (
    Endpoint(address: IPAddress(high: 0x2001_0db8_0000_0000, low: 7), port: 2056),
    Endpoint(address: IPAddress(high: 0x2001_0db8_0000_0000, low: 1), port: 9995)
  )

  private func write(_ path: String, _ payloads: [[UInt8]]) throws {
    var capture = try CaptureWriter(path)
    for (number, payload) in payloads.enumerated() {
      let (source, destination) = number % 2 == 0 ? Self.v4 : Self.v6
      try capture.append(payload.rawSpan, from: source, to: destination, at: 1_767_225_600_123_456_789 + Int64(number))
    }
    #expect(capture.count == UInt64(payloads.count))
    try capture.flush()
  }

  @Test("what is written is read again, of both families, of any length") func roundTrip() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/written.pcap"
    let payloads =
      (0..<400).map { pattern($0 * 7 % 1473, seed: $0) } + [pattern(65_487, seed: 1), pattern(65_487, seed: 2)]
    try write(path, payloads)
    let reading = try CaptureFileTests.read(path: path)
    #expect(reading.error == nil)
    #expect(reading.datagrams.map(\.payload) == payloads)
    #expect(reading.datagrams.map(\.arrival) == payloads.indices.map { 1_767_225_600_123_456_789 + Int64($0) })
    #expect(Set(reading.datagrams.map(\.source)) == ["198.18.0.7:2055", "[2001:db8::7]:2056"])
  }

  @Test(
    "tshark finds lengths and checksums right", .tags(.engine), .unlessFast,
    .enabled(if: Tool.isInstalled("tshark"), "tshark is missing"))
  func checksums() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/written.pcap"
    try write(path, (0..<60).map { pattern(40 + $0, seed: $0) } + [[], []])
    let tshark = try #require(Tool("tshark"))
    let output = try await tshark.run([
      "-r", path, "-o", "udp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-T", "fields", "-e",
      "_ws.malformed",
      "-e", "ip.checksum.status", "-e", "udp.checksum.status", "-e", "udp.length",
    ])
    // Status 1: good; 3: absent, which UDP over IPv4 allows.
    let expected = (0..<62).map { number in
      let length = 8 + (number < 60 ? 40 + number : 0)
      return number % 2 == 0 ? "\t1\t3\t\(length)" : "\t\t1\t\(length)"
    }
    #expect(output.split(separator: "\n").map(String.init) == expected)
  }

  @Test("a file that cannot be made is an error that names it") func refused() {
    #expect(throws: FileError.self) { _ = try CaptureWriter("/no/such/folder/written.pcap") }
  }
}

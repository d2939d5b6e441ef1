import Capture
import NetworkBytes
import TestSupport
import Testing

/// Pairs of exporter and collector, one for each family.
private let pairs = [
  [
    Endpoint(address: IPAddress(v4: 0xc000_0201), port: 2055),
    Endpoint(address: IPAddress(v4: 0xc633_6407), port: 9995),
  ],
  [
    Endpoint(address: IPAddress(high: 0x2001_0db8_0000_0000, low: 1), port: 65_535),
    Endpoint(address: IPAddress(high: 0x2001_0db8_00ff_0000, low: 0xffff_ffff_ffff_ffff), port: 4739),
  ],
]

@Suite("Packets of the relay")
struct RelayPacketTests {
  /// The packet, built independently; for IPv4 without the checksum, which the kernel fills in.
  private static func expected(_ payload: Octets, _ pair: [Endpoint]) -> Octets {
    var packet = Packet.udp(payload, from: pair[0], to: pair[1])
    if pair[0].address.isV4 { packet.replaceSubrange(10..<12, with: zeros(2)) }
    return packet
  }

  @Test("Headers are those of RFC 768, 791 and 8200, with the checksum of any payload", arguments: pairs)
  func headers(pair: [Endpoint]) throws {
    let seed = runSeed("SAGFLOW_RELAY_SEED")
    var random = SeededGenerator(seed: seed)
    for count in [0, 1, 2, 3, 4, 5, 7, 8, 1399, 1400, 1401, 9000, pair[0].address.isV4 ? 65_507 : 65_527] {
      let payload = random.octets(count)
      let headers = try #require(RelayPacket.headers(from: pair[0], to: pair[1], payload))
      #expect(headers + payload == Self.expected(payload, pair), "\(count) octets, seed \(seed)")
    }
  }

  @Test("A checksum of 0 is sent as 0xffff, for 0 means that there is none", arguments: pairs)
  func zeroChecksum(pair: [Endpoint]) throws {
    // With its own checksum as the payload, the sum is complete.
    let first = try #require(RelayPacket.headers(from: pair[0], to: pair[1], zeros(2)))
    let payload = Octets(first.suffix(2))
    let headers = try #require(RelayPacket.headers(from: pair[0], to: pair[1], payload))
    #expect(headers.suffix(2) == [0xff, 0xff])
    #expect(headers + payload == Self.expected(payload, pair))
  }

  @Test("There is no packet between two families, and none longer than its family allows")
  func impossible() {
    #expect(RelayPacket.headers(from: pairs[0][0], to: pairs[1][1], [1]) == nil)
    #expect(RelayPacket.headers(from: pairs[1][0], to: pairs[0][1], [1]) == nil)
    #expect(RelayPacket.headers(from: pairs[0][0], to: pairs[0][1], zeros(65_508)) == nil)
    #expect(RelayPacket.headers(from: pairs[1][0], to: pairs[1][1], zeros(65_528)) == nil)
  }

  @Test(
    "tshark finds their checksums right", .tags(.engine), .unlessFast,
    .enabled(if: Tool.isInstalled("tshark"), "tshark is missing"))
  func tshark() async throws {
    var file = TestSupport.CaptureFile(.pcap, linkType: .raw)
    for pair in pairs {
      for count in [0, 1, 1400] {
        let payload = pattern(count)
        let headers = try #require(RelayPacket.headers(from: pair[0], to: pair[1], payload))
        file.append(frame: headers + payload, at: 1_750_000_000_000_000_000)
      }
    }
    let folder = try TemporaryFolder()
    let output = try await #require(Tool("tshark")).run([
      "-n", "-r", try folder.write(file.octets, as: "relay.pcap"), "-o", "udp.check_checksum:TRUE", "-T", "fields",
      "-e", "udp.checksum.status", "-e", "udp.srcport", "-e", "udp.length",
    ])
    let wanted = [2055, 65_535].flatMap { port in [8, 9, 1408].map { "1\t\(port)\t\($0)" } }
    #expect(output.split(separator: "\n").map(String.init) == wanted)
  }
}

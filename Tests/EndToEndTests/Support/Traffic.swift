import NetworkBytes
import TestSupport

/// Packets and octets of one direction of a conversation.
struct Volume: Hashable {
  var packets = 0
  var octets = 0

  static func + (a: Self, b: Self) -> Self { Volume(packets: a.packets + b.packets, octets: a.octets + b.octets) }
}

/// A capture of packets, and its sums by 5-tuple; determined by the seed.
struct Traffic {
  private(set) var file = CaptureFile()
  /// Keyed by `source,destination,source port,destination port,protocol`; ICMP type and code replace the ports.
  private(set) var volumes: [String: Volume] = [:]
  private var random: SeededGenerator
  private var time: UInt64

  init(conversations: Int, ipv6: Bool, seed: UInt64, start: UInt64 = 1_750_000_000_000_000_000) {
    random = SeededGenerator(seed: seed)
    time = start
    for number in 0..<conversations { converse(number, ipv6: ipv6 && random.below(4) == 0) }
  }

  private mutating func converse(_ number: Int, ipv6: Bool) {
    let client = ipv6 ? "2001:db8:1::\(1 + random.below(20))" : "10.1.0.\(1 + random.below(20))"
    let server = ipv6 ? "2001:db8:2::\(1 + random.below(200))" : "203.0.113.\(1 + random.below(200))"
    let port = UInt16(30_000 + number)
    let kind = random.below(6)
    let count = 1 + random.below(12)
    for index in 0...count {
      let isReply = index > 0 && random.below(5) < 3
      let size = [0, 100, 1200][random.below(3)]
      switch kind {
      case 0..<3:
        let flags: UInt8 = index == 0 ? 0x02 : index == count ? 0x11 : 0x18
        send(client, server, port, 443, 6, isReply, size) { u32(1, 1) + u8(0x50, flags) + u16(8192, 0, 0) }
      case 3..<5: send(client, server, port, 53, 17, isReply, size) { u16(UInt16(8 + size), 0) }
      default: ping(client, server, ipv6, isReply, size)
      }
    }
  }

  private mutating func send(
    _ client: String, _ server: String, _ clientPort: UInt16, _ serverPort: UInt16, _ proto: UInt8, _ isReply: Bool,
    _ size: Int, _ header: () -> Octets
  ) {
    let ports = isReply ? (serverPort, clientPort) : (clientPort, serverPort)
    let body = u16(ports.0, ports.1) + header() + zeros(size)
    append(body, isReply ? server : client, isReply ? client : server, proto, "\(ports.0),\(ports.1)")
  }

  private mutating func ping(_ client: String, _ server: String, _ ipv6: Bool, _ isReply: Bool, _ size: Int) {
    let type: UInt8 = ipv6 ? (isReply ? 129 : 128) : (isReply ? 0 : 8)
    let body = u8(type, 0) + zeros(6 + size)
    append(body, isReply ? server : client, isReply ? client : server, ipv6 ? 58 : 1, "\(type),0")
  }

  private mutating func append(
    _ body: Octets, _ source: String, _ destination: String, _ proto: UInt8, _ ports: String
  ) {
    guard let from = IPAddress(source), let to = IPAddress(destination) else { return }
    let packet =
      from.isV4
      ? Packet.ipv4(body, from: from, to: to, protocolIdentifier: proto)
      : Packet.ipv6(body, from: from, to: to, next: proto)
    file.append(frame: LinkType.ethernet.frame(packet), at: time)
    time += UInt64(1 + random.below(20)) * 1_000_000
    let key = "\(source),\(destination),\(ports),\(proto)"
    volumes[key] = volumes[key, default: Volume()] + Volume(packets: 1, octets: packet.count)
  }
}

extension [StoredRow] {
  /// Packets and octets by 5-tuple, in the form of `Traffic`.
  var volumes: [String: Volume] {
    reduce(into: [:]) { sums, row in
      let isPing = row["proto"] == "1" || row["proto"] == "58"
      let ports = isPing ? row.text("icmp_type", "icmp_code") : row.text("src_port", "dst_port")
      let volume = Volume(packets: row.number("packets"), octets: row.number("bytes"))
      sums["\(row.text("src_addr", "dst_addr")),\(ports),\(row["proto"])", default: Volume()] =
        sums["\(row.text("src_addr", "dst_addr")),\(ports),\(row["proto"])", default: Volume()] + volume
    }
  }
}

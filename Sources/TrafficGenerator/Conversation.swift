import FlowModel
import NetFlow
import NetworkBytes

/// Two endpoints that exchange packets: the fields common to all records of both directions.
struct Conversation: Sendable {
  /// Popularity ranks of the inside host and of its peer.
  var host: UInt32 = 0
  var peer: UInt32 = 0
  /// Whether the peer is an inside host too.
  var isLocal = false
  var isV6 = false
  /// Whether the conversation is only a few small packets.
  var isSmall = false
  var protocolIdentifier: UInt8 = 0
  var typeOfService: UInt8 = 0
  var clientPort: UInt16 = 0
  var servicePort: UInt16 = 0
  /// End of the last record of each direction; nil if there was none.
  var requestEnd: Int64?
  var replyEnd: Int64?

  static let typesOfService: [UInt8] = [0, 0, 0, 0, 0x28, 0x48, 0x88, 0xb8]
  /// Mostly whole connections; some refused and aborted ones.
  static let flags: [UInt16] = [0x1b, 0x1b, 0x1b, 0x1b, 0x1a, 0x1f, 0x13, 0x16]
  static let singlePacketFlags: [UInt16] = [0x02, 0x10, 0x14, 0x11]
}

extension Conversation {
  /// Returns a record without counters and times.
  func endpoints(reply: Bool) -> FlowRecord {
    let client = Side(inside: host, isV6: isV6)
    let server = isLocal ? Side(inside: peer, isV6: isV6) : Side(outside: peer, isV6: isV6)
    let (from, to) = reply ? (server, client) : (client, server)
    var record = FlowRecord()
    record.source = from.address
    record.destination = to.address
    record.ingressInterface = from.interface
    record.egressInterface = to.interface
    record.sourceAS = from.autonomousSystem
    record.destinationAS = to.autonomousSystem
    record.sourceMask = from.mask
    record.destinationMask = to.mask
    record.sourceVLAN = from.vlan
    record.destinationVLAN = to.vlan
    record.sourceMAC = from.mac
    record.destinationMAC = to.mac
    record.nextHop = to.nextHop
    record.sourcePort = reply ? servicePort : clientPort
    record.destinationPort = reply ? clientPort : servicePort
    record.protocolIdentifier = protocolIdentifier
    record.typeOfService = typeOfService
    record.direction = reply ? 2 : 1
    // Echo request and reply (RFC 792, RFC 4443).
    if protocolIdentifier == 1 { record.icmpType = reply ? 0 : 8 }
    if protocolIdentifier == 58 { record.icmpType = reply ? 129 : 128 }
    return record
  }
}

/// One endpoint as seen by the router. All its values follow from the rank, so that a host is the same in all its
/// conversations.
private struct Side {
  let address: IPAddress
  let nextHop: IPAddress
  let interface: UInt32
  let autonomousSystem: UInt32
  let mask: UInt8
  let vlan: UInt16
  let mac: UInt64

  private static let gateway = IPAddress(v4: 0xc000_0201)
  private static let gatewayV6 = IPAddress(high: 0xfe80 << 48, low: 1)

  /// An inside host behind one of 24 access ports, each with its own VLAN.
  init(inside rank: UInt32, isV6: Bool) {
    let random = SeededGenerator.mixed(UInt64(rank))
    address =
      isV6
      ? IPAddress(high: 0xfd00_0010 << 32, low: random)
      : IPAddress(v4: 10 << 24 | (rank &* 0x9e_3779_b1) & 0xff_ffff)
    nextHop = .unspecified
    interface = 1 + rank % 24
    autonomousSystem = 64_512
    mask = isV6 ? 64 : 24
    vlan = UInt16(100 + rank % 24)
    mac = 0x0200_0000_0000 | random & 0xff_ffff_ffff
  }

  /// A peer behind one of two uplinks.
  init(outside rank: UInt32, isV6: Bool) {
    let random = SeededGenerator.mixed(UInt64(rank) | 1 << 32)
    let first = Self.publicOctets[Int(random % UInt64(Self.publicOctets.count))]
    address =
      isV6
      ? IPAddress(high: 0x2a00_0000_0000_0000 | (random & 0xffff) << 32, low: random)
      : IPAddress(v4: first << 24 | (rank &* 0x9e_3779_b1) & 0xff_ffff)
    nextHop = isV6 ? Self.gatewayV6 : Self.gateway
    interface = UInt32(101 + rank & 1)
    let number = UInt32(truncatingIfNeeded: random >> 40) % 60_000
    autonomousSystem = rank % 10 == 9 ? 4_200_000_000 + number : 1_000 + number
    mask = isV6 ? 48 : UInt8(16 + random >> 32 & 7)
    vlan = 0
    mac = 0x0200_ff00_0000 | UInt64(rank & 1)
  }

  /// First octets of unicast addresses, without those that hold special-purpose blocks (RFC 6890).
  private static let publicOctets: [UInt32] = (1..<224).filter {
    ![10, 100, 127, 169, 172, 192, 198, 203].contains($0)
  }
}

/// A service, and how often it is used.
struct Service: Sendable {
  /// 0 for an unprivileged port.
  let port: UInt16
  let protocolIdentifier: UInt8
  let weight: Int

  var isSmall: Bool { protocolIdentifier == 1 || port == 53 || port == 123 }

  private static let tcp: [(UInt16, Int)] = [
    (443, 400), (80, 60), (22, 12), (993, 12), (445, 12), (3389, 8), (25, 8), (587, 6), (8080, 8), (8443, 8), (389, 6),
    (88, 4), (853, 4), (5223, 6), (1883, 3), (3306, 3), (5432, 3), (0, 30),
  ]
  private static let udp: [(UInt16, Int)] = [
    (443, 140), (53, 140), (123, 15), (161, 6), (514, 6), (5060, 5), (3478, 8), (4500, 6), (500, 3), (1194, 3),
    (6881, 4), (0, 30),
  ]
  static let common: [Service] =
    tcp.map { Service(port: $0.0, protocolIdentifier: 6, weight: $0.1) }
    + udp.map { Service(port: $0.0, protocolIdentifier: 17, weight: $0.1) }
    + [Service(port: 0, protocolIdentifier: 1, weight: 20)]
}

import NetworkBytes
import TestSupport

/// Returns a UDP datagram, with a false length field if `length` is given.
func udp(_ payload: [UInt8], from port: UInt16 = 50_005, to: UInt16 = 9995, length: Int? = nil) -> [UInt8] {
  be(port) + be(to) + be(UInt16(length ?? payload.count + 8)) + be(UInt16(0)) + payload
}

struct IPv4 {
  var source: UInt32 = 0xc612_0501
  var destination: UInt32 = 0xc612_0502
  var proto: UInt8 = 17
  var identification: UInt16 = 7
  var options: [UInt8] = []
  /// In octets; the header stores units of eight.
  var offset = 0
  var moreFragments = false
  var totalLength: Int?
  var headerWords: Int?

  func packet(_ payload: [UInt8]) -> [UInt8] {
    let words = headerWords ?? 5 + options.count / 4
    let total = totalLength ?? 20 + options.count + payload.count
    let fragment = UInt16(offset / 8) | (moreFragments ? 0x2000 : 0)
    return [0x40 | UInt8(words), 0] + be(UInt16(total)) + be(identification) + be(fragment) + [64, proto, 0, 0]
      + be(source) + be(destination) + options + payload
  }
}

struct IPv6 {
  var source = IPAddress(high: 0x2001_0db8_0000_0000, low: 0x1111)
  var destination = IPAddress(high: 0x2001_0db8_0000_0000, low: 2)
  /// Extension header numbers with their octets; the first octet is filled in here.
  var extensions: [(number: UInt8, octets: [UInt8])] = []
  var upper: UInt8 = 17
  var payloadLength: Int?

  func packet(_ payload: [UInt8]) -> [UInt8] {
    let numbers = extensions.map(\.number) + [upper]
    var chain: [UInt8] = []
    for (index, header) in extensions.enumerated() { chain += [numbers[index + 1]] + header.octets.dropFirst() }
    let length = payloadLength ?? chain.count + payload.count
    return [0x60, 0, 0, 0] + be(UInt16(length)) + [numbers[0], 64] + be(source.high) + be(source.low)
      + be(destination.high) + be(destination.low) + chain + payload
  }

  static let hopByHop = (number: UInt8(0), octets: [UInt8](repeating: 0, count: 8))
  static let routing = (number: UInt8(43), octets: [0, 2] + [UInt8](repeating: 0, count: 22))
  static let destinationOptions = (number: UInt8(60), octets: [0, 1] + [UInt8](repeating: 0, count: 14))
  /// 4 in the length field means 6 words of 4 octets (RFC 4302 §2.2).
  static let authentication = (number: UInt8(51), octets: [0, 4] + [UInt8](repeating: 9, count: 22))

  static func fragment(_ offset: Int, more: Bool, identification: UInt32 = 7) -> (number: UInt8, octets: [UInt8]) {
    (44, [0, 0] + be(UInt16(offset) | (more ? 1 : 0)) + be(identification))
  }
}

/// Returns an Ethernet frame; each tag is a TPID with a VLAN id.
func ethernet(_ packet: [UInt8], type: UInt16? = nil, tags: [UInt16] = []) -> [UInt8] {
  let etherType = type ?? (packet[0] >> 4 == 4 ? 0x0800 : 0x86dd)
  return pattern(12) + tags.flatMap { be($0) + be(UInt16(100)) } + be(etherType) + packet
}

func linuxCooked(_ packet: [UInt8]) -> [UInt8] {
  be(UInt16(4)) + be(UInt16(1)) + be(UInt16(6)) + pattern(8) + be(UInt16(packet[0] >> 4 == 4 ? 0x0800 : 0x86dd))
    + packet
}

func linuxCooked2(_ packet: [UInt8]) -> [UInt8] {
  be(UInt16(packet[0] >> 4 == 4 ? 0x0800 : 0x86dd)) + [0, 0] + be(UInt32(3)) + be(UInt16(1)) + [4, 6] + pattern(8)
    + packet
}

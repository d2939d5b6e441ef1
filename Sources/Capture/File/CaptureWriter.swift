public import Files
public import NetworkBytes

/// Writes datagrams to a capture file that tcpdump, tshark and other collectors' replays can read: pcap with
/// nanoseconds and raw IP packets (draft-ietf-opsawg-pcap-07, sections 4 and 5; LINKTYPE_RAW); UDP has a checksum over
/// IPv6, but not over IPv4.
public struct CaptureWriter: ~Copyable {
  private let file: OpenFile
  private var octets: [UInt8] = []
  private static let bufferSize = 1 << 20

  /// Number of datagrams written.
  public private(set) var count: UInt64 = 0

  /// Creates or truncates the file.
  public init(_ path: String) throws(FileError) {
    file = try OpenFile(path, .emptying(0o644), for: .create)
    octets.reserveCapacity(Self.bufferSize + (1 << 16))
    let linkTypeRaw: UInt32 = 101
    for word in [0xa1b2_3c4d, 0x0004_0002, 0, 0, 1 << 18, linkTypeRaw] { append(littleEndian: word) }
  }

  /// Adds a datagram.
  ///
  /// - Parameters:
  ///   - payload: at most 65,487 octets, so that headers and payload fit into a packet of either family.
  ///   - source: of the same family as `destination`.
  ///   - time: arrival time, nanoseconds since 1970 UTC.
  public mutating func append(
    _ payload: RawSpan, from source: Endpoint, to destination: Endpoint, at time: Int64
  ) throws(FileError) {
    precondition(payload.byteCount <= 65_487 && source.address.isV4 == destination.address.isV4)
    let udpLength = 8 + payload.byteCount
    let length = UInt32((source.address.isV4 ? 20 : 40) + udpLength)
    append(littleEndian: UInt32(truncatingIfNeeded: time / 1_000_000_000))
    append(littleEndian: UInt32(time % 1_000_000_000))
    append(littleEndian: length)
    append(littleEndian: length)
    let start = octets.count
    if source.address.isV4 {
      appendIPv4(UInt16(length), source.address.v4, destination.address.v4)
      octets.replace(at: start + 10, Self.checksum(octets[start...], 0))
    } else {
      appendIPv6(UInt16(udpLength), source.address, destination.address)
    }
    let udp = octets.count
    for field in [source.port, destination.port, UInt16(udpLength), 0] { octets.append(bigEndian: field) }
    octets.append(copying: payload)
    if !source.address.isV4 {
      // The pseudo-header (RFC 8200 section 8.1): both addresses, length and protocol. A sum of zero is sent as all ones.
      let pseudo = UInt32(udpLength) + 17
      let sum = Self.checksum(octets[(start + 8)...], pseudo)
      octets.replace(at: udp + 6, sum == 0 ? 0xffff : sum)
    }
    count += 1
    if octets.count >= Self.bufferSize { try flush() }
  }

  /// Adds a datagram to a fictitious collector, because its destination address is unknown.
  public mutating func append(_ datagram: borrowing Datagram) throws(FileError) {
    let isV4 = datagram.source.address.isV4
    let address = isV4 ? IPAddress(v4: 0xc000_0201) : IPAddress(high: 0x2001_0db8_0000_0000, low: 1)
    let collector = Endpoint(address: address, port: datagram.localPort == 0 ? 9995 : datagram.localPort)
    try append(datagram.bytes, from: datagram.source, to: collector, at: datagram.arrival)
  }

  /// Writes the buffered data.
  public mutating func flush() throws(FileError) {
    try file.write(octets.span)
    octets.removeAll(keepingCapacity: true)
  }

  private mutating func appendIPv4(_ length: UInt16, _ source: UInt32, _ destination: UInt32) {
    for field: UInt16 in [0x4500, length, 0, 0x4000, 64 << 8 | 17, 0] { octets.append(bigEndian: field) }
    for address in [source, destination] {
      octets.append(bigEndian: UInt16(truncatingIfNeeded: address >> 16))
      octets.append(bigEndian: UInt16(truncatingIfNeeded: address))
    }
  }

  private mutating func appendIPv6(_ length: UInt16, _ source: IPAddress, _ destination: IPAddress) {
    for field: UInt16 in [0x6000, 0, length, 17 << 8 | 64] { octets.append(bigEndian: field) }
    for word in [source.high, source.low, destination.high, destination.low] {
      for shift in stride(from: UInt64(48), through: 0, by: -16) {
        octets.append(bigEndian: UInt16(truncatingIfNeeded: word >> shift))
      }
    }
  }

  private mutating func append(littleEndian word: UInt32) {
    for shift in stride(from: UInt32(0), to: 32, by: 8) { octets.append(UInt8(truncatingIfNeeded: word >> shift)) }
  }

  /// Returns the Internet checksum (RFC 1071) of octets at an even offset, and of a preceding sum.
  private static func checksum(_ octets: ArraySlice<UInt8>, _ before: UInt32) -> UInt16 {
    var sum = before
    var index = octets.startIndex
    while index < octets.endIndex {
      let low = index + 1 < octets.endIndex ? octets[index + 1] : 0
      sum += UInt32(octets[index]) << 8 | UInt32(low)
      index += 2
    }
    while sum > 0xffff { sum = (sum >> 16) + (sum & 0xffff) }
    return ~UInt16(sum)
  }
}

extension [UInt8] {
  fileprivate mutating func append(bigEndian field: UInt16) {
    append(UInt8(field >> 8))
    append(UInt8(truncatingIfNeeded: field))
  }

  fileprivate mutating func replace(at place: Int, _ field: UInt16) {
    self[place] = UInt8(field >> 8)
    self[place + 1] = UInt8(truncatingIfNeeded: field)
  }
}

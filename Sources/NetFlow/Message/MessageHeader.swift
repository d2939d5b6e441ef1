import NetworkBytes

/// Header of a v5, v9 or IPFIX message.
public struct MessageHeader: Sendable, Equatable, Decodable {
  /// 5, 9 or 10.
  public var version: UInt16
  /// IPFIX observation domain id, v9 source id, or v5 engine_type * 256 + engine_id.
  public var domain: UInt32
  /// Flows (v5), datagrams (v9) or IPFIX data records (RFC 7011 §3.1) sent before this message.
  public var sequence: UInt32
  /// Export time, seconds since 1970 UTC.
  public var exportTime: UInt32
  /// The same in milliseconds; v5's nanoseconds are rounded down.
  public var exportMilliseconds: Int64
  /// Milliseconds since the exporter started; 0 for IPFIX, which does not send it.
  public var sysUpTime: UInt32
  /// Number of records announced; used for v5 only.
  public var count: Int
  /// v5: sampling mode in the high 2 bits, interval in the low 14.
  public var sampling: UInt16
  /// Octets of the header, and of header and content as far as they are to be read.
  public var headerLength: Int
  public var messageLength: Int
}

extension MessageHeader {
  /// Reads the header of a datagram's payload.
  ///
  /// - Returns: The header, or `shortDatagram` or `badVersion`.
  static func read(_ bytes: RawSpan) -> Result<MessageHeader, DecodeIssue> {
    guard bytes.byteCount >= 2 else { return .failure(.shortDatagram) }
    switch bytes.be16(0) {
    case 5 where bytes.byteCount >= 24: return .success(v5(bytes))
    case 9 where bytes.byteCount >= 20: return .success(v9(bytes))
    case 10 where bytes.byteCount >= 16: return ipfix(bytes)
    case 5, 9, 10: return .failure(.shortDatagram)
    default: return .failure(.badVersion)
    }
  }

  private static func v5(_ bytes: RawSpan) -> MessageHeader {
    let seconds = bytes.be32(8)
    return MessageHeader(
      version: 5, domain: UInt32(bytes.be16(20)), sequence: bytes.be32(16), exportTime: seconds,
      exportMilliseconds: Int64(seconds) * 1000 + Int64(bytes.be32(12) / 1_000_000), sysUpTime: bytes.be32(4),
      count: Int(bytes.be16(2)), sampling: bytes.be16(22), headerLength: 24, messageLength: bytes.byteCount)
  }

  /// RFC 3954 §5.1. The count is of records and often wrong, so sets are read to the end of the payload.
  private static func v9(_ bytes: RawSpan) -> MessageHeader {
    MessageHeader(
      version: 9, domain: bytes.be32(16), sequence: bytes.be32(12), exportTime: bytes.be32(8),
      exportMilliseconds: Int64(bytes.be32(8)) * 1000, sysUpTime: bytes.be32(4), count: Int(bytes.be16(2)),
      sampling: 0, headerLength: 20, messageLength: bytes.byteCount)
  }

  /// RFC 7011 §3.1. The length must be that of a message within the payload.
  private static func ipfix(_ bytes: RawSpan) -> Result<MessageHeader, DecodeIssue> {
    let length = Int(bytes.be16(2))
    guard length >= 16, length <= bytes.byteCount else { return .failure(.shortDatagram) }
    let header = MessageHeader(
      version: 10, domain: bytes.be32(12), sequence: bytes.be32(8), exportTime: bytes.be32(4),
      exportMilliseconds: Int64(bytes.be32(4)) * 1000, sysUpTime: 0, count: 0, sampling: 0, headerLength: 16,
      messageLength: length)
    return .success(header)
  }
}

extension MessageHeader {
  /// Appends the header to a checkpoint.
  func append(to octets: inout OctetWriter) {
    octets.append(version)
    octets.append(domain)
    octets.append(sequence)
    octets.append(exportTime)
    octets.append(UInt16(truncatingIfNeeded: exportMilliseconds - Int64(exportTime) * 1000))
    octets.append(sysUpTime)
    octets.append(UInt16(truncatingIfNeeded: count))
    octets.append(sampling)
    octets.append(UInt16(truncatingIfNeeded: headerLength))
    octets.append(count: messageLength)
  }

  /// Reads the header from a checkpoint.
  init(_ octets: inout OctetReader) throws(OctetFault) {
    version = try octets.number()
    domain = try octets.number()
    sequence = try octets.number()
    exportTime = try octets.number()
    exportMilliseconds = Int64(exportTime) * 1000 + Int64(try octets.number() as UInt16)
    sysUpTime = try octets.number()
    count = Int(try octets.number() as UInt16)
    sampling = try octets.number()
    headerLength = Int(try octets.number() as UInt16)
    messageLength = Int(try octets.number() as UInt32)
    guard version == 9 || version == 10 else { throw .badValue }
  }
}

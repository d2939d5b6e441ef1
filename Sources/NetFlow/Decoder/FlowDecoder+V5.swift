import NetworkBytes

extension FlowDecoder {
  /// Decodes the records of a v5 message: the fewer of those announced and those present.
  ///
  /// - Returns: how many.
  func decodeV5(
    _ message: RawSpan, _ header: MessageHeader, _ session: Session, _ time: TimeBase, into batch: inout FlowBatch
  ) -> Int {
    let count = header.countV5Records(in: message, &session.counters)
    var prototype = prototype(session, time)
    let interval = UInt32(header.sampling & 0x3fff)
    if interval > 0 { prototype.samplingRate = interval }
    batch.records.append(addingCapacity: count) { records in
      for index in 0..<count {
        let start = header.headerLength &+ index &* MessageHeader.v5RecordLength
        let record = message.extracting(start..<(start &+ MessageHeader.v5RecordLength))
        records.append(Self.flowRecord(v5: record, prototype, time))
      }
    }
    session.counters.flowRecords &+= UInt64(count)
    return count
  }

  /// One record of 48 octets; its bounds are checked once, the offsets are constants.
  @inline(__always)
  private static func flowRecord(v5 bytes: RawSpan, _ prototype: FlowRecord, _ time: TimeBase) -> FlowRecord {
    var record = prototype
    record.source = IPAddress(v4: bytes.be32(0))
    record.destination = IPAddress(v4: bytes.be32(4))
    record.nextHop = IPAddress(v4: bytes.be32(8))
    record.interfaceWord = UInt64(bytes.be16(12)) << 32 | UInt64(bytes.be16(14))
    record.packets = UInt64(bytes.be32(16))
    record.octets = UInt64(bytes.be32(20))
    record.start = time.upTime(UInt64(bytes.be32(24)))
    record.end = time.upTime(UInt64(bytes.be32(28)))
    record.sourcePort = bytes.be16(32)
    record.destinationPort = bytes.be16(34)
    record.tcpFlags = UInt16(bytes.octet(37))
    record.protocolIdentifier = bytes.octet(38)
    record.typeOfService = bytes.octet(39)
    record.autonomousSystemWord = UInt64(bytes.be16(40)) << 32 | UInt64(bytes.be16(42))
    record.sourceMask = bytes.octet(44)
    record.destinationMask = bytes.octet(45)
    record.takeICMPFromPort()
    return record
  }
}

extension MessageHeader {
  static let v5RecordLength = 48
  /// What fits in a v5 datagram by Cisco's definition.
  private static let v5MaximumCount = 30

  /// How many records of a v5 message are to be decoded; counts what is wrong with the announced number.
  func countV5Records(in message: RawSpan, _ counters: inout DecodeCounters) -> Int {
    let content = message.byteCount - headerLength
    let present = content / Self.v5RecordLength
    if count == 0 || count > Self.v5MaximumCount || content > count * Self.v5RecordLength { counters.count(.badCount) }
    if content < count * Self.v5RecordLength { counters.count(.truncatedRecord) }
    return min(count, present)
  }
}

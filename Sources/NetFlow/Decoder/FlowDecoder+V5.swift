import FlowModel
import NetworkBytes

extension FlowDecoder {
  /// Decodes the records of a v5 message: as many as announced, or fewer if fewer are present.
  mutating func decodeV5(
    _ message: RawSpan, _ header: MessageHeader, _ session: inout Session, _ time: TimeBase,
    into batch: inout FlowBatch
  ) {
    let count = header.countV5Records(in: message, &session.counters)
    guard count > 0 else { return }
    numberOrigin(of: &session)
    var corrections = TimeCorrections()
    var prototype = prototype(session, time)
    if header.v5SamplingInterval > 0 { prototype.samplingRate = UInt32(header.v5SamplingInterval) }
    let origin = prototype.originWord
    let first = batch.count
    // Each is made in its place: copying a whole record would call memmove.
    batch.records.append(addingCapacity: count) { records in for _ in 0..<count { records.append(FlowRecord()) } }
    var records = batch.records.mutableSpan
    for index in 0..<count {
      let start = header.headerLength &+ index &* MessageHeader.v5RecordLength
      let record = message.extracting(start..<(start &+ MessageHeader.v5RecordLength))
      records[first &+ index].read(v5: record, originWord: origin, time, &corrections)
    }
    session.counters.add(corrections)
    forceRate(of: session, from: first, into: &batch)
    session.counters.flowRecords &+= UInt64(count)
  }
}

extension FlowRecord {
  /// Reads a v5 record of 48 octets into an empty one. Bounds are checked once, offsets are constants, and whole words are stored.
  @inline(__always)
  fileprivate mutating func read(
    v5 bytes: RawSpan, originWord: UInt64, _ time: TimeBase, _ corrections: inout TimeCorrections
  ) {
    self.originWord = originWord
    source = IPAddress(v4: bytes.be32(0))
    destination = IPAddress(v4: bytes.be32(4))
    let hop = bytes.be32(8)
    if hop != 0 { nextHop = IPAddress(v4: hop) }
    interfaceWord = UInt64(bytes.be16(12)) << 32 | UInt64(bytes.be16(14))
    packets = UInt64(bytes.be32(16))
    octets = UInt64(bytes.be32(20))
    time.setUpTimes(&self, bytes.be32(24), bytes.be32(28), &corrections)
    transportWord = UInt64(bytes.be16(32)) << 48 | UInt64(bytes.be16(34)) << 32
    traitsWord = UInt64(bytes.octet(38)) << 56 | UInt64(bytes.octet(39)) << 48
    autonomousSystemWord = UInt64(bytes.be16(40)) << 32 | UInt64(bytes.be16(42))
    sourceMACWord = UInt64(bytes.octet(37)) << 48
    destinationMACWord = UInt64(bytes.be16(44)) << 48
    takeICMPFromPort()
  }
}

extension MessageHeader {
  static let v5RecordLength = 48

  /// Sampling interval of a v5 header, without its two mode bits; 0 in other versions.
  @inline(__always)
  var v5SamplingInterval: UInt16 { version == 5 ? sampling & 0x3fff : 0 }

  /// Maximum records of a v5 datagram as defined by Cisco.
  private static let v5MaximumCount = 30

  /// Returns the number of records of a v5 message to be decoded and counts inconsistencies of the announced number.
  func countV5Records(in message: RawSpan, _ counters: inout DecodeCounters) -> Int {
    let content = message.byteCount - headerLength
    let present = content / Self.v5RecordLength
    if count == 0 || count > Self.v5MaximumCount || content > count * Self.v5RecordLength { counters.count(.badCount) }
    if content < count * Self.v5RecordLength { counters.count(.truncatedRecord) }
    return min(count, present)
  }
}

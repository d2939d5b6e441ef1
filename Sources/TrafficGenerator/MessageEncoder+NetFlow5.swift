import FlowModel
import NetFlow
import NetworkBytes

extension MessageEncoder {
  static let v5HeaderLength = 24
  static let v5RecordLength = 48
  /// Replaces numbers that do not fit into a two-octet AS field (RFC 6793 §9).
  private static let transitionAS: UInt32 = 23_456

  @_lifetime(writer: copy writer)
  func writeV5(_ records: Span<FlowRecord>, _ plan: Plan, at time: Int64, to writer: inout WireWriter) {
    let seconds = time.dividedRoundingDown(by: 1_000)
    writer.put(ExportVersion.netFlow5.rawValue)
    writer.put(UInt16(plan.ipv4))
    writer.put(UInt32(truncatingIfNeeded: time &- configuration.bootTime))
    writer.put(UInt32(truncatingIfNeeded: seconds))
    writer.put(UInt32(truncatingIfNeeded: (time &- seconds &* 1_000) &* 1_000_000))
    writer.put(sequence)
    writer.put(UInt16(truncatingIfNeeded: configuration.domain))
    let interval = UInt16(truncatingIfNeeded: configuration.samplingInterval)
    writer.put(interval > 1 ? 1 << 14 | interval : UInt16(0))  // mode 1: packet interval sampling
    for index in 0..<plan.taken where records[index].isV4 {
      writeV5(records[index], to: &writer)
    }
  }

  /// Writes a record; counters, interfaces and AS numbers that do not fit get the largest or the reserved value.
  @_lifetime(writer: copy writer)
  private func writeV5(_ record: borrowing FlowRecord, to writer: inout WireWriter) {
    writer.put(record.source.v4)
    writer.put(record.destination.v4)
    writer.put(record.nextHop.isV4 ? record.nextHop.v4 : 0)
    writer.put(UInt16(clamping: record.ingressInterface))
    writer.put(UInt16(clamping: record.egressInterface))
    writer.put(UInt32(clamping: record.packets))
    writer.put(UInt32(clamping: record.octets))
    writer.put(UInt32(truncatingIfNeeded: record.start &- configuration.bootTime))
    writer.put(UInt32(truncatingIfNeeded: record.end &- configuration.bootTime))
    writer.put(record.sourcePort)
    writer.put(record.protocolIdentifier == 1 ? record.icmpTypeCode : record.destinationPort)
    writer.put(UInt8(0))
    writer.put(UInt8(truncatingIfNeeded: record.tcpFlags))
    writer.put(record.protocolIdentifier)
    writer.put(record.typeOfService)
    writer.put(UInt16(truncatingIfNeeded: record.sourceAS > 0xffff ? Self.transitionAS : record.sourceAS))
    writer.put(UInt16(truncatingIfNeeded: record.destinationAS > 0xffff ? Self.transitionAS : record.destinationAS))
    writer.put(record.sourceMask)
    writer.put(record.destinationMask)
    writer.put(UInt16(0))
  }
}

extension Int64 {
  /// Returns the quotient rounded down, for times before 1970; `divisor` must be positive.
  func dividedRoundingDown(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}

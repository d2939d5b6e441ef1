import NetworkBytes

/// One data record in full: every field under its element's name, as its abstract type reads it.
public struct DecodedRecord: Sendable {
  /// Where the datagram came from.
  public var exporter: Endpoint
  /// The header of the record's message.
  public var header: MessageHeader
  /// The template the record follows; 0 for v5.
  public var template: UInt16
  public var kind: TemplateDefinition.Kind
  /// In wire order, without padding; each name once.
  public var fields: [DecodedField]
}

extension DecodedRecord {
  /// flowStartSysUpTime of a v5 or v9 record as milliseconds since 1970 UTC; nil if the record has none, or if the stamps
  /// cannot be.
  public var flowStart: Int64? { upTime(22) == nil ? nil : flowTimes?.start }

  /// flowEndSysUpTime, likewise.
  public var flowEnd: Int64? { upTime(21) == nil ? nil : flowTimes?.end }

  private var flowTimes: (start: Int64, end: Int64)? {
    // IPFIX does not send the exporter's uptime, which the stamps have to be compared with.
    guard header.version != 10, let start = upTime(22) ?? upTime(21), let end = upTime(21) ?? upTime(22) else {
      return nil
    }
    let time = TimeBase(
      exportMilliseconds: header.exportMilliseconds, arrivalMilliseconds: header.exportMilliseconds,
      sysUpTime: header.sysUpTime)
    var record = FlowRecord()
    var corrections = TimeCorrections()
    time.setUpTimes(&record, start, end, &corrections)
    return corrections.implausible == 0 && corrections.reversed == 0 ? (record.start, record.end) : nil
  }

  private func upTime(_ number: UInt16) -> UInt32? {
    let name = FieldName(InformationElementID(number))
    guard case .unsigned(let stamp) = fields.first(where: { $0.name == name })?.value else { return nil }
    return UInt32(truncatingIfNeeded: stamp)
  }
}

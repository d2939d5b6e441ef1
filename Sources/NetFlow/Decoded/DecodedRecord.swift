import FlowModel
public import NetworkBytes

/// Fully decoded data record: every field under the name of its element, with a value of its abstract type.
public struct DecodedRecord: Sendable {
  /// Source of the datagram.
  public var exporter: Endpoint
  /// Header of the message that contained the record.
  public var header: MessageHeader
  /// Id of the record's template; 0 for v5.
  public var template: UInt16
  public var kind: TemplateDefinition.Kind
  /// Fields in wire order, without padding; each name occurs once.
  public var fields: [DecodedField]
  /// Number of zero-length fields omitted from `fields` because the message had too many of them.
  public var emptyLeftOut = 0
}

extension DecodedRecord {
  /// flowStartSysUpTime of a v5 or v9 record as milliseconds since 1970 UTC; nil if absent or implausible.
  public var flowStart: Int64? { upTime(.flowStartSysUpTime) == nil ? nil : flowTimes?.start }

  /// flowEndSysUpTime, likewise.
  public var flowEnd: Int64? { upTime(.flowEndSysUpTime) == nil ? nil : flowTimes?.end }

  private var flowTimes: (start: Int64, end: Int64)? {
    // IPFIX does not send the exporter's uptime, to which the timestamps are relative.
    if header.version == 10 { return nil }
    let stamps = (start: upTime(.flowStartSysUpTime), end: upTime(.flowEndSysUpTime))
    guard let start = stamps.start ?? stamps.end, let end = stamps.end ?? stamps.start else { return nil }
    let time = TimeBase(
      exportMilliseconds: header.exportMilliseconds, arrivalMilliseconds: header.exportMilliseconds,
      sysUpTime: header.sysUpTime)
    var record = FlowRecord()
    var corrections = TimeCorrections()
    time.setUpTimes(&record, start, end, &corrections)
    return corrections.implausible == 0 && corrections.reversed == 0 ? (record.start, record.end) : nil
  }

  private func upTime(_ element: InformationElementID) -> UInt32? {
    let name = FieldName(FieldElement(element))
    guard case .unsigned(let stamp) = fields.first(where: { $0.name == name })?.value else { return nil }
    return UInt32(truncatingIfNeeded: stamp)
  }
}

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
  /// flowStartSysUpTime of a v5 or v9 record as milliseconds since 1970 UTC; nil if the record has none.
  public var flowStart: Int64? { upTime(22) }

  /// flowEndSysUpTime, likewise.
  public var flowEnd: Int64? { upTime(21) }

  private func upTime(_ number: UInt16) -> Int64? {
    let name = FieldName(InformationElementID(number))
    // IPFIX does not send the exporter's uptime, which the stamp has to be compared with.
    guard header.version != 10, case .unsigned(let stamp) = fields.first(where: { $0.name == name })?.value else {
      return nil
    }
    return TimeBase(exportMilliseconds: header.exportMilliseconds, sysUpTime: header.sysUpTime).upTime(stamp)
  }
}

import FlowModel
import NetFlow
import NetworkBytes

extension MessageEncoder {
  /// Writes a v9 (RFC 3954 §5) or IPFIX (RFC 7011 §3) message.
  @_lifetime(writer: copy writer)
  func writeSets(
    _ records: Span<FlowRecord>, _ plan: Plan, announces: Bool, at time: Int64, to writer: inout WireWriter
  ) {
    let seconds = time.dividedRoundingDown(by: 1_000)
    let count = plan.ipv4 + plan.ipv6 + (announces ? templates.announcedRecords : 0)
    writer.put(configuration.version.rawValue)
    writer.put(UInt16(configuration.version == .ipfix ? plan.length : count))
    if configuration.version == .netFlow9 {
      // The header has whole seconds only. The uptime refers to that second too, so that a collector that adds both
      // gets flow times exact to the millisecond.
      writer.put(UInt32(truncatingIfNeeded: seconds &* 1_000 &- configuration.bootTime))
    }
    writer.put(UInt32(truncatingIfNeeded: seconds))
    writer.put(sequence)
    writer.put(configuration.domain)
    if announces { writer.put(templates.announcement) }
    writeDataSet(templates.ipv4, count: plan.ipv4, of: records, taken: plan.taken, ipv4: true, to: &writer)
    writeDataSet(templates.ipv6, count: plan.ipv6, of: records, taken: plan.taken, ipv4: false, to: &writer)
  }

  @_lifetime(writer: copy writer)
  private func writeDataSet(
    _ template: FlowTemplate, count: Int, of records: Span<FlowRecord>, taken: Int, ipv4: Bool,
    to writer: inout WireWriter
  ) {
    guard count > 0 else { return }
    writer.put(template.identifier)
    writer.put(UInt16(template.setLength(count)))
    for index in 0..<taken where records[index].isV4 == ipv4 {
      for field in template.fields {
        if field.width == 16 {
          let address = field.source.address(of: records[index])
          writer.put(address.high)
          writer.put(address.low)
        } else {
          writer.put(field.source.value(of: records[index], boot: configuration.bootTime), width: field.width)
        }
      }
    }
    writer.pad()
  }
}

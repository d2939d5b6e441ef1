import FlowModel
import NetworkBytes
import PacketHeaders

extension FlowDecoder {
  /// Fills records without addresses from their section of a sampled packet: each represents one packet.
  mutating func readSections(
    _ set: RawSpan, _ template: Template, _ plan: SectionPlan, from first: Int, into batch: inout FlowBatch
  ) {
    variable.begin(set)
    var ignored = DecodeCounters()
    for index in first..<batch.count {
      guard let place = variable.next(set, template, &ignored) else { return }
      // A record with addresses is a flow.
      guard batch.records[index].source.isNone, batch.records[index].destination.isNone else { continue }
      guard let packet = plan.packet(set.extracting(place), variable.layout) else { continue }
      batch.records[index].take(packet)
      takeLabels(packet.headers, of: index, into: &batch)
    }
  }

  private func takeLabels(_ headers: PacketHeaders, of index: Int, into batch: inout FlowBatch) {
    guard headers.labels[0] != 0 else { return }
    if batch.records[index].extensionNumber == 0 {
      batch.extensions.append(FlowExtension())
      batch.records[index].extensionNumber = UInt32(batch.extensions.count)
    }
    let place = Int(batch.records[index].extensionNumber) - 1
    if batch.extensions[place].mplsStack[0] == 0 { batch.extensions[place].mplsStack = headers.labels }
  }
}

extension FlowRecord {
  /// Takes values from a packet's headers; other values of the record remain if the headers do not reach them.
  fileprivate mutating func take(_ packet: SampledPacket) {
    let headers = packet.headers
    if packets == 0 { packets = 1 }
    if octets == 0 { octets = packet.octets }
    if sourceMAC == 0 { sourceMAC = headers.sourceMAC }
    if destinationMAC == 0 { destinationMAC = headers.destinationMAC }
    if sourceVLAN == 0 { sourceVLAN = headers.vlan }
    if layer2Segment == 0 { layer2Segment = headers.vxlanNetwork }
    guard headers.isIP else { return }
    source = headers.source
    destination = headers.destination
    if headers.protocolIdentifier != 0 { protocolIdentifier = headers.protocolIdentifier }
    if headers.typeOfService != 0 { typeOfService = headers.typeOfService }
    if headers.sourcePort != 0 { sourcePort = headers.sourcePort }
    if headers.destinationPort != 0 { destinationPort = headers.destinationPort }
    if headers.tcpFlags != 0 { tcpFlags = headers.tcpFlags }
    if headers.icmpType | headers.icmpCode != 0 {
      icmpType = headers.icmpType
      icmpCode = headers.icmpCode
    }
  }
}

import FlowStore
import NetFlow
import NetworkBytes

/// A flow as columns of the store have it, for whoever prints it.
public struct FlowRow {
  let record: FlowRecord
  let origin: FlowOrigin
  let rare: FlowExtension?
  let names: NameTable

  public init(
    _ record: FlowRecord, origin: FlowOrigin, rare: FlowExtension?, names: NameTable = NameTable()
  ) {
    self.record = record
    self.origin = origin
    self.rare = rare
    self.names = names
  }

  /// What stands in a column.
  enum Value: Equatable {
    case none
    case integer(UInt64)
    /// Milliseconds since 1970 UTC.
    case time(Int64)
    case text(String)
    /// A JSON object.
    case json(String)
  }

  func value(_ column: FlowColumn) -> Value {
    switch column {
    case .timeStart: .time(record.start.storable)
    case .timeEnd: .time(record.end.storable)
    case .exporterAddress: .text(origin.exporter.description)
    case .observationDomainID: .integer(UInt64(origin.domain))
    case .flowType: .text(FlowText.flowType(version: origin.version))
    case .sourceAddress: .text(record.source.description)
    case .destinationAddress: .text(record.destination.description)
    case .sourcePort: .integer(UInt64(record.sourcePort))
    case .destinationPort: .integer(UInt64(record.destinationPort))
    case .protocolIdentifier: .integer(UInt64(record.protocolIdentifier))
    case .tcpFlags: .integer(UInt64(record.tcpFlags))
    case .typeOfService: .integer(UInt64(record.typeOfService))
    case .icmpType: .integer(UInt64(record.icmpType))
    case .icmpCode: .integer(UInt64(record.icmpCode))
    case .octets: .integer(record.octets)
    case .packets: .integer(record.packets)
    case .records: .integer(UInt64(record.records))
    case .samplingRate: .integer(UInt64(record.samplingRate))
    case .ingressInterface: .integer(UInt64(record.ingressInterface))
    case .egressInterface: .integer(UInt64(record.egressInterface))
    case .direction: Self.text(FlowText.direction(record.direction))
    case .sourceAS: .integer(UInt64(record.sourceAS))
    case .destinationAS: .integer(UInt64(record.destinationAS))
    case .sourceMask: .integer(UInt64(record.sourceMask))
    case .destinationMask: .integer(UInt64(record.destinationMask))
    case .nextHop: Self.address(record.nextHop)
    case .sourceVLAN: .integer(UInt64(record.sourceVLAN))
    case .destinationVLAN: .integer(UInt64(record.destinationVLAN))
    case .sourceMAC: Self.mac(record.sourceMAC)
    case .destinationMAC: Self.mac(record.destinationMAC)
    case .endReason: .integer(UInt64(record.endReason))
    case .application: Self.text(rare.flatMap(FlowText.application))
    case .postNATSourceAddress: Self.address(rare?.postNATSource ?? .unspecified)
    case .postNATDestinationAddress: Self.address(rare?.postNATDestination ?? .unspecified)
    case .postNATSourcePort: .integer(UInt64(rare?.postNATSourcePort ?? 0))
    case .postNATDestinationPort: .integer(UInt64(rare?.postNATDestinationPort ?? 0))
    case .mplsLabels: Self.text(rare.flatMap(FlowText.mplsLabels))
    case .vrf: .integer(UInt64(record.vrf))
    case .ingressInterfaceName: name(.interface, UInt64(record.ingressInterface))
    case .egressInterfaceName: name(.interface, UInt64(record.egressInterface))
    case .vrfName: name(.vrf, UInt64(record.vrf))
    case .applicationName:
      rare.flatMap(ExporterNames.applicationNumber).map { name(.application, $0) } ?? .none
    case .extra: (rare?.extra).flatMap { $0.isEmpty ? nil : .json($0) } ?? .none
    }
  }

  private func name(_ kind: ExporterNames.Kind, _ number: UInt64) -> Value {
    names.has(kind) ? Self.text(names.name(kind, number, of: origin)) : .none
  }

  private static func text(_ text: String?) -> Value { text.map(Value.text) ?? .none }
  private static func address(_ address: IPAddress) -> Value {
    address.isUnspecified ? .none : .text(address.description)
  }
  private static func mac(_ address: UInt64) -> Value { address == 0 ? .none : .text(FlowText.mac(address)) }
}

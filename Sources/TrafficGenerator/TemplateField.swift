import FlowModel
import NetFlow
import NetworkBytes

/// A field of an exporter's templates: its Information Element, its width on the wire, and the source of its value.
struct TemplateField: Sendable {
  /// NetFlow v9 and IPFIX share those used here.
  let element: InformationElementID
  /// Octets on the wire.
  let width: UInt16
  let source: Source

  enum Source: UInt8, Sendable {
    case source, destination, nextHop
    case sourcePort, destinationPort, protocolIdentifier, typeOfService, tcpFlags, icmpTypeCode, direction
    case ingressInterface, egressInterface, sourceVLAN, destinationVLAN, sourceMAC, destinationMAC
    case octets, packets, startUptime, endUptime, startMilliseconds, endMilliseconds, endReason
    case sourceAS, destinationAS, sourceMask, destinationMask
    case sampler
  }

  init(_ element: InformationElementID, _ width: UInt16, _ source: Source) {
    self.element = element
    self.width = width
    self.source = source
  }
}

extension TemplateField.Source {
  /// Returns the value of a field of up to eight octets.
  ///
  /// - Parameter boot: when the exporter started, milliseconds since 1970 UTC.
  @inline(__always)
  func value(of record: borrowing FlowRecord, boot: Int64) -> UInt64 {
    switch self {
    case .source: UInt64(record.source.v4)
    case .destination: UInt64(record.destination.v4)
    case .nextHop: record.nextHop.isV4 ? UInt64(record.nextHop.v4) : 0
    case .sourcePort: UInt64(record.sourcePort)
    case .destinationPort: UInt64(record.destinationPort)
    case .protocolIdentifier: UInt64(record.protocolIdentifier)
    case .typeOfService: UInt64(record.typeOfService)
    case .tcpFlags: UInt64(record.tcpFlags)
    case .icmpTypeCode: UInt64(record.icmpTypeCode)
    case .direction: record.direction == 2 ? 1 : 0
    case .ingressInterface: UInt64(record.ingressInterface)
    case .egressInterface: UInt64(record.egressInterface)
    case .sourceVLAN: UInt64(record.sourceVLAN)
    case .destinationVLAN: UInt64(record.destinationVLAN)
    case .sourceMAC: record.sourceMAC
    case .destinationMAC: record.destinationMAC
    case .octets: record.octets
    case .packets: record.packets
    case .startUptime: UInt64(bitPattern: record.start &- boot)
    case .endUptime: UInt64(bitPattern: record.end &- boot)
    case .startMilliseconds: UInt64(bitPattern: record.start)
    case .endMilliseconds: UInt64(bitPattern: record.end)
    case .endReason: UInt64(record.endReason)
    case .sourceAS: UInt64(record.sourceAS)
    case .destinationAS: UInt64(record.destinationAS)
    case .sourceMask: UInt64(record.sourceMask)
    case .destinationMask: UInt64(record.destinationMask)
    case .sampler: UInt64(ExportTemplates.samplerIdentifier)
    }
  }

  /// Returns the address of a field of sixteen octets.
  @inline(__always)
  func address(of record: borrowing FlowRecord) -> IPAddress {
    switch self {
    case .source: record.source
    case .destination: record.destination
    default: record.nextHop
    }
  }
}

extension FlowRecord {
  /// ICMP type and code as in icmpTypeCodeIPv4 and icmpTypeCodeIPv6, and in the destination port of NetFlow v5.
  @inline(__always)
  var icmpTypeCode: UInt16 { UInt16(icmpType) << 8 | UInt16(icmpCode) }

  /// Whether the record uses the IPv4 template.
  @inline(__always)
  var isV4: Bool { source.isV4 && destination.isV4 }
}

// FlowStore: the directory of flow files: what a row is, when a file ends, how it is committed, how long it is kept.

import Parquet

/// A column of the store, in file order (schema version 1). New columns are only ever appended.
public enum FlowColumn: Int, CaseIterable, Sendable {
  case timeStart
  case timeEnd
  case exporterAddress
  case observationDomainID
  case flowType
  case sourceAddress
  case destinationAddress
  case sourcePort
  case destinationPort
  case protocolIdentifier
  case tcpFlags
  case typeOfService
  case icmpType
  case icmpCode
  case octets
  case packets
  case records
  case samplingRate
  case ingressInterface
  case egressInterface
  case direction
  case sourceAS
  case destinationAS
  case sourceMask
  case destinationMask
  case nextHop
  case sourceVLAN
  case destinationVLAN
  case sourceMAC
  case destinationMAC
  case endReason
  case application
  case postNATSourceAddress
  case postNATDestinationAddress
  case postNATSourcePort
  case postNATDestinationPort
  case mplsLabels
  case vrf
  case extra
  case ingressInterfaceName
  case egressInterfaceName
  case applicationName
  case vrfName

  public var name: String {
    switch self {
    case .timeStart: "time_start"
    case .timeEnd: "time_end"
    case .exporterAddress: "exporter_addr"
    case .observationDomainID: "observation_domain_id"
    case .flowType: "flow_type"
    case .sourceAddress: "src_addr"
    case .destinationAddress: "dst_addr"
    case .sourcePort: "src_port"
    case .destinationPort: "dst_port"
    case .protocolIdentifier: "proto"
    case .tcpFlags: "tcp_flags"
    case .typeOfService: "ip_tos"
    case .icmpType: "icmp_type"
    case .icmpCode: "icmp_code"
    case .octets: "bytes"
    case .packets: "packets"
    case .records: "flows"
    case .samplingRate: "sampling_rate"
    case .ingressInterface: "in_if"
    case .egressInterface: "out_if"
    case .direction: "direction"
    case .sourceAS: "src_as"
    case .destinationAS: "dst_as"
    case .sourceMask: "src_mask"
    case .destinationMask: "dst_mask"
    case .nextHop: "next_hop"
    case .sourceVLAN: "src_vlan"
    case .destinationVLAN: "dst_vlan"
    case .sourceMAC: "src_mac"
    case .destinationMAC: "dst_mac"
    case .endReason: "end_reason"
    case .application: "app_id"
    case .postNATSourceAddress: "post_nat_src_addr"
    case .postNATDestinationAddress: "post_nat_dst_addr"
    case .postNATSourcePort: "post_nat_src_port"
    case .postNATDestinationPort: "post_nat_dst_port"
    case .mplsLabels: "mpls_labels"
    case .vrf: "vrf_id"
    case .extra: "extra"
    case .ingressInterfaceName: "in_if_name"
    case .egressInterfaceName: "out_if_name"
    case .applicationName: "app_name"
    case .vrfName: "vrf_name"
    }
  }

  /// The column as Parquet has it. Ports hardly repeat and stand plain; times lie near each other.
  var parquet: ParquetColumn {
    switch self {
    case .timeStart, .timeEnd: ParquetColumn(name, .timestampMilliseconds, encoding: .delta)
    case .exporterAddress, .flowType, .sourceAddress, .destinationAddress: ParquetColumn(name, .string)
    case .direction, .nextHop, .sourceMAC, .destinationMAC, .application, .postNATSourceAddress,
      .postNATDestinationAddress, .mplsLabels, .extra, .ingressInterfaceName, .egressInterfaceName, .applicationName,
      .vrfName:
      ParquetColumn(name, .string, isOptional: true)
    case .sourcePort, .destinationPort: ParquetColumn(name, .uint16, encoding: .plain)
    case .tcpFlags, .sourceVLAN, .destinationVLAN, .postNATSourcePort, .postNATDestinationPort:
      ParquetColumn(name, .uint16)
    case .octets, .packets: ParquetColumn(name, .uint64)
    case .protocolIdentifier, .typeOfService, .icmpType, .icmpCode, .sourceMask, .destinationMask, .endReason:
      ParquetColumn(name, .uint8)
    case .observationDomainID, .records, .samplingRate, .ingressInterface, .egressInterface, .sourceAS,
      .destinationAS, .vrf:
      ParquetColumn(name, .uint32)
    }
  }

  /// Whether it is what an exporter calls something: any text at all.
  package var isName: Bool {
    switch self {
    case .ingressInterfaceName, .egressInterfaceName, .applicationName, .vrfName: true
    default: false
    }
  }

  /// The column's place in the file.
  var index: Int { rawValue }

  static func schema() throws(StoreError) -> ParquetSchema {
    do throws(ParquetError) {
      return try ParquetSchema(allCases.map(\.parquet))
    } catch {
      throw .parquet(error)
    }
  }

  /// Rows of a group are sorted by these, as octets compare.
  static let sortColumns: [FlowColumn] = [.exporterAddress, .sourceAddress, .destinationAddress]

  /// Version of the schema, kept in each file's metadata.
  public static let schemaVersion = 1
}

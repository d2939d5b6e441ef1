extension FieldNames {
  /// The names of a column elsewhere; nil to omit the column from rows with those names.
  struct Row: Sendable {
    let column: FlowColumn
    let goflow2: String?
    let ecs: String?
    let nfdump: String?
    let sls: String?

    init(_ column: FlowColumn, goflow2: String?, ecs: String?, nfdump: String?, sls: String?) {
      self.column = column
      self.goflow2 = goflow2
      self.ecs = ecs
      self.nfdump = nfdump
      self.sls = sls
    }
  }

  static let table: [FlowColumn: Row] = Dictionary(rows.map { ($0.column, $0) }) { first, _ in first }

  /// The columns in the table, including duplicates.
  package static var decided: [FlowColumn] { rows.map(\.column) }

  // Contains every column, which a test checks.
  private static let rows: [Row] = [
    Row(.timeStart, goflow2: "time_flow_start_ns", ecs: "event.start", nfdump: "firstSeen", sls: "start"),
    Row(.timeEnd, goflow2: "time_flow_end_ns", ecs: "event.end", nfdump: "lastSeen", sls: "end"),
    Row(.exporterAddress, goflow2: "sampler_address", ecs: "observer.ip", nfdump: "routerIP", sls: nil),
    Row(
      .observationDomainID, goflow2: "observation_domain_id", ecs: "sagflow.observation_domain_id",
      nfdump: "obsDomainID", sls: nil),
    Row(.flowType, goflow2: "type", ecs: "sagflow.flow_type", nfdump: nil, sls: nil),
    Row(.sourceAddress, goflow2: "src_addr", ecs: "source.ip", nfdump: "srcAddr", sls: "srcaddr"),
    Row(.destinationAddress, goflow2: "dst_addr", ecs: "destination.ip", nfdump: "dstAddr", sls: "dstaddr"),
    Row(.sourcePort, goflow2: "src_port", ecs: "source.port", nfdump: "srcPort", sls: "srcport"),
    Row(.destinationPort, goflow2: "dst_port", ecs: "destination.port", nfdump: "dstPort", sls: "dstport"),
    Row(.protocolIdentifier, goflow2: "proto", ecs: "network.iana_number", nfdump: "proto", sls: "protocol"),
    Row(.tcpFlags, goflow2: "tcp_flags", ecs: "sagflow.tcp_flags", nfdump: "flags", sls: "tcp-flags"),
    Row(.typeOfService, goflow2: "ip_tos", ecs: "sagflow.ip_tos", nfdump: "tos", sls: "tos"),
    Row(.icmpType, goflow2: "icmp_type", ecs: "sagflow.icmp_type", nfdump: "icmpType", sls: nil),
    Row(.icmpCode, goflow2: "icmp_code", ecs: "sagflow.icmp_code", nfdump: "icmpCode", sls: nil),
    Row(.octets, goflow2: "bytes", ecs: "network.bytes", nfdump: "bytes", sls: "bytes"),
    Row(.packets, goflow2: "packets", ecs: "network.packets", nfdump: "packets", sls: "packets"),
    Row(.records, goflow2: "flows", ecs: "sagflow.flows", nfdump: "flows", sls: nil),
    Row(.samplingRate, goflow2: "sampling_rate", ecs: "sagflow.sampling_rate", nfdump: nil, sls: nil),
    Row(.ingressInterface, goflow2: "in_if", ecs: "observer.ingress.interface.id", nfdump: "input", sls: "inport"),
    Row(.egressInterface, goflow2: "out_if", ecs: "observer.egress.interface.id", nfdump: "output", sls: "outport"),
    Row(.direction, goflow2: "flow_direction", ecs: "network.direction", nfdump: "direction", sls: nil),
    Row(.sourceAS, goflow2: "src_as", ecs: "source.as.number", nfdump: "srcAS", sls: nil),
    Row(.destinationAS, goflow2: "dst_as", ecs: "destination.as.number", nfdump: "dstAS", sls: nil),
    Row(.sourceMask, goflow2: "src_net", ecs: "sagflow.src_mask", nfdump: "srcMask", sls: nil),
    Row(.destinationMask, goflow2: "dst_net", ecs: "sagflow.dst_mask", nfdump: "dstMask", sls: nil),
    Row(.nextHop, goflow2: "next_hop", ecs: "sagflow.next_hop", nfdump: "nextIP", sls: nil),
    Row(.sourceVLAN, goflow2: "src_vlan", ecs: "observer.ingress.vlan.id", nfdump: "srcVlan", sls: nil),
    Row(.destinationVLAN, goflow2: "dst_vlan", ecs: "observer.egress.vlan.id", nfdump: "dstVlan", sls: nil),
    Row(.sourceMAC, goflow2: "src_mac", ecs: "source.mac", nfdump: "inSrcMac", sls: nil),
    Row(.destinationMAC, goflow2: "dst_mac", ecs: "destination.mac", nfdump: "outDstMac", sls: nil),
    Row(.endReason, goflow2: "end_reason", ecs: "sagflow.end_reason", nfdump: "endReason", sls: nil),
    Row(.application, goflow2: "app_id", ecs: "sagflow.app_id", nfdump: "nbarID", sls: nil),
    Row(.postNATSourceAddress, goflow2: "post_nat_src_addr", ecs: "source.nat.ip", nfdump: "srcXIP", sls: nil),
    Row(
      .postNATDestinationAddress, goflow2: "post_nat_dst_addr", ecs: "destination.nat.ip", nfdump: "dstXIP", sls: nil),
    Row(.postNATSourcePort, goflow2: "post_napt_src_port", ecs: "source.nat.port", nfdump: "srcXPort", sls: nil),
    Row(
      .postNATDestinationPort, goflow2: "post_napt_dst_port", ecs: "destination.nat.port", nfdump: "dstXPort",
      sls: nil),
    Row(.mplsLabels, goflow2: "mpls_labels", ecs: "sagflow.mpls_labels", nfdump: "mplsLabel1-10", sls: nil),
    Row(.vrf, goflow2: "vrf_id", ecs: "sagflow.vrf_id", nfdump: "ingressVrfID", sls: nil),
    Row(.extra, goflow2: "extra", ecs: "sagflow.extra", nfdump: nil, sls: nil),
    Row(
      .ingressInterfaceName, goflow2: "in_if_name", ecs: "observer.ingress.interface.name", nfdump: "inIfName",
      sls: nil),
    Row(
      .egressInterfaceName, goflow2: "out_if_name", ecs: "observer.egress.interface.name", nfdump: "outIfName",
      sls: nil),
    Row(.applicationName, goflow2: "app_name", ecs: "network.application", nfdump: "nbarName", sls: nil),
    Row(.vrfName, goflow2: "vrf_name", ecs: "sagflow.vrf_name", nfdump: "ingressVrfName", sls: nil),
    Row(.natEvent, goflow2: "nat_event", ecs: "sagflow.nat_event", nfdump: "natEvent", sls: nil),
    Row(.firewallEvent, goflow2: "firewall_event", ecs: "sagflow.firewall_event", nfdump: "event", sls: nil),
    Row(
      .forwardingStatus, goflow2: "forwarding_status", ecs: "sagflow.forwarding_status", nfdump: "fwdStatus", sls: nil),
    Row(.portBlockStart, goflow2: "port_block_start", ecs: "sagflow.port_block_start", nfdump: "pbStart", sls: nil),
    Row(.portBlockEnd, goflow2: "port_block_end", ecs: "sagflow.port_block_end", nfdump: "pbEnd", sls: nil),
    Row(.layer2Segment, goflow2: "layer2_segment_id", ecs: "sagflow.layer2_segment_id", nfdump: nil, sls: nil),
    Row(
      .mplsTopLabelAddress, goflow2: "mpls_top_label_addr", ecs: "sagflow.mpls_top_label_addr", nfdump: nil,
      sls: nil),
    Row(.sourceLabel, goflow2: "src_label", ecs: "source.label", nfdump: "srcLabel", sls: nil),
    Row(.destinationLabel, goflow2: "dst_label", ecs: "destination.label", nfdump: "dstLabel", sls: nil),
    Row(.sourceCountry, goflow2: "src_country", ecs: "source.geo.country_iso_code", nfdump: "srcGeo", sls: nil),
    Row(
      .destinationCountry, goflow2: "dst_country", ecs: "destination.geo.country_iso_code", nfdump: "dstGeo", sls: nil),
    Row(.sourceASName, goflow2: "src_as_name", ecs: "source.as.organization.name", nfdump: "srcASname", sls: nil),
    Row(
      .destinationASName, goflow2: "dst_as_name", ecs: "destination.as.organization.name", nfdump: "dstASname", sls: nil
    ),
    Row(.exporterName, goflow2: "exporter_name", ecs: "observer.name", nfdump: "exporterName", sls: nil),
    Row(.reverseOctets, goflow2: "reverse_bytes", ecs: "destination.bytes", nfdump: "outBytes", sls: nil),
    Row(.reversePackets, goflow2: "reverse_packets", ecs: "destination.packets", nfdump: "outPackets", sls: nil),
  ]
}

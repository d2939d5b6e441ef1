extension FlowColumn {
  // The column table, in file order. Append new rows only.
  public static let timeStart = FlowColumn(
    0, "time_start", .time { $0.start }, "first packet",
    elements: [
      .flowStartSysUpTime, .flowStartSeconds, .flowStartMilliseconds, .flowStartMicroseconds, .flowStartNanoseconds,
      .flowStartDeltaMicroseconds,
    ], tablePlace: 1, tableWidth: 23)
  public static let timeEnd = FlowColumn(
    1, "time_end", .time { $0.end }, "last packet",
    elements: [
      .flowEndSysUpTime, .flowEndSeconds, .flowEndMilliseconds, .flowEndMicroseconds, .flowEndNanoseconds,
      .flowEndDeltaMicroseconds,
    ], tablePlace: 2, tableWidth: 23)
  public static let exporterAddress = FlowColumn(
    2, "exporter_addr", .origin(.address { $0.exporter }), "source address of the datagrams, or the original exporter",
    elements: [.exporterIPv4Address, .exporterIPv6Address], key: .origin(.exporter, isStandard: true),
    filter: FilterTerm("ip", .router), aliases: ["router", "exporter"], tablePlace: 11)
  public static let observationDomainID = FlowColumn(
    3, "observation_domain_id", .origin(.number(.bits32) { $0.domain }),
    "IPFIX domain, v9 source id, v5 engine type * 256 + id", key: .origin(.domain, isStandard: true))
  public static let flowType = FlowColumn(
    4, "flow_type", .origin(.text { ValueText.flowType(version: $0.version) }),
    "`netflow_v5`, `netflow_v9`, `ipfix`; `mixed` if the key merges them", key: .origin(.version, isStandard: true),
    filter: FilterTerm("flow-type"))
  public static let sourceAddress = FlowColumn(
    5, "src_addr", .address { $0.source }, "IPv4 dotted, IPv6 as in RFC 5952; `::` if absent",
    elements: [.sourceIPv4Address, .sourceIPv6Address, .sourceIPv4Prefix, .sourceIPv6Prefix],
    end: End(.source, .address), key: .address(.source, isStandard: true), filter: FilterTerm("ip", .src),
    aliases: ["srcip"],
    tablePlace: 4, tableWidth: 15)
  public static let destinationAddress = FlowColumn(
    6, "dst_addr", .address { $0.destination }, "IPv4 dotted, IPv6 as in RFC 5952; `::` if absent",
    elements: [.destinationIPv4Address, .destinationIPv6Address, .destinationIPv4Prefix, .destinationIPv6Prefix],
    end: End(.destination, .address), key: .address(.destination, isStandard: true), filter: FilterTerm("ip", .dst),
    aliases: ["dstip"], tablePlace: 6, tableWidth: 15)
  public static let sourcePort = FlowColumn(
    7, "src_port", .number { $0.sourcePort }, "transport port",
    elements: [.sourceTransportPort, .udpSourcePort, .tcpSourcePort],
    end: End(.source, .port), key: .bits(isStandard: true) { $0.sourcePort = .max }, filter: FilterTerm("port", .src),
    aliases: ["srcport"], naming: .service, isVaried: true, tablePlace: 5)
  public static let destinationPort = FlowColumn(
    8, "dst_port", .number { $0.destinationPort }, "transport port",
    elements: [.destinationTransportPort, .udpDestinationPort, .tcpDestinationPort], end: End(.destination, .port),
    key: .bits(isStandard: true) { $0.destinationPort = .max }, filter: FilterTerm("port", .dst), aliases: ["dstport"],
    naming: .service, isVaried: true, tablePlace: 7)
  public static let protocolIdentifier = FlowColumn(
    9, "proto", .number { $0.protocolIdentifier }, "IP protocol", elements: [.protocolIdentifier, .nextHeaderIPv6],
    key: .bits(isStandard: true) { $0.protocolIdentifier = .max }, filter: FilterTerm("proto"), naming: .ipProtocol,
    tablePlace: 3)
  public static let tcpFlags = FlowColumn(
    10, "tcp_flags", .number { $0.tcpFlags }, "all flags seen", elements: [.tcpControlBits],
    key: .bits(isStandard: false) { $0.tcpFlags = .max })
  public static let typeOfService = FlowColumn(
    11, "ip_tos", .number { $0.typeOfService }, "type of service, or traffic class",
    elements: [.ipClassOfService, .ipDiffServCodePoint],
    key: .bits(isStandard: true) { $0.typeOfService = .max }, filter: FilterTerm("tos"), aliases: ["tos"])
  public static let icmpType = FlowColumn(
    12, "icmp_type", .number { $0.icmpType }, "from the destination port if the exporter sends it there",
    elements: [.icmpTypeCodeIPv4, .icmpTypeCodeIPv6, .icmpTypeIPv4, .icmpTypeIPv6],
    key: .with(name: "dst_port") { $0.icmpType = .max }, filter: FilterTerm("icmp-type"))
  public static let icmpCode = FlowColumn(
    13, "icmp_code", .number { $0.icmpCode }, "from the destination port if the exporter sends it there",
    elements: [.icmpTypeCodeIPv4, .icmpTypeCodeIPv6, .icmpCodeIPv4, .icmpCodeIPv6],
    key: .with(name: "dst_port") { $0.icmpCode = .max }, filter: FilterTerm("icmp-code"))
  public static let octets = FlowColumn(
    14, "bytes", .counter { $0.octets }, "as exported: not multiplied by the sampling rate",
    elements: [.octetDeltaCount, .postOctetDeltaCount, .octetTotalCount, .initiatorOctets, .layer2OctetDeltaCount],
    filter: FilterTerm("bytes"), tablePlace: 9, tableWidth: 10)
  public static let packets = FlowColumn(
    15, "packets", .counter { $0.packets }, "as exported: not multiplied by the sampling rate",
    elements: [.packetDeltaCount, .postPacketDeltaCount, .packetTotalCount, .initiatorPackets],
    filter: FilterTerm("packets"), tablePlace: 8, tableWidth: 10)
  public static let records = FlowColumn(
    16, "flows", .number { $0.records }, "exported records merged into this row",
    filter: FilterTerm("flows", greatest: .max),
    absent: 1, tablePlace: 10)
  public static let samplingRate = FlowColumn(
    17, "sampling_rate", .number { $0.samplingRate }, "one packet in this many was sampled",
    elements: [
      .samplingInterval, .samplerId, .samplerMode, .samplerRandomInterval, .selectorId, .samplingPacketInterval,
      .samplingPacketSpace,
    ], filter: FilterTerm("sampling-rate"), absent: 1)
  public static let ingressInterface = FlowColumn(
    18, "in_if", .number { $0.ingressInterface }, "SNMP index",
    elements: [.ingressInterface, .ingressPhysicalInterface], end: End(.source, .interface),
    key: .bits(isStandard: true) { $0.ingressInterface = .max }, filter: FilterTerm("if", .in), aliases: ["inif"])
  public static let egressInterface = FlowColumn(
    19, "out_if", .number { $0.egressInterface }, "SNMP index", elements: [.egressInterface, .egressPhysicalInterface],
    end: End(.destination, .interface), key: .bits(isStandard: true) { $0.egressInterface = .max },
    filter: FilterTerm("if", .out), aliases: ["outif"])
  public static let direction = FlowColumn(
    20, "direction", .word(RecordReader { UInt32($0.direction) }, ValueText.directions), "`ingress`, `egress`",
    elements: [.flowDirection], key: .bits(isStandard: true) { $0.direction = .max },
    filter: FilterTerm("direction"), aliases: ["dir"])
  public static let sourceAS = FlowColumn(
    21, "src_as", .number { $0.sourceAS }, "number of the autonomous system", elements: [.bgpSourceAsNumber],
    end: End(.source, .autonomousSystem),
    key: .bits(isStandard: false) { $0.sourceAS = .max }, filter: FilterTerm("as", .src), aliases: ["srcas"])
  public static let destinationAS = FlowColumn(
    22, "dst_as", .number { $0.destinationAS }, "number of the autonomous system", elements: [.bgpDestinationAsNumber],
    end: End(.destination, .autonomousSystem), key: .bits(isStandard: false) { $0.destinationAS = .max },
    filter: FilterTerm("as", .dst), aliases: ["dstas"])
  public static let sourceMask = FlowColumn(
    23, "src_mask", .number { $0.sourceMask }, "prefix length",
    elements: [.sourceIPv4PrefixLength, .sourceIPv6PrefixLength], end: End(.source, .mask),
    key: .bits(isStandard: false) { $0.sourceMask = .max }, filter: FilterTerm("mask", .src, greatest: 128))
  public static let destinationMask = FlowColumn(
    24, "dst_mask", .number { $0.destinationMask }, "prefix length",
    elements: [.destinationIPv4PrefixLength, .destinationIPv6PrefixLength], end: End(.destination, .mask),
    key: .bits(isStandard: false) { $0.destinationMask = .max }, filter: FilterTerm("mask", .dst, greatest: 128))
  public static let nextHop = FlowColumn(
    25, "next_hop", .optionalAddress { $0.nextHop }, "the next router, or BGP's",
    elements: [.ipNextHopIPv4Address, .bgpNextHopIPv4Address, .ipNextHopIPv6Address, .bgpNextHopIPv6Address],
    key: .address(.nextHop, isStandard: false), filter: FilterTerm("ip", .next), aliases: ["nhip"])
  public static let sourceVLAN = FlowColumn(
    26, "src_vlan", .number { $0.sourceVLAN }, "VLAN id before the exporter", elements: [.vlanId, .dot1qVlanId],
    end: End(.source, .vlan),
    key: .bits(isStandard: true) { $0.sourceVLAN = .max }, filter: FilterTerm("vlan", .src))
  public static let destinationVLAN = FlowColumn(
    27, "dst_vlan", .number { $0.destinationVLAN }, "VLAN id after the exporter",
    elements: [.postVlanId, .postDot1qVlanId],
    end: End(.destination, .vlan), key: .bits(isStandard: true) { $0.destinationVLAN = .max },
    filter: FilterTerm("vlan", .dst))
  public static let sourceMAC = FlowColumn(
    28, "src_mac", .mac { $0.sourceMAC }, "`aa:bb:cc:dd:ee:ff`", elements: [.sourceMacAddress, .postSourceMacAddress],
    end: End(.source, .mac), filter: FilterTerm("mac", .src))
  public static let destinationMAC = FlowColumn(
    29, "dst_mac", .mac { $0.destinationMAC }, "`aa:bb:cc:dd:ee:ff`",
    elements: [.postDestinationMacAddress, .destinationMacAddress], end: End(.destination, .mac),
    filter: FilterTerm("mac", .dst))
  public static let endReason = FlowColumn(
    30, "end_reason", .number { $0.endReason },
    "1 idle, 2 active, 3 end of flow, 4 forced (shutdown), 5 no room; as exported if aggregation is off",
    elements: [.flowEndReason], filter: FilterTerm("end-reason"))
  public static let application = FlowColumn(
    31, "app_id", .rare(.text(ValueText.application)),
    "engine:selector, as in `3:80`, with the low 24 bits of the selector", elements: [.applicationId],
    filter: FilterTerm("app-id"))
  public static let postNATSourceAddress = FlowColumn(
    32, "post_nat_src_addr", .rare(.address { $0.postNATSource }), "after translation",
    elements: [.postNATSourceIPv4Address, .postNATSourceIPv6Address], filter: FilterTerm("ip", .src, isTranslated: true)
  )
  public static let postNATDestinationAddress = FlowColumn(
    33, "post_nat_dst_addr", .rare(.address { $0.postNATDestination }), "after translation",
    elements: [.postNATDestinationIPv4Address, .postNATDestinationIPv6Address],
    filter: FilterTerm("ip", .dst, isTranslated: true))
  public static let postNATSourcePort = FlowColumn(
    34, "post_nat_src_port", .rareNumber { $0.postNATSourcePort }, "after translation; 0 if not translated",
    elements: [.postNAPTSourceTransportPort],
    filter: FilterTerm("port", .src, isTranslated: true), naming: .service)
  public static let postNATDestinationPort = FlowColumn(
    35, "post_nat_dst_port", .rareNumber { $0.postNATDestinationPort },
    "after translation; 0 if not translated",
    elements: [.postNAPTDestinationTransportPort], filter: FilterTerm("port", .dst, isTranslated: true),
    naming: .service)
  public static let mplsLabels = FlowColumn(
    36, "mpls_labels", .rare(.text(ValueText.mplsLabels)), "from the top: `16001/3`",
    elements: [
      .mplsTopLabelStackSection, .mplsLabelStackSection2, .mplsLabelStackSection3, .mplsLabelStackSection4,
      .mplsLabelStackSection5, .mplsLabelStackSection6, .mplsLabelStackSection7, .mplsLabelStackSection8,
      .mplsLabelStackSection9, .mplsLabelStackSection10,
    ])
  public static let vrf = FlowColumn(
    37, "vrf_id", .number { $0.vrf }, "routing instance", elements: [.ingressVRFID, .egressVRFID],
    key: .bits(isStandard: true) { $0.vrf = .max },
    filter: FilterTerm("vrf"), aliases: ["vrf"])
  public static let extra = FlowColumn(
    38, "extra", .rare(.json { $0.extra.isEmpty ? nil : $0.extra }),
    "JSON object of all other fields, with `store.extra: true`")
  public static let ingressInterfaceName = FlowColumn(
    39, "in_if_name",
    .exporterName(.interface) { record, _ in
      UInt64(record.ingressInterface)
    } orFact: {
      $0.ingressInterfaceName
    },
    "the exporter's name of the interface, else its description, else from `labels.interfaces`",
    elements: [.interfaceName, .interfaceDescription], end: End(.source, .interfaceName),
    filter: FilterTerm("if-name", .in))
  public static let egressInterfaceName = FlowColumn(
    40, "out_if_name",
    .exporterName(.interface) { record, _ in
      UInt64(record.egressInterface)
    } orFact: {
      $0.egressInterfaceName
    },
    "the exporter's name of the interface, else its description, else from `labels.interfaces`",
    elements: [.interfaceName, .interfaceDescription], end: End(.destination, .interfaceName),
    filter: FilterTerm("if-name", .out))
  public static let applicationName = FlowColumn(
    41, "app_name", .exporterName(.application) { _, rare in rare.flatMap(ExporterNames.applicationNumber) },
    "the exporter's name of the application", elements: [.applicationDescription, .applicationName],
    filter: FilterTerm("app-name"))
  public static let vrfName = FlowColumn(
    42, "vrf_name", .exporterName(.vrf) { record, _ in UInt64(record.vrf) }, "the exporter's name of the VRF",
    elements: [.VRFname],
    filter: FilterTerm("vrf-name"))
  public static let natEvent = FlowColumn(
    43, "nat_event", .number { $0.natEvent },
    "NAT event, as in RFC 8158: 4 creates a NAT44 session, 5 deletes it",
    elements: [.natEvent], key: .bits(isStandard: true) { $0.natEvent = .max },
    filter: FilterTerm("event", isTranslated: true), naming: .values(.natEvents))
  public static let firewallEvent = FlowColumn(
    44, "firewall_event", .number { $0.firewallEvent },
    "1 flow created, 2 deleted, 3 denied, 4 alert, 5 update", elements: [.firewallEvent],
    key: .bits(isStandard: true) { $0.firewallEvent = .max }, filter: FilterTerm("event"),
    naming: .values(.firewallEvents))
  public static let forwardingStatus = FlowColumn(
    45, "forwarding_status", .number { $0.forwardingStatus },
    "as sent (RFC 7270): 64 to 127 forwarded, 128 to 191 dropped, 192 and more consumed", elements: [.forwardingStatus],
    key: .bits(isStandard: true) { $0.forwardingStatus = .max }, filter: FilterTerm("forwarding status"),
    naming: .values(.forwardingStatuses))
  public static let portBlockStart = FlowColumn(
    46, "port_block_start", .rareNumber { $0.portBlockStart }, "first port of the port block assigned to a host",
    elements: [.portRangeStart], filter: FilterTerm("port block start"))
  public static let portBlockEnd = FlowColumn(
    47, "port_block_end", .rareNumber { $0.portBlockEnd }, "last port of the port block", elements: [.portRangeEnd],
    filter: FilterTerm("port block end"))
  public static let layer2Segment = FlowColumn(
    48, "layer2_segment_id", .number { $0.layer2Segment },
    "identifier of the layer 2 network, such as a VXLAN's: the low 24 bits", elements: [.layer2SegmentId],
    key: .bits(isStandard: true) { $0.layer2Segment = 0xff_ffff }, filter: FilterTerm("vni", greatest: 0xff_ffff),
    aliases: ["vni"])
  public static let mplsTopLabelAddress = FlowColumn(
    49, "mpls_top_label_addr", .rare(.address { $0.mplsTopLabelAddress }),
    "end of the top label's path", elements: [.mplsTopLabelIPv4Address, .mplsTopLabelIPv6Address],
    filter: FilterTerm("mpls top ip"))
  public static let sourceLabel = FlowColumn(
    50, "src_label", .fact { $0.sourceLabel }, "label of the address, from `labels.prefixes`",
    end: End(.source, .label), filter: FilterTerm("label", .src))
  public static let destinationLabel = FlowColumn(
    51, "dst_label", .fact { $0.destinationLabel }, "label of the address, from `labels.prefixes`",
    end: End(.destination, .label), filter: FilterTerm("label", .dst))
  public static let sourceCountry = FlowColumn(
    52, "src_country", .fact { $0.sourceCountry }, "two letters, as in ISO 3166-1, from `labels.countryDatabase`",
    end: End(.source, .country), filter: FilterTerm("country", .src))
  public static let destinationCountry = FlowColumn(
    53, "dst_country", .fact { $0.destinationCountry }, "two letters, as in ISO 3166-1, from `labels.countryDatabase`",
    end: End(.destination, .country), filter: FilterTerm("country", .dst))
  public static let sourceASName = FlowColumn(
    54, "src_as_name", .fact { $0.sourceASName }, "name of `src_as`, from `labels.asNames` or `labels.asDatabase`",
    end: End(.source, .systemName), filter: FilterTerm("as-name", .src))
  public static let destinationASName = FlowColumn(
    55, "dst_as_name", .fact { $0.destinationASName }, "name of `dst_as`, from `labels.asNames` or `labels.asDatabase`",
    end: End(.destination, .systemName), filter: FilterTerm("as-name", .dst))
  public static let exporterName = FlowColumn(
    56, "exporter_name", .fact { $0.exporterName }, "name of the exporter, from `labels.exporters`",
    filter: FilterTerm("exporter-name"))
  public static let reverseOctets = FlowColumn(
    57, "reverse_bytes", .rare(.counter { $0.reverseOctets }),
    "counts of the other direction, as exported, with `exporters.biflows: pairs`", filter: FilterTerm("reverse bytes"))
  public static let reversePackets = FlowColumn(
    58, "reverse_packets", .rare(.counter { $0.reversePackets }),
    "counts of the other direction, as exported, with `exporters.biflows: pairs`", filter: FilterTerm("reverse packets")
  )

  /// All columns in file order (schema version 1).
  public static let allCases: [FlowColumn] = [
    .timeStart, .timeEnd, .exporterAddress, .observationDomainID, .flowType, .sourceAddress, .destinationAddress,
    .sourcePort, .destinationPort, .protocolIdentifier, .tcpFlags, .typeOfService, .icmpType, .icmpCode, .octets,
    .packets, .records, .samplingRate, .ingressInterface, .egressInterface, .direction, .sourceAS, .destinationAS,
    .sourceMask, .destinationMask, .nextHop, .sourceVLAN, .destinationVLAN, .sourceMAC, .destinationMAC, .endReason,
    .application, .postNATSourceAddress, .postNATDestinationAddress, .postNATSourcePort, .postNATDestinationPort,
    .mplsLabels, .vrf, .extra, .ingressInterfaceName, .egressInterfaceName, .applicationName, .vrfName, .natEvent,
    .firewallEvent, .forwardingStatus, .portBlockStart, .portBlockEnd, .layer2Segment, .mplsTopLabelAddress,
    .sourceLabel, .destinationLabel, .sourceCountry, .destinationCountry, .sourceASName, .destinationASName,
    .exporterName, .reverseOctets, .reversePackets,
  ]

  /// The columns shown in tables by default.
  public static let tableColumns: [FlowColumn] =
    allCases.filter { $0.tablePlace != nil }.sorted { ($0.tablePlace ?? 0) < ($1.tablePlace ?? 0) }

  /// The same column for the other end of a flow; nil if it belongs to neither end.
  public var otherEnd: FlowColumn? { Self.allCases.otherEnd(of: self) }
}

// Made by scripts/generate-registry.py of iana-ipfix.csv. Do not edit.
// Some of IANA's names begin with a capital letter.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

extension InformationElementID {
  /// 1, unsigned64, deltaCounter, octets
  @inlinable public static var octetDeltaCount: Self { Self(rawValue: 1) }
  /// 2, unsigned64, deltaCounter, packets
  @inlinable public static var packetDeltaCount: Self { Self(rawValue: 2) }
  /// 3, unsigned64, deltaCounter, flows
  @inlinable public static var deltaFlowCount: Self { Self(rawValue: 3) }
  /// 4, unsigned8, identifier
  @inlinable public static var protocolIdentifier: Self { Self(rawValue: 4) }
  /// 5, unsigned8, identifier
  @inlinable public static var ipClassOfService: Self { Self(rawValue: 5) }
  /// 6, unsigned16, flags
  @inlinable public static var tcpControlBits: Self { Self(rawValue: 6) }
  /// 7, unsigned16, identifier
  @inlinable public static var sourceTransportPort: Self { Self(rawValue: 7) }
  /// 8, ipv4Address
  @inlinable public static var sourceIPv4Address: Self { Self(rawValue: 8) }
  /// 9, unsigned8, bits
  @inlinable public static var sourceIPv4PrefixLength: Self { Self(rawValue: 9) }
  /// 10, unsigned32, identifier
  @inlinable public static var ingressInterface: Self { Self(rawValue: 10) }
  /// 11, unsigned16, identifier
  @inlinable public static var destinationTransportPort: Self { Self(rawValue: 11) }
  /// 12, ipv4Address
  @inlinable public static var destinationIPv4Address: Self { Self(rawValue: 12) }
  /// 13, unsigned8, bits
  @inlinable public static var destinationIPv4PrefixLength: Self { Self(rawValue: 13) }
  /// 14, unsigned32, identifier
  @inlinable public static var egressInterface: Self { Self(rawValue: 14) }
  /// 15, ipv4Address
  @inlinable public static var ipNextHopIPv4Address: Self { Self(rawValue: 15) }
  /// 16, unsigned32, identifier
  @inlinable public static var bgpSourceAsNumber: Self { Self(rawValue: 16) }
  /// 17, unsigned32, identifier
  @inlinable public static var bgpDestinationAsNumber: Self { Self(rawValue: 17) }
  /// 18, ipv4Address
  @inlinable public static var bgpNextHopIPv4Address: Self { Self(rawValue: 18) }
  /// 19, unsigned64, deltaCounter, packets
  @inlinable public static var postMCastPacketDeltaCount: Self { Self(rawValue: 19) }
  /// 20, unsigned64, deltaCounter, octets
  @inlinable public static var postMCastOctetDeltaCount: Self { Self(rawValue: 20) }
  /// 21, unsigned32, milliseconds
  @inlinable public static var flowEndSysUpTime: Self { Self(rawValue: 21) }
  /// 22, unsigned32, milliseconds
  @inlinable public static var flowStartSysUpTime: Self { Self(rawValue: 22) }
  /// 23, unsigned64, deltaCounter, octets
  @inlinable public static var postOctetDeltaCount: Self { Self(rawValue: 23) }
  /// 24, unsigned64, deltaCounter, packets
  @inlinable public static var postPacketDeltaCount: Self { Self(rawValue: 24) }
  /// 25, unsigned64, octets
  @inlinable public static var minimumIpTotalLength: Self { Self(rawValue: 25) }
  /// 26, unsigned64, octets
  @inlinable public static var maximumIpTotalLength: Self { Self(rawValue: 26) }
  /// 27, ipv6Address
  @inlinable public static var sourceIPv6Address: Self { Self(rawValue: 27) }
  /// 28, ipv6Address
  @inlinable public static var destinationIPv6Address: Self { Self(rawValue: 28) }
  /// 29, unsigned8, bits
  @inlinable public static var sourceIPv6PrefixLength: Self { Self(rawValue: 29) }
  /// 30, unsigned8, bits
  @inlinable public static var destinationIPv6PrefixLength: Self { Self(rawValue: 30) }
  /// 31, unsigned32
  @inlinable public static var flowLabelIPv6: Self { Self(rawValue: 31) }
  /// 32, unsigned16, identifier
  @inlinable public static var icmpTypeCodeIPv4: Self { Self(rawValue: 32) }
  /// 33, unsigned8, identifier
  @inlinable public static var igmpType: Self { Self(rawValue: 33) }
  /// 34, unsigned32
  @inlinable public static var samplingInterval: Self { Self(rawValue: 34) }
  /// 35, unsigned8, identifier
  @inlinable public static var samplingAlgorithm: Self { Self(rawValue: 35) }
  /// 36, unsigned16, seconds
  @inlinable public static var flowActiveTimeout: Self { Self(rawValue: 36) }
  /// 37, unsigned16, seconds
  @inlinable public static var flowIdleTimeout: Self { Self(rawValue: 37) }
  /// 38, unsigned8, identifier
  @inlinable public static var engineType: Self { Self(rawValue: 38) }
  /// 39, unsigned8, identifier
  @inlinable public static var engineId: Self { Self(rawValue: 39) }
  /// 40, unsigned64, totalCounter, octets
  @inlinable public static var exportedOctetTotalCount: Self { Self(rawValue: 40) }
  /// 41, unsigned64, totalCounter, messages
  @inlinable public static var exportedMessageTotalCount: Self { Self(rawValue: 41) }
  /// 42, unsigned64, totalCounter, flows
  @inlinable public static var exportedFlowRecordTotalCount: Self { Self(rawValue: 42) }
  /// 43, ipv4Address
  @inlinable public static var ipv4RouterSc: Self { Self(rawValue: 43) }
  /// 44, ipv4Address
  @inlinable public static var sourceIPv4Prefix: Self { Self(rawValue: 44) }
  /// 45, ipv4Address
  @inlinable public static var destinationIPv4Prefix: Self { Self(rawValue: 45) }
  /// 46, unsigned8, identifier
  @inlinable public static var mplsTopLabelType: Self { Self(rawValue: 46) }
  /// 47, ipv4Address
  @inlinable public static var mplsTopLabelIPv4Address: Self { Self(rawValue: 47) }
  /// 48, unsigned8, identifier
  @inlinable public static var samplerId: Self { Self(rawValue: 48) }
  /// 49, unsigned8, identifier
  @inlinable public static var samplerMode: Self { Self(rawValue: 49) }
  /// 50, unsigned32
  @inlinable public static var samplerRandomInterval: Self { Self(rawValue: 50) }
  /// 51, unsigned8, identifier
  @inlinable public static var classId: Self { Self(rawValue: 51) }
  /// 52, unsigned8, hops
  @inlinable public static var minimumTTL: Self { Self(rawValue: 52) }
  /// 53, unsigned8, hops
  @inlinable public static var maximumTTL: Self { Self(rawValue: 53) }
  /// 54, unsigned32, identifier
  @inlinable public static var fragmentIdentification: Self { Self(rawValue: 54) }
  /// 55, unsigned8
  @inlinable public static var postIpClassOfService: Self { Self(rawValue: 55) }
  /// 56, macAddress
  @inlinable public static var sourceMacAddress: Self { Self(rawValue: 56) }
  /// 57, macAddress
  @inlinable public static var postDestinationMacAddress: Self { Self(rawValue: 57) }
  /// 58, unsigned16, identifier
  @inlinable public static var vlanId: Self { Self(rawValue: 58) }
  /// 59, unsigned16, identifier
  @inlinable public static var postVlanId: Self { Self(rawValue: 59) }
  /// 60, unsigned8, identifier
  @inlinable public static var ipVersion: Self { Self(rawValue: 60) }
  /// 61, unsigned8, identifier
  @inlinable public static var flowDirection: Self { Self(rawValue: 61) }
  /// 62, ipv6Address
  @inlinable public static var ipNextHopIPv6Address: Self { Self(rawValue: 62) }
  /// 63, ipv6Address
  @inlinable public static var bgpNextHopIPv6Address: Self { Self(rawValue: 63) }
  /// 64, unsigned32, flags
  @inlinable public static var ipv6ExtensionHeaders: Self { Self(rawValue: 64) }
  /// 70, octetArray
  @inlinable public static var mplsTopLabelStackSection: Self { Self(rawValue: 70) }
  /// 71, octetArray
  @inlinable public static var mplsLabelStackSection2: Self { Self(rawValue: 71) }
  /// 72, octetArray
  @inlinable public static var mplsLabelStackSection3: Self { Self(rawValue: 72) }
  /// 73, octetArray
  @inlinable public static var mplsLabelStackSection4: Self { Self(rawValue: 73) }
  /// 74, octetArray
  @inlinable public static var mplsLabelStackSection5: Self { Self(rawValue: 74) }
  /// 75, octetArray
  @inlinable public static var mplsLabelStackSection6: Self { Self(rawValue: 75) }
  /// 76, octetArray
  @inlinable public static var mplsLabelStackSection7: Self { Self(rawValue: 76) }
  /// 77, octetArray
  @inlinable public static var mplsLabelStackSection8: Self { Self(rawValue: 77) }
  /// 78, octetArray
  @inlinable public static var mplsLabelStackSection9: Self { Self(rawValue: 78) }
  /// 79, octetArray
  @inlinable public static var mplsLabelStackSection10: Self { Self(rawValue: 79) }
  /// 80, macAddress
  @inlinable public static var destinationMacAddress: Self { Self(rawValue: 80) }
  /// 81, macAddress
  @inlinable public static var postSourceMacAddress: Self { Self(rawValue: 81) }
  /// 82, string
  @inlinable public static var interfaceName: Self { Self(rawValue: 82) }
  /// 83, string
  @inlinable public static var interfaceDescription: Self { Self(rawValue: 83) }
  /// 84, string
  @inlinable public static var samplerName: Self { Self(rawValue: 84) }
  /// 85, unsigned64, totalCounter, octets
  @inlinable public static var octetTotalCount: Self { Self(rawValue: 85) }
  /// 86, unsigned64, totalCounter, packets
  @inlinable public static var packetTotalCount: Self { Self(rawValue: 86) }
  /// 87, unsigned32
  @inlinable public static var flagsAndSamplerId: Self { Self(rawValue: 87) }
  /// 88, unsigned16
  @inlinable public static var fragmentOffset: Self { Self(rawValue: 88) }
  /// 89, unsigned32, identifier
  @inlinable public static var forwardingStatus: Self { Self(rawValue: 89) }
  /// 90, octetArray
  @inlinable public static var mplsVpnRouteDistinguisher: Self { Self(rawValue: 90) }
  /// 91, unsigned8, bits
  @inlinable public static var mplsTopLabelPrefixLength: Self { Self(rawValue: 91) }
  /// 92, unsigned32, identifier
  @inlinable public static var srcTrafficIndex: Self { Self(rawValue: 92) }
  /// 93, unsigned32, identifier
  @inlinable public static var dstTrafficIndex: Self { Self(rawValue: 93) }
  /// 94, string
  @inlinable public static var applicationDescription: Self { Self(rawValue: 94) }
  /// 95, octetArray
  @inlinable public static var applicationId: Self { Self(rawValue: 95) }
  /// 96, string
  @inlinable public static var applicationName: Self { Self(rawValue: 96) }
  /// 98, unsigned8, identifier
  @inlinable public static var postIpDiffServCodePoint: Self { Self(rawValue: 98) }
  /// 99, unsigned32
  @inlinable public static var multicastReplicationFactor: Self { Self(rawValue: 99) }
  /// 100, string
  @inlinable public static var className: Self { Self(rawValue: 100) }
  /// 101, unsigned8, identifier
  @inlinable public static var classificationEngineId: Self { Self(rawValue: 101) }
  /// 102, unsigned16
  @inlinable public static var layer2packetSectionOffset: Self { Self(rawValue: 102) }
  /// 103, unsigned16
  @inlinable public static var layer2packetSectionSize: Self { Self(rawValue: 103) }
  /// 104, octetArray
  @inlinable public static var layer2packetSectionData: Self { Self(rawValue: 104) }
  /// 128, unsigned32, identifier
  @inlinable public static var bgpNextAdjacentAsNumber: Self { Self(rawValue: 128) }
  /// 129, unsigned32, identifier
  @inlinable public static var bgpPrevAdjacentAsNumber: Self { Self(rawValue: 129) }
  /// 130, ipv4Address
  @inlinable public static var exporterIPv4Address: Self { Self(rawValue: 130) }
  /// 131, ipv6Address
  @inlinable public static var exporterIPv6Address: Self { Self(rawValue: 131) }
  /// 132, unsigned64, deltaCounter, octets
  @inlinable public static var droppedOctetDeltaCount: Self { Self(rawValue: 132) }
  /// 133, unsigned64, deltaCounter, packets
  @inlinable public static var droppedPacketDeltaCount: Self { Self(rawValue: 133) }
  /// 134, unsigned64, totalCounter, octets
  @inlinable public static var droppedOctetTotalCount: Self { Self(rawValue: 134) }
  /// 135, unsigned64, totalCounter, packets
  @inlinable public static var droppedPacketTotalCount: Self { Self(rawValue: 135) }
  /// 136, unsigned8, identifier
  @inlinable public static var flowEndReason: Self { Self(rawValue: 136) }
  /// 137, unsigned64, identifier
  @inlinable public static var commonPropertiesId: Self { Self(rawValue: 137) }
  /// 138, unsigned64, identifier
  @inlinable public static var observationPointId: Self { Self(rawValue: 138) }
  /// 139, unsigned16, identifier
  @inlinable public static var icmpTypeCodeIPv6: Self { Self(rawValue: 139) }
  /// 140, ipv6Address
  @inlinable public static var mplsTopLabelIPv6Address: Self { Self(rawValue: 140) }
  /// 141, unsigned32, identifier
  @inlinable public static var lineCardId: Self { Self(rawValue: 141) }
  /// 142, unsigned32, identifier
  @inlinable public static var portId: Self { Self(rawValue: 142) }
  /// 143, unsigned32, identifier
  @inlinable public static var meteringProcessId: Self { Self(rawValue: 143) }
  /// 144, unsigned32, identifier
  @inlinable public static var exportingProcessId: Self { Self(rawValue: 144) }
  /// 145, unsigned16, identifier
  @inlinable public static var templateId: Self { Self(rawValue: 145) }
  /// 146, unsigned8, identifier
  @inlinable public static var wlanChannelId: Self { Self(rawValue: 146) }
  /// 147, string
  @inlinable public static var wlanSSID: Self { Self(rawValue: 147) }
  /// 148, unsigned64, identifier
  @inlinable public static var flowId: Self { Self(rawValue: 148) }
  /// 149, unsigned32, identifier
  @inlinable public static var observationDomainId: Self { Self(rawValue: 149) }
  /// 150, dateTimeSeconds, seconds
  @inlinable public static var flowStartSeconds: Self { Self(rawValue: 150) }
  /// 151, dateTimeSeconds, seconds
  @inlinable public static var flowEndSeconds: Self { Self(rawValue: 151) }
  /// 152, dateTimeMilliseconds, milliseconds
  @inlinable public static var flowStartMilliseconds: Self { Self(rawValue: 152) }
  /// 153, dateTimeMilliseconds, milliseconds
  @inlinable public static var flowEndMilliseconds: Self { Self(rawValue: 153) }
  /// 154, dateTimeMicroseconds, microseconds
  @inlinable public static var flowStartMicroseconds: Self { Self(rawValue: 154) }
  /// 155, dateTimeMicroseconds, microseconds
  @inlinable public static var flowEndMicroseconds: Self { Self(rawValue: 155) }
  /// 156, dateTimeNanoseconds, nanoseconds
  @inlinable public static var flowStartNanoseconds: Self { Self(rawValue: 156) }
  /// 157, dateTimeNanoseconds, nanoseconds
  @inlinable public static var flowEndNanoseconds: Self { Self(rawValue: 157) }
  /// 158, unsigned32, microseconds
  @inlinable public static var flowStartDeltaMicroseconds: Self { Self(rawValue: 158) }
  /// 159, unsigned32, microseconds
  @inlinable public static var flowEndDeltaMicroseconds: Self { Self(rawValue: 159) }
  /// 160, dateTimeMilliseconds, milliseconds
  @inlinable public static var systemInitTimeMilliseconds: Self { Self(rawValue: 160) }
  /// 161, unsigned32, milliseconds
  @inlinable public static var flowDurationMilliseconds: Self { Self(rawValue: 161) }
  /// 162, unsigned32, microseconds
  @inlinable public static var flowDurationMicroseconds: Self { Self(rawValue: 162) }
  /// 163, unsigned64, totalCounter, flows
  @inlinable public static var observedFlowTotalCount: Self { Self(rawValue: 163) }
  /// 164, unsigned64, totalCounter, packets
  @inlinable public static var ignoredPacketTotalCount: Self { Self(rawValue: 164) }
  /// 165, unsigned64, totalCounter, octets
  @inlinable public static var ignoredOctetTotalCount: Self { Self(rawValue: 165) }
  /// 166, unsigned64, totalCounter, flows
  @inlinable public static var notSentFlowTotalCount: Self { Self(rawValue: 166) }
  /// 167, unsigned64, totalCounter, packets
  @inlinable public static var notSentPacketTotalCount: Self { Self(rawValue: 167) }
  /// 168, unsigned64, totalCounter, octets
  @inlinable public static var notSentOctetTotalCount: Self { Self(rawValue: 168) }
  /// 169, ipv6Address
  @inlinable public static var destinationIPv6Prefix: Self { Self(rawValue: 169) }
  /// 170, ipv6Address
  @inlinable public static var sourceIPv6Prefix: Self { Self(rawValue: 170) }
  /// 171, unsigned64, totalCounter, octets
  @inlinable public static var postOctetTotalCount: Self { Self(rawValue: 171) }
  /// 172, unsigned64, totalCounter, packets
  @inlinable public static var postPacketTotalCount: Self { Self(rawValue: 172) }
  /// 173, unsigned64, flags
  @inlinable public static var flowKeyIndicator: Self { Self(rawValue: 173) }
  /// 174, unsigned64, totalCounter, packets
  @inlinable public static var postMCastPacketTotalCount: Self { Self(rawValue: 174) }
  /// 175, unsigned64, totalCounter, octets
  @inlinable public static var postMCastOctetTotalCount: Self { Self(rawValue: 175) }
  /// 176, unsigned8, identifier
  @inlinable public static var icmpTypeIPv4: Self { Self(rawValue: 176) }
  /// 177, unsigned8, identifier
  @inlinable public static var icmpCodeIPv4: Self { Self(rawValue: 177) }
  /// 178, unsigned8, identifier
  @inlinable public static var icmpTypeIPv6: Self { Self(rawValue: 178) }
  /// 179, unsigned8, identifier
  @inlinable public static var icmpCodeIPv6: Self { Self(rawValue: 179) }
  /// 180, unsigned16, identifier
  @inlinable public static var udpSourcePort: Self { Self(rawValue: 180) }
  /// 181, unsigned16, identifier
  @inlinable public static var udpDestinationPort: Self { Self(rawValue: 181) }
  /// 182, unsigned16, identifier
  @inlinable public static var tcpSourcePort: Self { Self(rawValue: 182) }
  /// 183, unsigned16, identifier
  @inlinable public static var tcpDestinationPort: Self { Self(rawValue: 183) }
  /// 184, unsigned32
  @inlinable public static var tcpSequenceNumber: Self { Self(rawValue: 184) }
  /// 185, unsigned32
  @inlinable public static var tcpAcknowledgementNumber: Self { Self(rawValue: 185) }
  /// 186, unsigned16
  @inlinable public static var tcpWindowSize: Self { Self(rawValue: 186) }
  /// 187, unsigned16
  @inlinable public static var tcpUrgentPointer: Self { Self(rawValue: 187) }
  /// 188, unsigned8, octets
  @inlinable public static var tcpHeaderLength: Self { Self(rawValue: 188) }
  /// 189, unsigned8, octets
  @inlinable public static var ipHeaderLength: Self { Self(rawValue: 189) }
  /// 190, unsigned16, octets
  @inlinable public static var totalLengthIPv4: Self { Self(rawValue: 190) }
  /// 191, unsigned16, octets
  @inlinable public static var payloadLengthIPv6: Self { Self(rawValue: 191) }
  /// 192, unsigned8, hops
  @inlinable public static var ipTTL: Self { Self(rawValue: 192) }
  /// 193, unsigned8, identifier
  @inlinable public static var nextHeaderIPv6: Self { Self(rawValue: 193) }
  /// 194, unsigned32, octets
  @inlinable public static var mplsPayloadLength: Self { Self(rawValue: 194) }
  /// 195, unsigned8, identifier
  @inlinable public static var ipDiffServCodePoint: Self { Self(rawValue: 195) }
  /// 196, unsigned8, identifier
  @inlinable public static var ipPrecedence: Self { Self(rawValue: 196) }
  /// 197, unsigned8, flags
  @inlinable public static var fragmentFlags: Self { Self(rawValue: 197) }
  /// 198, unsigned64
  @inlinable public static var octetDeltaSumOfSquares: Self { Self(rawValue: 198) }
  /// 199, unsigned64
  @inlinable public static var octetTotalSumOfSquares: Self { Self(rawValue: 199) }
  /// 200, unsigned8, hops
  @inlinable public static var mplsTopLabelTTL: Self { Self(rawValue: 200) }
  /// 201, unsigned32, octets
  @inlinable public static var mplsLabelStackLength: Self { Self(rawValue: 201) }
  /// 202, unsigned32
  @inlinable public static var mplsLabelStackDepth: Self { Self(rawValue: 202) }
  /// 203, unsigned8
  @inlinable public static var mplsTopLabelExp: Self { Self(rawValue: 203) }
  /// 204, unsigned32, octets
  @inlinable public static var ipPayloadLength: Self { Self(rawValue: 204) }
  /// 205, unsigned16, octets
  @inlinable public static var udpMessageLength: Self { Self(rawValue: 205) }
  /// 206, unsigned8, flags
  @inlinable public static var isMulticast: Self { Self(rawValue: 206) }
  /// 207, unsigned8, 4-octet words
  @inlinable public static var ipv4IHL: Self { Self(rawValue: 207) }
  /// 208, unsigned32, flags
  @inlinable public static var ipv4Options: Self { Self(rawValue: 208) }
  /// 209, unsigned64, flags
  @inlinable public static var tcpOptions: Self { Self(rawValue: 209) }
  /// 210, octetArray
  @inlinable public static var paddingOctets: Self { Self(rawValue: 210) }
  /// 211, ipv4Address
  @inlinable public static var collectorIPv4Address: Self { Self(rawValue: 211) }
  /// 212, ipv6Address
  @inlinable public static var collectorIPv6Address: Self { Self(rawValue: 212) }
  /// 213, unsigned32, identifier
  @inlinable public static var exportInterface: Self { Self(rawValue: 213) }
  /// 214, unsigned8, identifier
  @inlinable public static var exportProtocolVersion: Self { Self(rawValue: 214) }
  /// 215, unsigned8, identifier
  @inlinable public static var exportTransportProtocol: Self { Self(rawValue: 215) }
  /// 216, unsigned16, identifier
  @inlinable public static var collectorTransportPort: Self { Self(rawValue: 216) }
  /// 217, unsigned16, identifier
  @inlinable public static var exporterTransportPort: Self { Self(rawValue: 217) }
  /// 218, unsigned64, totalCounter, packets
  @inlinable public static var tcpSynTotalCount: Self { Self(rawValue: 218) }
  /// 219, unsigned64, totalCounter, packets
  @inlinable public static var tcpFinTotalCount: Self { Self(rawValue: 219) }
  /// 220, unsigned64, totalCounter, packets
  @inlinable public static var tcpRstTotalCount: Self { Self(rawValue: 220) }
  /// 221, unsigned64, totalCounter, packets
  @inlinable public static var tcpPshTotalCount: Self { Self(rawValue: 221) }
  /// 222, unsigned64, totalCounter, packets
  @inlinable public static var tcpAckTotalCount: Self { Self(rawValue: 222) }
  /// 223, unsigned64, totalCounter, packets
  @inlinable public static var tcpUrgTotalCount: Self { Self(rawValue: 223) }
  /// 224, unsigned64, octets
  @inlinable public static var ipTotalLength: Self { Self(rawValue: 224) }
  /// 225, ipv4Address
  @inlinable public static var postNATSourceIPv4Address: Self { Self(rawValue: 225) }
  /// 226, ipv4Address
  @inlinable public static var postNATDestinationIPv4Address: Self { Self(rawValue: 226) }
  /// 227, unsigned16, identifier
  @inlinable public static var postNAPTSourceTransportPort: Self { Self(rawValue: 227) }
  /// 228, unsigned16, identifier
  @inlinable public static var postNAPTDestinationTransportPort: Self { Self(rawValue: 228) }
  /// 229, unsigned8, identifier
  @inlinable public static var natOriginatingAddressRealm: Self { Self(rawValue: 229) }
  /// 230, unsigned8, identifier
  @inlinable public static var natEvent: Self { Self(rawValue: 230) }
  /// 231, unsigned64, octets
  @inlinable public static var initiatorOctets: Self { Self(rawValue: 231) }
  /// 232, unsigned64, octets
  @inlinable public static var responderOctets: Self { Self(rawValue: 232) }
  /// 233, unsigned8
  @inlinable public static var firewallEvent: Self { Self(rawValue: 233) }
  /// 234, unsigned32
  @inlinable public static var ingressVRFID: Self { Self(rawValue: 234) }
  /// 235, unsigned32
  @inlinable public static var egressVRFID: Self { Self(rawValue: 235) }
  /// 236, string
  @inlinable public static var VRFname: Self { Self(rawValue: 236) }
  /// 237, unsigned8
  @inlinable public static var postMplsTopLabelExp: Self { Self(rawValue: 237) }
  /// 238, unsigned16
  @inlinable public static var tcpWindowScale: Self { Self(rawValue: 238) }
  /// 239, unsigned8, identifier
  @inlinable public static var biflowDirection: Self { Self(rawValue: 239) }
  /// 240, unsigned8, octets
  @inlinable public static var ethernetHeaderLength: Self { Self(rawValue: 240) }
  /// 241, unsigned16, octets
  @inlinable public static var ethernetPayloadLength: Self { Self(rawValue: 241) }
  /// 242, unsigned16, octets
  @inlinable public static var ethernetTotalLength: Self { Self(rawValue: 242) }
  /// 243, unsigned16, identifier
  @inlinable public static var dot1qVlanId: Self { Self(rawValue: 243) }
  /// 244, unsigned8, identifier
  @inlinable public static var dot1qPriority: Self { Self(rawValue: 244) }
  /// 245, unsigned16, identifier
  @inlinable public static var dot1qCustomerVlanId: Self { Self(rawValue: 245) }
  /// 246, unsigned8, identifier
  @inlinable public static var dot1qCustomerPriority: Self { Self(rawValue: 246) }
  /// 247, string
  @inlinable public static var metroEvcId: Self { Self(rawValue: 247) }
  /// 248, unsigned8, identifier
  @inlinable public static var metroEvcType: Self { Self(rawValue: 248) }
  /// 249, unsigned32, identifier
  @inlinable public static var pseudoWireId: Self { Self(rawValue: 249) }
  /// 250, unsigned16, identifier
  @inlinable public static var pseudoWireType: Self { Self(rawValue: 250) }
  /// 251, unsigned32
  @inlinable public static var pseudoWireControlWord: Self { Self(rawValue: 251) }
  /// 252, unsigned32, identifier
  @inlinable public static var ingressPhysicalInterface: Self { Self(rawValue: 252) }
  /// 253, unsigned32, identifier
  @inlinable public static var egressPhysicalInterface: Self { Self(rawValue: 253) }
  /// 254, unsigned16, identifier
  @inlinable public static var postDot1qVlanId: Self { Self(rawValue: 254) }
  /// 255, unsigned16, identifier
  @inlinable public static var postDot1qCustomerVlanId: Self { Self(rawValue: 255) }
  /// 256, unsigned16, identifier
  @inlinable public static var ethernetType: Self { Self(rawValue: 256) }
  /// 257, unsigned8, identifier
  @inlinable public static var postIpPrecedence: Self { Self(rawValue: 257) }
  /// 258, dateTimeMilliseconds, milliseconds
  @inlinable public static var collectionTimeMilliseconds: Self { Self(rawValue: 258) }
  /// 259, unsigned16, identifier
  @inlinable public static var exportSctpStreamId: Self { Self(rawValue: 259) }
  /// 260, dateTimeSeconds, seconds
  @inlinable public static var maxExportSeconds: Self { Self(rawValue: 260) }
  /// 261, dateTimeSeconds, seconds
  @inlinable public static var maxFlowEndSeconds: Self { Self(rawValue: 261) }
  /// 262, octetArray
  @inlinable public static var messageMD5Checksum: Self { Self(rawValue: 262) }
  /// 263, unsigned8
  @inlinable public static var messageScope: Self { Self(rawValue: 263) }
  /// 264, dateTimeSeconds, seconds
  @inlinable public static var minExportSeconds: Self { Self(rawValue: 264) }
  /// 265, dateTimeSeconds, seconds
  @inlinable public static var minFlowStartSeconds: Self { Self(rawValue: 265) }
  /// 266, octetArray
  @inlinable public static var opaqueOctets: Self { Self(rawValue: 266) }
  /// 267, unsigned8
  @inlinable public static var sessionScope: Self { Self(rawValue: 267) }
  /// 268, dateTimeMicroseconds, microseconds
  @inlinable public static var maxFlowEndMicroseconds: Self { Self(rawValue: 268) }
  /// 269, dateTimeMilliseconds, milliseconds
  @inlinable public static var maxFlowEndMilliseconds: Self { Self(rawValue: 269) }
  /// 270, dateTimeNanoseconds, nanoseconds
  @inlinable public static var maxFlowEndNanoseconds: Self { Self(rawValue: 270) }
  /// 271, dateTimeMicroseconds, microseconds
  @inlinable public static var minFlowStartMicroseconds: Self { Self(rawValue: 271) }
  /// 272, dateTimeMilliseconds, milliseconds
  @inlinable public static var minFlowStartMilliseconds: Self { Self(rawValue: 272) }
  /// 273, dateTimeNanoseconds, nanoseconds
  @inlinable public static var minFlowStartNanoseconds: Self { Self(rawValue: 273) }
  /// 274, octetArray
  @inlinable public static var collectorCertificate: Self { Self(rawValue: 274) }
  /// 275, octetArray
  @inlinable public static var exporterCertificate: Self { Self(rawValue: 275) }
  /// 276, boolean
  @inlinable public static var dataRecordsReliability: Self { Self(rawValue: 276) }
  /// 277, unsigned8, identifier
  @inlinable public static var observationPointType: Self { Self(rawValue: 277) }
  /// 278, unsigned32, deltaCounter
  @inlinable public static var newConnectionDeltaCount: Self { Self(rawValue: 278) }
  /// 279, unsigned64, seconds
  @inlinable public static var connectionSumDurationSeconds: Self { Self(rawValue: 279) }
  /// 280, unsigned64, identifier
  @inlinable public static var connectionTransactionId: Self { Self(rawValue: 280) }
  /// 281, ipv6Address
  @inlinable public static var postNATSourceIPv6Address: Self { Self(rawValue: 281) }
  /// 282, ipv6Address
  @inlinable public static var postNATDestinationIPv6Address: Self { Self(rawValue: 282) }
  /// 283, unsigned32, identifier
  @inlinable public static var natPoolId: Self { Self(rawValue: 283) }
  /// 284, string
  @inlinable public static var natPoolName: Self { Self(rawValue: 284) }
  /// 285, unsigned16, flags
  @inlinable public static var anonymizationFlags: Self { Self(rawValue: 285) }
  /// 286, unsigned16, identifier
  @inlinable public static var anonymizationTechnique: Self { Self(rawValue: 286) }
  /// 287, unsigned16, identifier
  @inlinable public static var informationElementIndex: Self { Self(rawValue: 287) }
  /// 288, string
  @inlinable public static var p2pTechnology: Self { Self(rawValue: 288) }
  /// 289, string
  @inlinable public static var tunnelTechnology: Self { Self(rawValue: 289) }
  /// 290, string
  @inlinable public static var encryptedTechnology: Self { Self(rawValue: 290) }
  /// 291, basicList, list
  @inlinable public static var basicList: Self { Self(rawValue: 291) }
  /// 292, subTemplateList, list
  @inlinable public static var subTemplateList: Self { Self(rawValue: 292) }
  /// 293, subTemplateMultiList, list
  @inlinable public static var subTemplateMultiList: Self { Self(rawValue: 293) }
  /// 294, unsigned8, identifier
  @inlinable public static var bgpValidityState: Self { Self(rawValue: 294) }
  /// 295, unsigned32, identifier
  @inlinable public static var IPSecSPI: Self { Self(rawValue: 295) }
  /// 296, unsigned32, identifier
  @inlinable public static var greKey: Self { Self(rawValue: 296) }
  /// 297, unsigned8, identifier
  @inlinable public static var natType: Self { Self(rawValue: 297) }
  /// 298, unsigned64, packets
  @inlinable public static var initiatorPackets: Self { Self(rawValue: 298) }
  /// 299, unsigned64, packets
  @inlinable public static var responderPackets: Self { Self(rawValue: 299) }
  /// 300, string
  @inlinable public static var observationDomainName: Self { Self(rawValue: 300) }
  /// 301, unsigned64, identifier
  @inlinable public static var selectionSequenceId: Self { Self(rawValue: 301) }
  /// 302, unsigned64, identifier
  @inlinable public static var selectorId: Self { Self(rawValue: 302) }
  /// 303, unsigned16, identifier
  @inlinable public static var informationElementId: Self { Self(rawValue: 303) }
  /// 304, unsigned16, identifier
  @inlinable public static var selectorAlgorithm: Self { Self(rawValue: 304) }
  /// 305, unsigned32, packets
  @inlinable public static var samplingPacketInterval: Self { Self(rawValue: 305) }
  /// 306, unsigned32, packets
  @inlinable public static var samplingPacketSpace: Self { Self(rawValue: 306) }
  /// 307, unsigned32, microseconds
  @inlinable public static var samplingTimeInterval: Self { Self(rawValue: 307) }
  /// 308, unsigned32, microseconds
  @inlinable public static var samplingTimeSpace: Self { Self(rawValue: 308) }
  /// 309, unsigned32, packets
  @inlinable public static var samplingSize: Self { Self(rawValue: 309) }
  /// 310, unsigned32, packets
  @inlinable public static var samplingPopulation: Self { Self(rawValue: 310) }
  /// 311, float64
  @inlinable public static var samplingProbability: Self { Self(rawValue: 311) }
  /// 312, unsigned16
  @inlinable public static var dataLinkFrameSize: Self { Self(rawValue: 312) }
  /// 313, octetArray
  @inlinable public static var ipHeaderPacketSection: Self { Self(rawValue: 313) }
  /// 314, octetArray
  @inlinable public static var ipPayloadPacketSection: Self { Self(rawValue: 314) }
  /// 315, octetArray
  @inlinable public static var dataLinkFrameSection: Self { Self(rawValue: 315) }
  /// 316, octetArray
  @inlinable public static var mplsLabelStackSection: Self { Self(rawValue: 316) }
  /// 317, octetArray
  @inlinable public static var mplsPayloadPacketSection: Self { Self(rawValue: 317) }
  /// 318, unsigned64, packets
  @inlinable public static var selectorIdTotalPktsObserved: Self { Self(rawValue: 318) }
  /// 319, unsigned64, packets
  @inlinable public static var selectorIdTotalPktsSelected: Self { Self(rawValue: 319) }
  /// 320, float64
  @inlinable public static var absoluteError: Self { Self(rawValue: 320) }
  /// 321, float64
  @inlinable public static var relativeError: Self { Self(rawValue: 321) }
  /// 322, dateTimeSeconds, seconds
  @inlinable public static var observationTimeSeconds: Self { Self(rawValue: 322) }
  /// 323, dateTimeMilliseconds, milliseconds
  @inlinable public static var observationTimeMilliseconds: Self { Self(rawValue: 323) }
  /// 324, dateTimeMicroseconds, microseconds
  @inlinable public static var observationTimeMicroseconds: Self { Self(rawValue: 324) }
  /// 325, dateTimeNanoseconds, nanoseconds
  @inlinable public static var observationTimeNanoseconds: Self { Self(rawValue: 325) }
  /// 326, unsigned64
  @inlinable public static var digestHashValue: Self { Self(rawValue: 326) }
  /// 327, unsigned64
  @inlinable public static var hashIPPayloadOffset: Self { Self(rawValue: 327) }
  /// 328, unsigned64
  @inlinable public static var hashIPPayloadSize: Self { Self(rawValue: 328) }
  /// 329, unsigned64
  @inlinable public static var hashOutputRangeMin: Self { Self(rawValue: 329) }
  /// 330, unsigned64
  @inlinable public static var hashOutputRangeMax: Self { Self(rawValue: 330) }
  /// 331, unsigned64
  @inlinable public static var hashSelectedRangeMin: Self { Self(rawValue: 331) }
  /// 332, unsigned64
  @inlinable public static var hashSelectedRangeMax: Self { Self(rawValue: 332) }
  /// 333, boolean
  @inlinable public static var hashDigestOutput: Self { Self(rawValue: 333) }
  /// 334, unsigned64
  @inlinable public static var hashInitialiserValue: Self { Self(rawValue: 334) }
  /// 335, string
  @inlinable public static var selectorName: Self { Self(rawValue: 335) }
  /// 336, float64
  @inlinable public static var upperCILimit: Self { Self(rawValue: 336) }
  /// 337, float64
  @inlinable public static var lowerCILimit: Self { Self(rawValue: 337) }
  /// 338, float64
  @inlinable public static var confidenceLevel: Self { Self(rawValue: 338) }
  /// 339, unsigned8
  @inlinable public static var informationElementDataType: Self { Self(rawValue: 339) }
  /// 340, string
  @inlinable public static var informationElementDescription: Self { Self(rawValue: 340) }
  /// 341, string
  @inlinable public static var informationElementName: Self { Self(rawValue: 341) }
  /// 342, unsigned64
  @inlinable public static var informationElementRangeBegin: Self { Self(rawValue: 342) }
  /// 343, unsigned64
  @inlinable public static var informationElementRangeEnd: Self { Self(rawValue: 343) }
  /// 344, unsigned8
  @inlinable public static var informationElementSemantics: Self { Self(rawValue: 344) }
  /// 345, unsigned16
  @inlinable public static var informationElementUnits: Self { Self(rawValue: 345) }
  /// 346, unsigned32, identifier
  @inlinable public static var privateEnterpriseNumber: Self { Self(rawValue: 346) }
  /// 347, octetArray
  @inlinable public static var virtualStationInterfaceId: Self { Self(rawValue: 347) }
  /// 348, string
  @inlinable public static var virtualStationInterfaceName: Self { Self(rawValue: 348) }
  /// 349, octetArray
  @inlinable public static var virtualStationUUID: Self { Self(rawValue: 349) }
  /// 350, string
  @inlinable public static var virtualStationName: Self { Self(rawValue: 350) }
  /// 351, unsigned64
  @inlinable public static var layer2SegmentId: Self { Self(rawValue: 351) }
  /// 352, unsigned64, deltaCounter, octets
  @inlinable public static var layer2OctetDeltaCount: Self { Self(rawValue: 352) }
  /// 353, unsigned64, totalCounter, octets
  @inlinable public static var layer2OctetTotalCount: Self { Self(rawValue: 353) }
  /// 354, unsigned64, totalCounter, packets
  @inlinable public static var ingressUnicastPacketTotalCount: Self { Self(rawValue: 354) }
  /// 355, unsigned64, totalCounter, packets
  @inlinable public static var ingressMulticastPacketTotalCount: Self { Self(rawValue: 355) }
  /// 356, unsigned64, totalCounter, packets
  @inlinable public static var ingressBroadcastPacketTotalCount: Self { Self(rawValue: 356) }
  /// 357, unsigned64, totalCounter, packets
  @inlinable public static var egressUnicastPacketTotalCount: Self { Self(rawValue: 357) }
  /// 358, unsigned64, totalCounter, packets
  @inlinable public static var egressBroadcastPacketTotalCount: Self { Self(rawValue: 358) }
  /// 359, dateTimeMilliseconds, milliseconds
  @inlinable public static var monitoringIntervalStartMilliSeconds: Self { Self(rawValue: 359) }
  /// 360, dateTimeMilliseconds, milliseconds
  @inlinable public static var monitoringIntervalEndMilliSeconds: Self { Self(rawValue: 360) }
  /// 361, unsigned16
  @inlinable public static var portRangeStart: Self { Self(rawValue: 361) }
  /// 362, unsigned16
  @inlinable public static var portRangeEnd: Self { Self(rawValue: 362) }
  /// 363, unsigned16
  @inlinable public static var portRangeStepSize: Self { Self(rawValue: 363) }
  /// 364, unsigned16
  @inlinable public static var portRangeNumPorts: Self { Self(rawValue: 364) }
  /// 365, macAddress
  @inlinable public static var staMacAddress: Self { Self(rawValue: 365) }
  /// 366, ipv4Address
  @inlinable public static var staIPv4Address: Self { Self(rawValue: 366) }
  /// 367, macAddress
  @inlinable public static var wtpMacAddress: Self { Self(rawValue: 367) }
  /// 368, unsigned32, identifier
  @inlinable public static var ingressInterfaceType: Self { Self(rawValue: 368) }
  /// 369, unsigned32, identifier
  @inlinable public static var egressInterfaceType: Self { Self(rawValue: 369) }
  /// 370, unsigned16
  @inlinable public static var rtpSequenceNumber: Self { Self(rawValue: 370) }
  /// 371, string
  @inlinable public static var userName: Self { Self(rawValue: 371) }
  /// 372, string
  @inlinable public static var applicationCategoryName: Self { Self(rawValue: 372) }
  /// 373, string
  @inlinable public static var applicationSubCategoryName: Self { Self(rawValue: 373) }
  /// 374, string
  @inlinable public static var applicationGroupName: Self { Self(rawValue: 374) }
  /// 375, unsigned64, flows
  @inlinable public static var originalFlowsPresent: Self { Self(rawValue: 375) }
  /// 376, unsigned64, flows
  @inlinable public static var originalFlowsInitiated: Self { Self(rawValue: 376) }
  /// 377, unsigned64, flows
  @inlinable public static var originalFlowsCompleted: Self { Self(rawValue: 377) }
  /// 378, unsigned64
  @inlinable public static var distinctCountOfSourceIPAddress: Self { Self(rawValue: 378) }
  /// 379, unsigned64
  @inlinable public static var distinctCountOfDestinationIPAddress: Self { Self(rawValue: 379) }
  /// 380, unsigned32
  @inlinable public static var distinctCountOfSourceIPv4Address: Self { Self(rawValue: 380) }
  /// 381, unsigned32
  @inlinable public static var distinctCountOfDestinationIPv4Address: Self { Self(rawValue: 381) }
  /// 382, unsigned64
  @inlinable public static var distinctCountOfSourceIPv6Address: Self { Self(rawValue: 382) }
  /// 383, unsigned64
  @inlinable public static var distinctCountOfDestinationIPv6Address: Self { Self(rawValue: 383) }
  /// 384, unsigned8
  @inlinable public static var valueDistributionMethod: Self { Self(rawValue: 384) }
  /// 385, unsigned32, milliseconds
  @inlinable public static var rfc3550JitterMilliseconds: Self { Self(rawValue: 385) }
  /// 386, unsigned32, microseconds
  @inlinable public static var rfc3550JitterMicroseconds: Self { Self(rawValue: 386) }
  /// 387, unsigned32, nanoseconds
  @inlinable public static var rfc3550JitterNanoseconds: Self { Self(rawValue: 387) }
  /// 388, boolean
  @inlinable public static var dot1qDEI: Self { Self(rawValue: 388) }
  /// 389, boolean
  @inlinable public static var dot1qCustomerDEI: Self { Self(rawValue: 389) }
  /// 390, unsigned16
  @inlinable public static var flowSelectorAlgorithm: Self { Self(rawValue: 390) }
  /// 391, unsigned64, deltaCounter, octets
  @inlinable public static var flowSelectedOctetDeltaCount: Self { Self(rawValue: 391) }
  /// 392, unsigned64, deltaCounter, packets
  @inlinable public static var flowSelectedPacketDeltaCount: Self { Self(rawValue: 392) }
  /// 393, unsigned64, deltaCounter, flows
  @inlinable public static var flowSelectedFlowDeltaCount: Self { Self(rawValue: 393) }
  /// 394, unsigned64, flows
  @inlinable public static var selectorIDTotalFlowsObserved: Self { Self(rawValue: 394) }
  /// 395, unsigned64, flows
  @inlinable public static var selectorIDTotalFlowsSelected: Self { Self(rawValue: 395) }
  /// 396, unsigned64, flows
  @inlinable public static var samplingFlowInterval: Self { Self(rawValue: 396) }
  /// 397, unsigned64, flows
  @inlinable public static var samplingFlowSpacing: Self { Self(rawValue: 397) }
  /// 398, unsigned64, microseconds
  @inlinable public static var flowSamplingTimeInterval: Self { Self(rawValue: 398) }
  /// 399, unsigned64, microseconds
  @inlinable public static var flowSamplingTimeSpacing: Self { Self(rawValue: 399) }
  /// 400, unsigned16
  @inlinable public static var hashFlowDomain: Self { Self(rawValue: 400) }
  /// 401, unsigned64, deltaCounter, octets
  @inlinable public static var transportOctetDeltaCount: Self { Self(rawValue: 401) }
  /// 402, unsigned64, deltaCounter, packets
  @inlinable public static var transportPacketDeltaCount: Self { Self(rawValue: 402) }
  /// 403, ipv4Address
  @inlinable public static var originalExporterIPv4Address: Self { Self(rawValue: 403) }
  /// 404, ipv6Address
  @inlinable public static var originalExporterIPv6Address: Self { Self(rawValue: 404) }
  /// 405, unsigned32, identifier
  @inlinable public static var originalObservationDomainId: Self { Self(rawValue: 405) }
  /// 406, unsigned32, identifier
  @inlinable public static var intermediateProcessId: Self { Self(rawValue: 406) }
  /// 407, unsigned64, totalCounter
  @inlinable public static var ignoredDataRecordTotalCount: Self { Self(rawValue: 407) }
  /// 408, unsigned16
  @inlinable public static var dataLinkFrameType: Self { Self(rawValue: 408) }
  /// 409, unsigned16
  @inlinable public static var sectionOffset: Self { Self(rawValue: 409) }
  /// 410, unsigned16
  @inlinable public static var sectionExportedOctets: Self { Self(rawValue: 410) }
  /// 411, octetArray
  @inlinable public static var dot1qServiceInstanceTag: Self { Self(rawValue: 411) }
  /// 412, unsigned32, identifier
  @inlinable public static var dot1qServiceInstanceId: Self { Self(rawValue: 412) }
  /// 413, unsigned8, identifier
  @inlinable public static var dot1qServiceInstancePriority: Self { Self(rawValue: 413) }
  /// 414, macAddress
  @inlinable public static var dot1qCustomerSourceMacAddress: Self { Self(rawValue: 414) }
  /// 415, macAddress
  @inlinable public static var dot1qCustomerDestinationMacAddress: Self { Self(rawValue: 415) }
  /// 417, unsigned64, deltaCounter, octets
  @inlinable public static var postLayer2OctetDeltaCount: Self { Self(rawValue: 417) }
  /// 418, unsigned64, deltaCounter, octets
  @inlinable public static var postMCastLayer2OctetDeltaCount: Self { Self(rawValue: 418) }
  /// 420, unsigned64, totalCounter, octets
  @inlinable public static var postLayer2OctetTotalCount: Self { Self(rawValue: 420) }
  /// 421, unsigned64, totalCounter, octets
  @inlinable public static var postMCastLayer2OctetTotalCount: Self { Self(rawValue: 421) }
  /// 422, unsigned64, octets
  @inlinable public static var minimumLayer2TotalLength: Self { Self(rawValue: 422) }
  /// 423, unsigned64, octets
  @inlinable public static var maximumLayer2TotalLength: Self { Self(rawValue: 423) }
  /// 424, unsigned64, deltaCounter, octets
  @inlinable public static var droppedLayer2OctetDeltaCount: Self { Self(rawValue: 424) }
  /// 425, unsigned64, totalCounter, octets
  @inlinable public static var droppedLayer2OctetTotalCount: Self { Self(rawValue: 425) }
  /// 426, unsigned64, totalCounter, octets
  @inlinable public static var ignoredLayer2OctetTotalCount: Self { Self(rawValue: 426) }
  /// 427, unsigned64, totalCounter, octets
  @inlinable public static var notSentLayer2OctetTotalCount: Self { Self(rawValue: 427) }
  /// 428, unsigned64
  @inlinable public static var layer2OctetDeltaSumOfSquares: Self { Self(rawValue: 428) }
  /// 429, unsigned64
  @inlinable public static var layer2OctetTotalSumOfSquares: Self { Self(rawValue: 429) }
  /// 430, unsigned64, deltaCounter, frames
  @inlinable public static var layer2FrameDeltaCount: Self { Self(rawValue: 430) }
  /// 431, unsigned64, totalCounter, frames
  @inlinable public static var layer2FrameTotalCount: Self { Self(rawValue: 431) }
  /// 432, ipv4Address
  @inlinable public static var pseudoWireDestinationIPv4Address: Self { Self(rawValue: 432) }
  /// 433, unsigned64, totalCounter, frames
  @inlinable public static var ignoredLayer2FrameTotalCount: Self { Self(rawValue: 433) }
  /// 434, signed32
  @inlinable public static var mibObjectValueInteger: Self { Self(rawValue: 434) }
  /// 435, octetArray
  @inlinable public static var mibObjectValueOctetString: Self { Self(rawValue: 435) }
  /// 436, octetArray
  @inlinable public static var mibObjectValueOID: Self { Self(rawValue: 436) }
  /// 437, octetArray
  @inlinable public static var mibObjectValueBits: Self { Self(rawValue: 437) }
  /// 438, ipv4Address
  @inlinable public static var mibObjectValueIPAddress: Self { Self(rawValue: 438) }
  /// 439, unsigned64
  @inlinable public static var mibObjectValueCounter: Self { Self(rawValue: 439) }
  /// 440, unsigned32
  @inlinable public static var mibObjectValueGauge: Self { Self(rawValue: 440) }
  /// 441, unsigned32
  @inlinable public static var mibObjectValueTimeTicks: Self { Self(rawValue: 441) }
  /// 442, unsigned32
  @inlinable public static var mibObjectValueUnsigned: Self { Self(rawValue: 442) }
  /// 443, subTemplateList, list
  @inlinable public static var mibObjectValueTable: Self { Self(rawValue: 443) }
  /// 444, subTemplateList, list
  @inlinable public static var mibObjectValueRow: Self { Self(rawValue: 444) }
  /// 445, octetArray
  @inlinable public static var mibObjectIdentifier: Self { Self(rawValue: 445) }
  /// 446, unsigned32, identifier
  @inlinable public static var mibSubIdentifier: Self { Self(rawValue: 446) }
  /// 447, unsigned64, flags
  @inlinable public static var mibIndexIndicator: Self { Self(rawValue: 447) }
  /// 448, unsigned8
  @inlinable public static var mibCaptureTimeSemantics: Self { Self(rawValue: 448) }
  /// 449, octetArray
  @inlinable public static var mibContextEngineID: Self { Self(rawValue: 449) }
  /// 450, string
  @inlinable public static var mibContextName: Self { Self(rawValue: 450) }
  /// 451, string
  @inlinable public static var mibObjectName: Self { Self(rawValue: 451) }
  /// 452, string
  @inlinable public static var mibObjectDescription: Self { Self(rawValue: 452) }
  /// 453, string
  @inlinable public static var mibObjectSyntax: Self { Self(rawValue: 453) }
  /// 454, string
  @inlinable public static var mibModuleName: Self { Self(rawValue: 454) }
  /// 455, string
  @inlinable public static var mobileIMSI: Self { Self(rawValue: 455) }
  /// 456, string
  @inlinable public static var mobileMSISDN: Self { Self(rawValue: 456) }
  /// 457, unsigned16
  @inlinable public static var httpStatusCode: Self { Self(rawValue: 457) }
  /// 458, unsigned16
  @inlinable public static var sourceTransportPortsLimit: Self { Self(rawValue: 458) }
  /// 459, string
  @inlinable public static var httpRequestMethod: Self { Self(rawValue: 459) }
  /// 460, string
  @inlinable public static var httpRequestHost: Self { Self(rawValue: 460) }
  /// 461, string
  @inlinable public static var httpRequestTarget: Self { Self(rawValue: 461) }
  /// 462, string
  @inlinable public static var httpMessageVersion: Self { Self(rawValue: 462) }
  /// 463, unsigned32, identifier
  @inlinable public static var natInstanceID: Self { Self(rawValue: 463) }
  /// 464, octetArray
  @inlinable public static var internalAddressRealm: Self { Self(rawValue: 464) }
  /// 465, octetArray
  @inlinable public static var externalAddressRealm: Self { Self(rawValue: 465) }
  /// 466, unsigned32
  @inlinable public static var natQuotaExceededEvent: Self { Self(rawValue: 466) }
  /// 467, unsigned32
  @inlinable public static var natThresholdEvent: Self { Self(rawValue: 467) }
  /// 468, string
  @inlinable public static var httpUserAgent: Self { Self(rawValue: 468) }
  /// 469, string
  @inlinable public static var httpContentType: Self { Self(rawValue: 469) }
  /// 470, string
  @inlinable public static var httpReasonPhrase: Self { Self(rawValue: 470) }
  /// 471, unsigned32
  @inlinable public static var maxSessionEntries: Self { Self(rawValue: 471) }
  /// 472, unsigned32
  @inlinable public static var maxBIBEntries: Self { Self(rawValue: 472) }
  /// 473, unsigned32
  @inlinable public static var maxEntriesPerUser: Self { Self(rawValue: 473) }
  /// 474, unsigned32
  @inlinable public static var maxSubscribers: Self { Self(rawValue: 474) }
  /// 475, unsigned32
  @inlinable public static var maxFragmentsPendingReassembly: Self { Self(rawValue: 475) }
  /// 476, unsigned32
  @inlinable public static var addressPoolHighThreshold: Self { Self(rawValue: 476) }
  /// 477, unsigned32
  @inlinable public static var addressPoolLowThreshold: Self { Self(rawValue: 477) }
  /// 478, unsigned32
  @inlinable public static var addressPortMappingHighThreshold: Self { Self(rawValue: 478) }
  /// 479, unsigned32
  @inlinable public static var addressPortMappingLowThreshold: Self { Self(rawValue: 479) }
  /// 480, unsigned32
  @inlinable public static var addressPortMappingPerUserHighThreshold: Self { Self(rawValue: 480) }
  /// 481, unsigned32
  @inlinable public static var globalAddressMappingHighThreshold: Self { Self(rawValue: 481) }
  /// 482, octetArray
  @inlinable public static var vpnIdentifier: Self { Self(rawValue: 482) }
  /// 483, unsigned32
  @inlinable public static var bgpCommunity: Self { Self(rawValue: 483) }
  /// 484, basicList, list
  @inlinable public static var bgpSourceCommunityList: Self { Self(rawValue: 484) }
  /// 485, basicList, list
  @inlinable public static var bgpDestinationCommunityList: Self { Self(rawValue: 485) }
  /// 486, octetArray
  @inlinable public static var bgpExtendedCommunity: Self { Self(rawValue: 486) }
  /// 487, basicList, list
  @inlinable public static var bgpSourceExtendedCommunityList: Self { Self(rawValue: 487) }
  /// 488, basicList, list
  @inlinable public static var bgpDestinationExtendedCommunityList: Self { Self(rawValue: 488) }
  /// 489, octetArray
  @inlinable public static var bgpLargeCommunity: Self { Self(rawValue: 489) }
  /// 490, basicList, list
  @inlinable public static var bgpSourceLargeCommunityList: Self { Self(rawValue: 490) }
  /// 491, basicList, list
  @inlinable public static var bgpDestinationLargeCommunityList: Self { Self(rawValue: 491) }
  /// 492, unsigned8, flags
  @inlinable public static var srhFlagsIPv6: Self { Self(rawValue: 492) }
  /// 493, unsigned16
  @inlinable public static var srhTagIPv6: Self { Self(rawValue: 493) }
  /// 494, ipv6Address
  @inlinable public static var srhSegmentIPv6: Self { Self(rawValue: 494) }
  /// 495, ipv6Address
  @inlinable public static var srhActiveSegmentIPv6: Self { Self(rawValue: 495) }
  /// 496, basicList, list
  @inlinable public static var srhSegmentIPv6BasicList: Self { Self(rawValue: 496) }
  /// 497, octetArray
  @inlinable public static var srhSegmentIPv6ListSection: Self { Self(rawValue: 497) }
  /// 498, unsigned8
  @inlinable public static var srhSegmentsIPv6Left: Self { Self(rawValue: 498) }
  /// 499, octetArray
  @inlinable public static var srhIPv6Section: Self { Self(rawValue: 499) }
  /// 500, unsigned8
  @inlinable public static var srhIPv6ActiveSegmentType: Self { Self(rawValue: 500) }
  /// 501, unsigned8
  @inlinable public static var srhSegmentIPv6LocatorLength: Self { Self(rawValue: 501) }
  /// 502, unsigned16
  @inlinable public static var srhSegmentIPv6EndpointBehavior: Self { Self(rawValue: 502) }
  /// 503, unsigned16
  @inlinable public static var transportChecksum: Self { Self(rawValue: 503) }
  /// 504, octetArray
  @inlinable public static var icmpHeaderPacketSection: Self { Self(rawValue: 504) }
  /// 505, unsigned8
  @inlinable public static var gtpuFlags: Self { Self(rawValue: 505) }
  /// 506, unsigned8
  @inlinable public static var gtpuMsgType: Self { Self(rawValue: 506) }
  /// 507, unsigned32
  @inlinable public static var gtpuTEid: Self { Self(rawValue: 507) }
  /// 508, unsigned16
  @inlinable public static var gtpuSequenceNum: Self { Self(rawValue: 508) }
  /// 509, unsigned8
  @inlinable public static var gtpuQFI: Self { Self(rawValue: 509) }
  /// 510, unsigned8
  @inlinable public static var gtpuPduType: Self { Self(rawValue: 510) }
  /// 511, basicList, list
  @inlinable public static var bgpSourceAsPathList: Self { Self(rawValue: 511) }
  /// 512, basicList, list
  @inlinable public static var bgpDestinationAsPathList: Self { Self(rawValue: 512) }
  /// 513, unsigned8
  @inlinable public static var ipv6ExtensionHeaderType: Self { Self(rawValue: 513) }
  /// 514, unsigned8
  @inlinable public static var ipv6ExtensionHeaderCount: Self { Self(rawValue: 514) }
  /// 515, unsigned256, flags
  @inlinable public static var ipv6ExtensionHeadersFull: Self { Self(rawValue: 515) }
  /// 516, subTemplateList, list
  @inlinable public static var ipv6ExtensionHeaderTypeCountList: Self { Self(rawValue: 516) }
  /// 517, boolean
  @inlinable public static var ipv6ExtensionHeadersLimit: Self { Self(rawValue: 517) }
  /// 518, unsigned32
  @inlinable public static var ipv6ExtensionHeadersChainLength: Self { Self(rawValue: 518) }
  /// 519, subTemplateList, list
  @inlinable public static var ipv6ExtensionHeaderChainLengthList: Self { Self(rawValue: 519) }
  /// 520, unsigned256, flags
  @inlinable public static var tcpOptionsFull: Self { Self(rawValue: 520) }
  /// 521, unsigned16
  @inlinable public static var tcpSharedOptionExID16: Self { Self(rawValue: 521) }
  /// 522, unsigned32
  @inlinable public static var tcpSharedOptionExID32: Self { Self(rawValue: 522) }
  /// 523, basicList, list
  @inlinable public static var tcpSharedOptionExID16List: Self { Self(rawValue: 523) }
  /// 524, basicList, list
  @inlinable public static var tcpSharedOptionExID32List: Self { Self(rawValue: 524) }
  /// 525, unsigned256, flags
  @inlinable public static var udpSafeOptions: Self { Self(rawValue: 525) }
  /// 526, unsigned64, flags
  @inlinable public static var udpUnsafeOptions: Self { Self(rawValue: 526) }
  /// 527, unsigned16
  @inlinable public static var udpExID: Self { Self(rawValue: 527) }
  /// 528, basicList, list
  @inlinable public static var udpSafeExIDList: Self { Self(rawValue: 528) }
  /// 529, basicList, list
  @inlinable public static var udpUnsafeExIDList: Self { Self(rawValue: 529) }
  /// 530, unsigned32, microseconds
  @inlinable public static var pathDelayMeanDeltaMicroseconds: Self { Self(rawValue: 530) }
  /// 531, unsigned32, microseconds
  @inlinable public static var pathDelayMinDeltaMicroseconds: Self { Self(rawValue: 531) }
  /// 532, unsigned32, microseconds
  @inlinable public static var pathDelayMaxDeltaMicroseconds: Self { Self(rawValue: 532) }
  /// 533, unsigned64, microseconds
  @inlinable public static var pathDelaySumDeltaMicroseconds: Self { Self(rawValue: 533) }
}

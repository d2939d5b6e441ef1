import FlowModel

/// Target of a template's field in the flow record, in the order in which a plan fills them: if two fields provide the
/// same value, as in templates for both IPv4 and IPv6, the later one overrides with a non-zero value. Times have a plan
/// of their own, `TimePlan`.
enum FlowField: UInt8, Sendable {
  case sourceV4, sourceV6, destinationV4, destinationV6, nextHopV4, nextHopV6
  case sourcePort, destinationPort, protocolIdentifier, differentiatedServices, typeOfService, tcpFlags
  case icmpTypeCodeV4, icmpTypeCodeV6, icmpType, icmpCode
  case octets, packets
  case ingressInterface, egressInterface, sourceVLAN, destinationVLAN, sourceMAC, destinationMAC, direction
  case sourceAS, destinationAS, sourceMaskV4, sourceMaskV6, destinationMaskV4, destinationMaskV6, vrf, endReason
  case natEvent, firewallEvent, forwardingStatus, layer2Segment
  case samplerID, samplingInterval, samplingSpace
  // n of N packets, and a probability: read record by record.
  case samplingSize, samplingPopulation, samplingProbability
  // Rare: stored in the record's extension.
  case postNATSourceV4, postNATSourceV6, postNATDestinationV4, postNATDestinationV6
  case postNATSourcePort, postNATDestinationPort, portBlockStart, portBlockEnd
  case mplsTopLabelV4, mplsTopLabelV6, application, mplsLabel
  /// Original exporter's address reported by a mediator: changes the record's origin.
  case exporterV4, exporterV6

  /// Whether the value is stored in the record's `FlowExtension`.
  var isRare: Bool { rawValue >= Self.postNATSourceV4.rawValue && rawValue <= Self.mplsLabel.rawValue }
  var isICMP: Bool { rawValue >= Self.icmpTypeCodeV4.rawValue && rawValue <= Self.icmpCode.rawValue }
  var isExporter: Bool { self == .exporterV4 || self == .exporterV6 }
  /// Whether the sampling rate follows from this together with other elements.
  var isSamplingShare: Bool { self == .samplingSize || self == .samplingPopulation || self == .samplingProbability }

  /// Returns whether a field of `width` octets is supported.
  func accepts(width: Int) -> Bool {
    switch self {
    case .sourceV4, .destinationV4, .nextHopV4, .postNATSourceV4, .postNATDestinationV4, .mplsTopLabelV4, .exporterV4:
      width == 4
    case .sourceV6, .destinationV6, .nextHopV6, .postNATSourceV6, .postNATDestinationV6, .mplsTopLabelV6, .exporterV6:
      width == 16
    case .sourceMAC, .destinationMAC: width == 6
    case .mplsLabel: width == 3
    case .samplingProbability: width == 4 || width == 8
    case .application: (1...ApplicationIdentifier.maximumLength).contains(width)
    default: (1...8).contains(width)
    }
  }
}

extension FlowField {
  /// Returns those of `candidates`, in their order, that have any of these elements. A sender can define a template of
  /// one field in fewer octets than a record has, so it must not cost a search of all candidates.
  static func candidates(
    among elements: some Sequence<InformationElementID>
  ) -> [(field: FlowField, elements: [InformationElementID])] {
    var bits: UInt64 = 0
    for element in elements where element.rawValue < candidateBits.count {
      bits |= candidateBits[Int(element.rawValue)]
    }
    var found: [(field: FlowField, elements: [InformationElementID])] = []
    while bits != 0 {
      found.append(candidates[bits.trailingZeroBitCount])
      bits &= bits - 1
    }
    return found
  }

  /// For each number of an element, a bit for each of the (fewer than 64) `candidates` that has it.
  private static let candidateBits: [UInt64] = {
    var bits: [UInt64] = []
    for (number, candidate) in candidates.enumerated() {
      for element in candidate.elements {
        while bits.count <= element.rawValue { bits.append(0) }
        bits[Int(element.rawValue)] |= 1 << UInt64(number)
      }
    }
    return bits
  }()

  /// The elements that fill each place (IANA IPFIX registry; v9 shares its numbers): of those in a record the first that
  /// is not zero counts.
  static let candidates: [(field: FlowField, elements: [InformationElementID])] = [
    (.sourceV4, [.sourceIPv4Address, .sourceIPv4Prefix]),
    (.sourceV6, [.sourceIPv6Address, .sourceIPv6Prefix]),
    (.destinationV4, [.destinationIPv4Address, .destinationIPv4Prefix]),
    (.destinationV6, [.destinationIPv6Address, .destinationIPv6Prefix]),
    (.nextHopV4, [.ipNextHopIPv4Address, .bgpNextHopIPv4Address]),
    (.nextHopV6, [.ipNextHopIPv6Address, .bgpNextHopIPv6Address]),
    (.sourcePort, [.sourceTransportPort, .tcpSourcePort, .udpSourcePort]),
    (.destinationPort, [.destinationTransportPort, .tcpDestinationPort, .udpDestinationPort]),
    (.protocolIdentifier, [.protocolIdentifier, .nextHeaderIPv6]),
    // Only if ipClassOfService is absent: see `FlowPlan.steps`.
    (.differentiatedServices, [.ipDiffServCodePoint]),
    (.typeOfService, [.ipClassOfService]),
    (.tcpFlags, [.tcpControlBits]),
    (.icmpTypeCodeV4, [.icmpTypeCodeIPv4]),
    (.icmpTypeCodeV6, [.icmpTypeCodeIPv6]),
    (.icmpType, [.icmpTypeIPv4, .icmpTypeIPv6]),
    (.icmpCode, [.icmpCodeIPv4, .icmpCodeIPv6]),
    // Layer 3 before layer 2; before the observation point before after it; NSEL's initiator. Totals: see `TotalsPlan`.
    (.octets, [.octetDeltaCount, .layer2OctetDeltaCount, .initiatorOctets, .postOctetDeltaCount]),
    (.packets, [.packetDeltaCount, .initiatorPackets, .postPacketDeltaCount]),
    (.ingressInterface, [.ingressInterface, .ingressPhysicalInterface]),
    (.egressInterface, [.egressInterface, .egressPhysicalInterface]),
    (.sourceVLAN, [.vlanId, .dot1qVlanId]),
    (.destinationVLAN, [.postVlanId, .postDot1qVlanId]),
    (.sourceMAC, [.sourceMacAddress, .postSourceMacAddress]),
    (.destinationMAC, [.destinationMacAddress, .postDestinationMacAddress]),
    (.direction, [.flowDirection]),
    (.sourceAS, [.bgpSourceAsNumber]),
    (.destinationAS, [.bgpDestinationAsNumber]),
    (.sourceMaskV4, [.sourceIPv4PrefixLength]),
    (.sourceMaskV6, [.sourceIPv6PrefixLength]),
    (.destinationMaskV4, [.destinationIPv4PrefixLength]),
    (.destinationMaskV6, [.destinationIPv6PrefixLength]),
    (.vrf, [.ingressVRFID, .egressVRFID]),
    (.endReason, [.flowEndReason]),
    (.natEvent, [.natEvent]),
    (.firewallEvent, [.firewallEvent]),
    (.forwardingStatus, [.forwardingStatus]),
    (.layer2Segment, [.layer2SegmentId]),
    (.samplerID, [.samplerId, .selectorId]),
    (.samplingInterval, [.samplingInterval, .samplingPacketInterval, .samplerRandomInterval]),
    (.samplingSpace, [.samplingPacketSpace]),
    (.samplingSize, [.samplingSize]),
    (.samplingPopulation, [.samplingPopulation]),
    (.samplingProbability, [.samplingProbability]),
    (.postNATSourceV4, [.postNATSourceIPv4Address]),
    (.postNATSourceV6, [.postNATSourceIPv6Address]),
    (.postNATDestinationV4, [.postNATDestinationIPv4Address]),
    (.postNATDestinationV6, [.postNATDestinationIPv6Address]),
    (.postNATSourcePort, [.postNAPTSourceTransportPort]),
    (.postNATDestinationPort, [.postNAPTDestinationTransportPort]),
    (.portBlockStart, [.portRangeStart]),
    (.portBlockEnd, [.portRangeEnd]),
    (.mplsTopLabelV4, [.mplsTopLabelIPv4Address]),
    (.mplsTopLabelV6, [.mplsTopLabelIPv6Address]),
    (.application, [.applicationId]),
    (.exporterV4, [.exporterIPv4Address]),
    (.exporterV6, [.exporterIPv6Address]),
  ]

  /// Elements of an MPLS label stack from the top; their numbers are consecutive.
  static let mplsLabels: [InformationElementID] = [
    .mplsTopLabelStackSection, .mplsLabelStackSection2, .mplsLabelStackSection3, .mplsLabelStackSection4,
    .mplsLabelStackSection5, .mplsLabelStackSection6, .mplsLabelStackSection7, .mplsLabelStackSection8,
    .mplsLabelStackSection9, .mplsLabelStackSection10,
  ]
}

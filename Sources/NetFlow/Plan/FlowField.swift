/// A place in the flow record that a template's field can fill, in the order in which a plan fills them: where two fields
/// say the same thing, as in templates made for IPv4 and IPv6 at once, the later one overrides with what is not zero.
/// Times are read by a plan of their own, `TimePlan`.
enum FlowField: UInt8, Sendable {
  case sourceV4, sourceV6, destinationV4, destinationV6, nextHopV4, nextHopV6
  case sourcePort, destinationPort, protocolIdentifier, differentiatedServices, typeOfService, tcpFlags
  case icmpTypeCodeV4, icmpTypeCodeV6, icmpType, icmpCode
  case octets, packets
  case ingressInterface, egressInterface, sourceVLAN, destinationVLAN, sourceMAC, destinationMAC, direction
  case sourceAS, destinationAS, sourceMaskV4, sourceMaskV6, destinationMaskV4, destinationMaskV6, vrf, endReason
  case samplerID, samplingInterval, samplingSpace
  // n of N packets, and a probability: read record by record.
  case samplingSize, samplingPopulation, samplingProbability
  // Rare: into the record's extension.
  case postNATSourceV4, postNATSourceV6, postNATDestinationV4, postNATDestinationV6
  case postNATSourcePort, postNATDestinationPort, application, mplsLabel
  /// The original exporter's address, as a mediator tells it: changes the record's origin.
  case exporterV4, exporterV6

  /// Whether it goes into the record's `FlowExtension`.
  var isRare: Bool { rawValue >= Self.postNATSourceV4.rawValue && rawValue <= Self.mplsLabel.rawValue }
  var isExporter: Bool { self == .exporterV4 || self == .exporterV6 }
  /// Whether it tells a sampling rate together with others of its kind.
  var isSamplingShare: Bool { self == .samplingSize || self == .samplingPopulation || self == .samplingProbability }

  /// Whether a field of `width` octets can be read into it.
  func accepts(width: Int) -> Bool {
    switch self {
    case .sourceV4, .destinationV4, .nextHopV4, .postNATSourceV4, .postNATDestinationV4, .exporterV4: width == 4
    case .sourceV6, .destinationV6, .nextHopV6, .postNATSourceV6, .postNATDestinationV6, .exporterV6: width == 16
    case .sourceMAC, .destinationMAC: width == 6
    case .mplsLabel: width == 3
    case .samplingProbability: width == 4 || width == 8
    case .application: (1...ApplicationIdentifier.maximumLength).contains(width)
    default: (1...8).contains(width)
    }
  }
}

extension FlowField {
  /// The elements that fill each place (IANA IPFIX registry; v9 shares its numbers): of those in a record the first that
  /// is not zero counts.
  static let candidates: [(field: FlowField, elements: [UInt16])] = [
    (.sourceV4, [8, 44]),
    (.sourceV6, [27, 170]),
    (.destinationV4, [12, 45]),
    (.destinationV6, [28, 169]),
    (.nextHopV4, [15, 18]),
    (.nextHopV6, [62, 63]),
    (.sourcePort, [7, 182, 180]),
    (.destinationPort, [11, 183, 181]),
    (.protocolIdentifier, [4, 193]),
    // Only where 5 is absent: see `FlowPlan.select`.
    (.differentiatedServices, [195]),
    (.typeOfService, [5]),
    (.tcpFlags, [6]),
    (.icmpTypeCodeV4, [32]),
    (.icmpTypeCodeV6, [139]),
    (.icmpType, [176, 178]),
    (.icmpCode, [177, 179]),
    // Layer 3 before layer 2; before observation point before after it; NSEL's initiator. Totals: see `TotalsPlan`.
    (.octets, [1, 352, 231, 23]),
    (.packets, [2, 298, 24]),
    (.ingressInterface, [10, 252]),
    (.egressInterface, [14, 253]),
    (.sourceVLAN, [58, 243]),
    (.destinationVLAN, [59, 254]),
    (.sourceMAC, [56, 81]),
    (.destinationMAC, [80, 57]),
    (.direction, [61]),
    (.sourceAS, [16]),
    (.destinationAS, [17]),
    (.sourceMaskV4, [9]),
    (.sourceMaskV6, [29]),
    (.destinationMaskV4, [13]),
    (.destinationMaskV6, [30]),
    (.vrf, [234, 235]),
    (.endReason, [136]),
    (.samplerID, [48, 302]),
    (.samplingInterval, [34, 305, 50]),
    (.samplingSpace, [306]),
    (.samplingSize, [309]),
    (.samplingPopulation, [310]),
    (.samplingProbability, [311]),
    (.postNATSourceV4, [225]),
    (.postNATSourceV6, [281]),
    (.postNATDestinationV4, [226]),
    (.postNATDestinationV6, [282]),
    (.postNATSourcePort, [227]),
    (.postNATDestinationPort, [228]),
    (.application, [95]),
    (.exporterV4, [130]),
    (.exporterV6, [131]),
  ]
}

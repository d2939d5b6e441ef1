/// A place in the flow record that a template's field can fill, in the order in which a plan fills them: where two fields
/// say the same thing, as in templates made for IPv4 and IPv6 at once, the later one overrides with what is not zero.
enum FlowField: UInt8, Sendable {
  case sourceV4, sourceV6, destinationV4, destinationV6, nextHopV4, nextHopV6
  case sourcePort, destinationPort, protocolIdentifier, typeOfService, tcpFlags
  case icmpTypeCodeV4, icmpTypeCodeV6, icmpType, icmpCode
  case octets, packets
  case ingressInterface, egressInterface, sourceVLAN, destinationVLAN, sourceMAC, destinationMAC, direction
  case sourceAS, destinationAS, sourceMaskV4, sourceMaskV6, destinationMaskV4, destinationMaskV6, vrf, endReason
  case startSeconds, startMilliseconds, startMicroseconds, startNanoseconds, startDelta, startUpTime
  case endSeconds, endMilliseconds, endMicroseconds, endNanoseconds, endDelta, endUpTime
  case durationMilliseconds, durationMicroseconds, leadMilliseconds, leadMicroseconds
  case samplerID, samplingInterval, samplingSpace
  // Rare: into the record's extension.
  case postNATSourceV4, postNATSourceV6, postNATDestinationV4, postNATDestinationV6
  case postNATSourcePort, postNATDestinationPort, application, mplsLabel
  /// The original exporter's address, as a mediator tells it: changes the record's origin.
  case exporterV4, exporterV6

  /// Whether it goes into the record's `FlowExtension`.
  var isRare: Bool { rawValue >= Self.postNATSourceV4.rawValue && rawValue <= Self.mplsLabel.rawValue }
  var isExporter: Bool { self == .exporterV4 || self == .exporterV6 }

  /// Whether a field of `width` octets can be read into it.
  func accepts(width: Int) -> Bool {
    switch self {
    case .sourceV4, .destinationV4, .nextHopV4, .postNATSourceV4, .postNATDestinationV4, .exporterV4: width == 4
    case .sourceV6, .destinationV6, .nextHopV6, .postNATSourceV6, .postNATDestinationV6, .exporterV6: width == 16
    case .sourceMAC, .destinationMAC: width == 6
    case .mplsLabel: width == 3
    case .application: (1...ApplicationIdentifier.maximumLength).contains(width)
    case .startMicroseconds, .startNanoseconds, .endMicroseconds, .endNanoseconds: width == 8
    default: (1...8).contains(width)
    }
  }
}

extension FlowField {
  /// Fields of one group exclude each other: of a template's candidates the first in `candidates` is taken.
  enum Group: Hashable {
    case one(FlowField)
    case start
    case end
  }

  /// The elements that fill each place, the best first (IANA IPFIX registry; v9 shares its numbers).
  static let candidates: [(group: Group, elements: [(number: UInt16, field: FlowField)])] = [
    (.one(.sourceV4), [(8, .sourceV4), (44, .sourceV4)]),
    (.one(.sourceV6), [(27, .sourceV6), (170, .sourceV6)]),
    (.one(.destinationV4), [(12, .destinationV4), (45, .destinationV4)]),
    (.one(.destinationV6), [(28, .destinationV6), (169, .destinationV6)]),
    (.one(.nextHopV4), [(15, .nextHopV4), (18, .nextHopV4)]),
    (.one(.nextHopV6), [(62, .nextHopV6), (63, .nextHopV6)]),
    (.one(.sourcePort), [(7, .sourcePort), (182, .sourcePort), (180, .sourcePort)]),
    (.one(.destinationPort), [(11, .destinationPort), (183, .destinationPort), (181, .destinationPort)]),
    (.one(.protocolIdentifier), [(4, .protocolIdentifier), (193, .protocolIdentifier)]),
    (.one(.typeOfService), [(5, .typeOfService)]),
    (.one(.tcpFlags), [(6, .tcpFlags)]),
    (.one(.icmpTypeCodeV4), [(32, .icmpTypeCodeV4)]),
    (.one(.icmpTypeCodeV6), [(139, .icmpTypeCodeV6)]),
    (.one(.icmpType), [(176, .icmpType), (178, .icmpType)]),
    (.one(.icmpCode), [(177, .icmpCode), (179, .icmpCode)]),
    // Layer 3 before layer 2; before observation point before after it; NSEL's initiator. Totals: see `TotalsPlan`.
    (.one(.octets), [1, 352, 231, 23].map { ($0, .octets) }),
    (.one(.packets), [2, 298, 24].map { ($0, .packets) }),
    (.one(.ingressInterface), [(10, .ingressInterface), (252, .ingressInterface)]),
    (.one(.egressInterface), [(14, .egressInterface), (253, .egressInterface)]),
    (.one(.sourceVLAN), [(58, .sourceVLAN), (243, .sourceVLAN)]),
    (.one(.destinationVLAN), [(59, .destinationVLAN), (254, .destinationVLAN)]),
    (.one(.sourceMAC), [(56, .sourceMAC), (81, .sourceMAC)]),
    (.one(.destinationMAC), [(80, .destinationMAC), (57, .destinationMAC)]),
    (.one(.direction), [(61, .direction)]),
    (.one(.sourceAS), [(16, .sourceAS)]),
    (.one(.destinationAS), [(17, .destinationAS)]),
    (.one(.sourceMaskV4), [(9, .sourceMaskV4)]),
    (.one(.sourceMaskV6), [(29, .sourceMaskV6)]),
    (.one(.destinationMaskV4), [(13, .destinationMaskV4)]),
    (.one(.destinationMaskV6), [(30, .destinationMaskV6)]),
    (.one(.vrf), [(234, .vrf), (235, .vrf)]),
    (.one(.endReason), [(136, .endReason)]),
    (
      .start,
      [
        (152, .startMilliseconds), (22, .startUpTime), (154, .startMicroseconds), (156, .startNanoseconds),
        (150, .startSeconds), (158, .startDelta),
      ]
    ),
    // A record with one time only, as of an event, begins and ends then.
    (
      .end,
      [
        (153, .endMilliseconds), (21, .endUpTime), (155, .endMicroseconds), (157, .endNanoseconds),
        (151, .endSeconds), (159, .endDelta), (323, .endMilliseconds), (324, .endMicroseconds),
        (325, .endNanoseconds), (322, .endSeconds), (258, .endMilliseconds),
      ]
    ),
    (.one(.durationMilliseconds), [(161, .durationMilliseconds)]),
    (.one(.durationMicroseconds), [(162, .durationMicroseconds)]),
    (.one(.samplerID), [(48, .samplerID), (302, .samplerID)]),
    (.one(.samplingInterval), [(34, .samplingInterval), (305, .samplingInterval), (50, .samplingInterval)]),
    (.one(.samplingSpace), [(306, .samplingSpace)]),
    (.one(.postNATSourceV4), [(225, .postNATSourceV4)]),
    (.one(.postNATSourceV6), [(281, .postNATSourceV6)]),
    (.one(.postNATDestinationV4), [(226, .postNATDestinationV4)]),
    (.one(.postNATDestinationV6), [(282, .postNATDestinationV6)]),
    (.one(.postNATSourcePort), [(227, .postNATSourcePort)]),
    (.one(.postNATDestinationPort), [(228, .postNATDestinationPort)]),
    (.one(.application), [(95, .application)]),
    (.one(.exporterV4), [(130, .exporterV4)]),
    (.one(.exporterV6), [(131, .exporterV6)]),
  ]

  /// The same with stamps of the exporter's uptime last.
  static let candidatesWithoutUpTime = candidates.map { group, elements in
    let isUpTime: (FlowField) -> Bool = { $0 == .startUpTime || $0 == .endUpTime }
    return (group: group, elements: elements.filter { !isUpTime($0.field) } + elements.filter { isUpTime($0.field) })
  }

  /// A duration that reckons back from the flow's end instead of on from its start.
  var backwards: FlowField {
    switch self {
    case .durationMilliseconds: .leadMilliseconds
    case .durationMicroseconds: .leadMicroseconds
    default: self
    }
  }

  /// The field that means the same for the flow's end as this one does for its start, and the other way round.
  var counterpart: FlowField? {
    switch self {
    case .startSeconds: .endSeconds
    case .startMilliseconds: .endMilliseconds
    case .startMicroseconds: .endMicroseconds
    case .startNanoseconds: .endNanoseconds
    case .startDelta: .endDelta
    case .startUpTime: .endUpTime
    case .endSeconds: .startSeconds
    case .endMilliseconds: .startMilliseconds
    case .endMicroseconds: .startMicroseconds
    case .endNanoseconds: .startNanoseconds
    case .endDelta: .startDelta
    case .endUpTime: .startUpTime
    default: nil
    }
  }
}

import FlowModel
import NetworkBytes

/// Fields of a template with which records report the other direction of their flow: reverse elements (RFC 5103 §6.1),
/// counts of a connection's responder, or counts used so by an exporter. Templates without such counts have no plan.
struct ReversePlan: Sendable {
  /// Reverse elements, except counts and times, that are read into the other direction's record.
  private(set) var steps: [FlowPlan.Step] = []
  /// Start and end of the other direction, if reported.
  private(set) var times = TimePlan()
  /// Whether reverse elements report ICMP type and code.
  private(set) var tellsICMP = false
  /// Whether the records count the other direction regardless of their exporter.
  private(set) var countsReverse = false

  private var counts = Counters()
  private var responder = Counters()
  private var initiator = Counters()
  /// Counts that take precedence over the initiator's.
  private var forward = Counters()
  private var out = Counters()

  /// Elements that count octets and packets: the first non-zero one of each is used.
  fileprivate struct Counters: Sendable {
    var octets: [FlowPlan.Step] = []
    var packets: [FlowPlan.Step] = []

    init() {}

    init(_ places: borrowing ElementPlaces, octets: [InformationElementID], packets: [InformationElementID]) {
      self.octets = octets.compactMap { places[$0] }
      self.packets = packets.compactMap { places[$0] }
    }

    var all: [FlowPlan.Step] { octets + packets }
    var isEmpty: Bool { octets.isEmpty && packets.isEmpty }
  }

  /// Targets of reverse elements in the record with source and destination swapped. Flow keys have no reverse element
  /// (RFC 5103 §6.1).
  private static let candidates = FlowField.candidates.filter { fields.contains($0.field) }
  private static let fields: Set<FlowField> = [
    .nextHopV4, .nextHopV6, .differentiatedServices, .typeOfService, .tcpFlags, .icmpTypeCodeV4, .icmpTypeCodeV6,
    .icmpType, .icmpCode, .ingressInterface, .egressInterface, .sourceVLAN, .destinationVLAN, .sourceMAC,
    .destinationMAC, .direction, .vrf, .endReason,
  ]

  /// - Parameters:
  ///   - places: Fields of the template by element.
  ///   - reverse: Fields of reverse elements by forward element.
  ///   - countsTotals: Whether running totals of the other direction are read.
  /// - Returns: Nil if nothing counts the other direction.
  init?(
    _ places: borrowing ElementPlaces, reverse: borrowing ElementPlaces, knowsUpTime: Bool, countsTotals: Bool
  ) {
    counts = Counters(
      reverse, octets: [.octetDeltaCount, .layer2OctetDeltaCount, .postOctetDeltaCount],
      packets: [.packetDeltaCount, .postPacketDeltaCount])
    initiator = Counters(places, octets: [.initiatorOctets], packets: [.initiatorPackets])
    if !initiator.isEmpty {
      responder = Counters(places, octets: [.responderOctets], packets: [.responderPackets])
    }
    forward = Counters(places, octets: [.octetDeltaCount, .layer2OctetDeltaCount], packets: [.packetDeltaCount])
    out = Counters(places, octets: [.postOctetDeltaCount], packets: [.postPacketDeltaCount])
    countsReverse = countsTotals || !counts.isEmpty || !responder.isEmpty
    guard countsReverse || !out.isEmpty else { return nil }
    steps = FlowPlan.steps(for: Self.candidates, from: reverse)
    times = TimePlan(reverse, knowsUpTime: knowsUpTime)
    tellsICMP = steps.contains { $0.field.isICMP }
  }

  /// Indices of the sized fields that are read: they do not go into `extra`.
  var places: [Int] {
    // The responder's counts are ignored if there are others of the flow.
    let responder = forward.isEmpty ? responder.all : []
    return (counts.all + responder + steps).map(\.index) + (countsReverse ? times.places : [])
  }
}

extension ReversePlan {
  /// Returns a record's counts of the other direction.
  ///
  /// - Parameters:
  ///   - record: Decoded record with settled totals.
  ///   - settled: Reverse counts from settling the totals; nil if there are none.
  ///   - isConnection: Whether `settled` has the responder's share of a firewall's event.
  ///   - takesOut: Whether the exporter counts the other direction in postOctetDeltaCount and postPacketDeltaCount.
  func counts(
    of record: FlowRecord, _ bytes: RawSpan, _ layout: borrowing RecordLayout, settled: ReverseCounts?,
    isConnection: Bool, takesOut: Bool
  ) -> ReverseCounts {
    let isInitiators = isInitiators(record, bytes, layout)
    var counts = ReverseCounts(self.counts, bytes, layout)
    if let settled, !isConnection || isInitiators { counts = settled }
    if counts.isZero, isInitiators, !isConnection || settled == nil { counts = ReverseCounts(responder, bytes, layout) }
    if counts.isZero, takesOut { counts = ReverseCounts(out, bytes, layout) }
    return counts
  }

  /// Returns whether the record's own counts are the initiator's. If there are counts of the flow itself, the other
  /// direction may have a record of its own.
  private func isInitiators(
    _ record: FlowRecord, _ bytes: RawSpan, _ layout: borrowing RecordLayout
  ) -> Bool {
    if responder.isEmpty { return false }
    let initiator = ReverseCounts(initiator, bytes, layout)
    let forward = ReverseCounts(forward, bytes, layout)
    return self.initiator.octets.isEmpty
      ? forward.packets == 0 && (initiator.packets != 0 || record.packets == 0)
      : forward.octets == 0 && (initiator.octets != 0 || record.octets == 0)
  }
}

/// Counts of a record for the other direction.
package struct ReverseCounts: Equatable, Sendable, BitwiseCopyable {
  package var octets: UInt64
  package var packets: UInt64

  var isZero: Bool { octets | packets == 0 }
}

extension ReverseCounts {
  fileprivate init(_ counters: ReversePlan.Counters, _ bytes: RawSpan, _ layout: borrowing RecordLayout) {
    octets = bytes.first(of: counters.octets, layout)
    packets = bytes.first(of: counters.packets, layout)
  }
}

extension RawSpan {
  /// Returns the first non-zero value of a record; 0 if there is none.
  func first(of steps: [FlowPlan.Step], _ layout: borrowing RecordLayout) -> UInt64 {
    for step in steps {
      let width = layout.lengths[step.index]
      guard (1...8).contains(width) else { continue }
      let value = unsigned(layout.offsets[step.index], count: width)
      if value != 0 { return value }
    }
    return 0
  }
}

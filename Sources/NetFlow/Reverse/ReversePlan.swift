import FlowModel
import NetworkBytes

/// Where the records of a template report the other direction of their flow: reverse elements (RFC 5103 §6.1), counts of a
/// connection's responder, or counts that an exporter means so. Templates with no such counts have no such plan.
struct ReversePlan: Sendable {
  /// What of the reverse elements is read into the other direction's record, but for counts and times.
  private(set) var steps: [FlowPlan.Step] = []
  /// When the other direction began and ended, if that is reported.
  private(set) var times = TimePlan()
  /// Whether reverse elements report ICMP type and code.
  private(set) var tellsICMP = false
  /// Whether the records themselves count the other direction, whoever sends them.
  private(set) var countsReverse = false

  private var counts = Counters()
  private var responder = Counters()
  private var initiator = Counters()
  /// Counts that override the initiator's.
  private var forward = Counters()
  private var out = Counters()

  /// Elements that count octets and packets: of each the first that is not zero.
  fileprivate struct Counters: Sendable {
    var octets: [FlowPlan.Step] = []
    var packets: [FlowPlan.Step] = []

    init() {}

    init(
      _ places: [InformationElementID: FlowPlan.Step], octets: [InformationElementID],
      packets: [InformationElementID]
    ) {
      self.octets = octets.compactMap { places[$0] }
      self.packets = packets.compactMap { places[$0] }
    }

    var all: [FlowPlan.Step] { octets + packets }
    var isEmpty: Bool { octets.isEmpty && packets.isEmpty }
  }

  /// What a reverse element can change of the record with its ends swapped. Flow keys have no reverse element (RFC 5103 §6.1).
  private static let candidates = FlowField.candidates.filter { fields.contains($0.field) }
  private static let fields: Set<FlowField> = [
    .nextHopV4, .nextHopV6, .differentiatedServices, .typeOfService, .tcpFlags, .icmpTypeCodeV4, .icmpTypeCodeV6,
    .icmpType, .icmpCode, .ingressInterface, .egressInterface, .sourceVLAN, .destinationVLAN, .sourceMAC,
    .destinationMAC, .direction, .vrf, .endReason,
  ]

  /// - Parameters:
  ///   - places: of the template's elements.
  ///   - reverse: of its reverse elements, under the forward elements' names.
  ///   - countsTotals: whether running totals of the other direction are read.
  /// - Returns: nil if nothing counts the other direction.
  init?(
    _ places: [InformationElementID: FlowPlan.Step], reverse: [InformationElementID: FlowPlan.Step], knowsUpTime: Bool,
    countsTotals: Bool
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

  /// Places among the template's sized fields that are read: they are not `extra`.
  var places: [Int] {
    // The responder's counts are passed over beside others of the flow.
    let responder = forward.isEmpty ? responder.all : []
    return (counts.all + responder + steps).map(\.index) + (countsReverse ? times.places : [])
  }
}

extension ReversePlan {
  /// What a record counts of the other direction.
  ///
  /// - Parameters:
  ///   - record: decoded, with its totals settled.
  ///   - settled: what the totals pass made of its reverse counts; nil if it did not look at them.
  ///   - isConnection: whether `settled` holds the responder's share of a firewall's event.
  ///   - takesOut: whether the exporter counts the other direction in postOctetDeltaCount and postPacketDeltaCount.
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

  /// Whether the record's own counts are the initiator's. Beside counts of the flow itself the other direction may have a
  /// record of its own.
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

/// What a record counts of the other direction.
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
  /// The first value of a record that is not zero; 0 if there is none.
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

import FlowAggregation
import FlowModel
import NetFlow
import NetworkBytes

/// A plain model of `FlowCache`: a dictionary; one record at a time; checks every flow every time.
struct ReferenceCache {
  struct Flow {
    var record: FlowRecord
    var rare: FlowExtension?
    var first: Int64
    var last: Int64
    var recordNumber: Int
  }

  let key: FlowKey
  var aging: AgingConfiguration
  /// Number of flows evicted at once from a full cache.
  var evictionCount = 1
  var flows: [String: Flow] = [:]
  var rows: [String] = []
  var counters: [UInt32: FlowCounters] = [:]
  private var time: Int64 = 0
  private var latest: Int64?
  private var recordCount = 0

  init(key: FlowKey, aging: AgingConfiguration) {
    self.key = key
    self.aging = aging
  }

  mutating func tick(_ now: Int64) {
    if let latest {
      if now > latest { time += now - latest }
      self.latest = now >= latest || now < latest - 5000 ? now : latest
    } else {
      time = now
      latest = now
    }
  }

  mutating func merge(_ batch: borrowing FlowBatch, at now: Int64) {
    tick(now)
    expire()
    for index in 0..<batch.count {
      let number = Int(batch.records[index].extensionNumber)
      merge(batch.records[index], number == 0 ? nil : batch.extensions[number - 1])
    }
  }

  mutating func drain() {
    expire()
    for name in Array(flows.keys) { emit(name, .forced) }
  }

  private mutating func merge(_ sent: FlowRecord, _ rare: FlowExtension?) {
    recordCount += 1
    var record = cleared(sent)
    record.extensionNumber = 0
    let name = name(record)
    counters[record.origin, default: FlowCounters()].octetsIn += record.octets
    counters[record.origin, default: FlowCounters()].packetsIn += record.packets
    if var flow = flows[name] {
      counters[record.origin, default: FlowCounters()].merged += 1
      record.octets += flow.record.octets
      record.packets += flow.record.packets
      record.records += flow.record.records
      record.start = min(record.start, flow.record.start)
      record.end = max(record.end, flow.record.end)
      record.tcpFlags |= flow.record.tcpFlags
      flow.record = record
      flow.rare = Self.merged(flow.rare, rare)
      flow.last = time
      flow.recordNumber = recordCount
      flows[name] = flow
    } else {
      counters[record.origin, default: FlowCounters()].opened += 1
      if flows.count >= aging.maximumFlows { makeRoom() }
      flows[name] = Flow(record: record, rare: rare, first: time, last: time, recordNumber: recordCount)
    }
    if aging.endOfFlow, record.protocolIdentifier == 6, sent.tcpFlags & 5 != 0 { emit(name, .endOfFlow) }
  }

  /// Returns the fields of the last record that had any. Counts of the other direction are added; alone, they leave
  /// other fields unchanged.
  private static func merged(_ old: FlowExtension?, _ new: FlowExtension?) -> FlowExtension? {
    guard let old, let new else { return new ?? old }
    var counts = FlowExtension()
    counts.reverseOctets = new.reverseOctets
    counts.reversePackets = new.reversePackets
    let hasCountsAlone = new == counts && new != FlowExtension()
    var merged = hasCountsAlone ? old : new
    merged.reverseOctets = old.reverseOctets + new.reverseOctets
    merged.reversePackets = old.reversePackets + new.reversePackets
    return merged
  }

  private mutating func makeRoom() {
    let oldest = flows.map { (name: $0.key, recordNumber: $0.value.recordNumber) }
      .sorted { $0.recordNumber < $1.recordNumber }.prefix(evictionCount)
    for (name, _) in oldest { emit(name, .noRoom) }
  }

  /// Returns why the flow has ended, or nil. The timer that expired first decides.
  private func reason(_ flow: Flow) -> FlowEndReason? {
    let idle = flow.last + Int64(aging.inactiveTimeout) * 1000 + 1
    let active = flow.first + Int64(aging.activeTimeout) * 1000
    guard min(idle, active) <= time else { return nil }
    return idle <= active ? .idle : .active
  }

  private mutating func expire() {
    for (name, flow) in flows {
      if let reason = reason(flow) { emit(name, reason) }
    }
  }

  private mutating func emit(_ name: String, _ reason: FlowEndReason) {
    guard var flow = flows.removeValue(forKey: name) else { return }
    flow.record.endReason = reason.rawValue
    rows.append(text(flow.record, flow.rare))
    var counters = counters[flow.record.origin] ?? FlowCounters()
    counters.octetsOut += flow.record.octets
    counters.packetsOut += flow.record.packets
    switch reason {
    case .idle: counters.emittedIdle += 1
    case .active: counters.emittedActive += 1
    case .endOfFlow: counters.emittedEndOfFlow += 1
    case .forced: counters.emittedForced += 1
    case .noRoom: counters.emittedNoRoom += 1
    }
    self.counters[flow.record.origin] = counters
  }

  // MARK: The key, field by field
  private func cleared(_ sent: FlowRecord) -> FlowRecord {
    var r = sent
    let has = key.columns.contains
    r.source = has(.sourceAddress) ? prefix(r.source, .sourceAddress) : .unspecified
    r.destination = has(.destinationAddress) ? prefix(r.destination, .destinationAddress) : .unspecified
    if has(.nextHop) { r.nextHop = prefix(r.nextHop, .nextHop) }
    if !has(.sourcePort) { r.sourcePort = 0 }
    if !has(.destinationPort) {
      r.destinationPort = 0
      r.icmpType = 0
      r.icmpCode = 0
    }
    if !has(.protocolIdentifier) { r.protocolIdentifier = 0 }
    if !has(.typeOfService) { r.typeOfService = 0 }
    if !has(.ingressInterface) { r.ingressInterface = 0 }
    if !has(.egressInterface) { r.egressInterface = 0 }
    if !has(.sourceVLAN) { r.sourceVLAN = 0 }
    if !has(.destinationVLAN) { r.destinationVLAN = 0 }
    if !has(.direction) { r.direction = 0 }
    if !has(.natEvent) { r.natEvent = 0 }
    if !has(.firewallEvent) { r.firewallEvent = 0 }
    return r
  }

  private func prefix(_ address: IPAddress, _ field: FlowColumn) -> IPAddress {
    guard let lengths = key.prefixes[field] else { return address }
    var bits = (0..<128).map { index -> UInt64 in
      let word = index < 64 ? address.high : address.low
      return word >> UInt64(63 - index % 64) & 1
    }
    for index in (address.isV4 ? 96 + lengths.v4 : lengths.v6)..<128 { bits[index] = 0 }
    let high: UInt64 = bits[..<64].reduce(0) { $0 << 1 | $1 }
    let low: UInt64 = bits[64...].reduce(0) { $0 << 1 | $1 }
    return IPAddress(high: high, low: low)
  }

  /// Returns the key of a cleared record as text.
  private func name(_ r: FlowRecord) -> String {
    var parts = ["\(r.source)", "\(r.destination)", "\(r.origin)", "\(r.samplingRate)", "\(r.sourcePort)"]
    parts += ["\(r.destinationPort)", "\(r.icmpType)", "\(r.icmpCode)", "\(r.protocolIdentifier)"]
    parts += ["\(r.typeOfService)", "\(r.ingressInterface)", "\(r.egressInterface)", "\(r.sourceVLAN)"]
    parts += ["\(r.destinationVLAN)", "\(r.direction)", "\(r.natEvent)", "\(r.firewallEvent)"]
    let wide: [(FlowColumn, String)] = [
      (.sourceAS, "\(r.sourceAS)"), (.destinationAS, "\(r.destinationAS)"), (.sourceMask, "\(r.sourceMask)"),
      (.destinationMask, "\(r.destinationMask)"), (.nextHop, "\(r.nextHop)"), (.tcpFlags, "\(r.tcpFlags)"),
      (.vrf, "\(r.vrf)"), (.layer2Segment, "\(r.layer2Segment)"), (.forwardingStatus, "\(r.forwardingStatus)"),
    ]
    parts += wide.filter { key.columns.contains($0.0) }.map(\.1)
    return parts.joined(separator: " ")
  }
}

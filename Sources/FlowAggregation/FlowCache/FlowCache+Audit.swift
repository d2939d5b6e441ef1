import FlowModel

extension FlowCache {
  /// Number of places in the pool, used or free.
  package var placeCount: Int { ages.count }
  /// Hashes of the live flows.
  package var tags: [UInt32] { ages.indices.filter { ages[$0].isLive }.map { flows[$0].tag } }
  /// Octets of text in live flows.
  package var extensionTextOctets: Int { extensions.textOctets }
  /// The longest probe distance.
  package var longestProbe: Int { table.longestProbe }

  /// Checks the whole cache for inconsistencies; returns nil if there are none. For tests.
  package func inconsistency() -> String? {
    poolInconsistency() ?? wheelInconsistency() ?? counterInconsistency()
  }

  private func poolInconsistency() -> String? {
    let live = ages.indices.filter { ages[$0].isLive }
    if live.count != liveCount { return "\(live.count) places are live, \(liveCount) counted" }
    if table.count != liveCount { return "\(table.count) slots for \(liveCount) flows" }
    if flows.count != ages.count { return "\(flows.count) records, \(ages.count) ages" }
    if Set(freePlaces).count != freePlaces.count { return "a place is free twice" }
    if freePlaces.contains(where: { ages[Int($0)].isLive }) { return "a place is free and live" }
    if freePlaces.count + liveCount != ages.count { return "a place is neither free nor live" }
    for place in live {
      let flow = flows[place]
      if flow.tag != mask.tag(flow.record, hash) { return "place \(place) has a wrong tag" }
      if table.candidates(flow.tag).filter({ $0 == place }).count != 1 { return "place \(place) is not in one slot" }
    }
    let recencies = Set(live.map { ages[$0].recency })
    if recencies.count != liveCount { return "two flows were seen last with the same record" }
    let numbers = live.map { flows[$0].record.extensionNumber }.filter { $0 != 0 }
    if Set(numbers).count != extensions.count { return "\(extensions.count) extensions for \(numbers.count) flows" }
    return nil
  }

  private func wheelInconsistency() -> String? {
    let places = wheel.places
    let inWheel = Set(places)
    if inWheel.count != places.count { return "a place is in the wheel twice" }
    for place in ages.indices where ages[place].isInWheel != inWheel.contains(UInt32(place)) {
      return "place \(place) is in the wheel or not, against its flag"
    }
    for place in ages.indices where ages[place].isLive && !ages[place].isInWheel {
      return "live place \(place) is not in the wheel"
    }
    return nil
  }

  private func counterInconsistency() -> String? {
    var live: [UInt32: FlowCounters] = [:]
    for place in ages.indices where ages[place].isLive {
      let record = flows[place].record
      live[record.origin, default: FlowCounters()].opened += 1
      live[record.origin, default: FlowCounters()].octetsIn &+= record.octets
      live[record.origin, default: FlowCounters()].packetsIn &+= record.packets
    }
    for (origin, counters) in originCounters.enumerated() {
      let held = live[UInt32(origin)] ?? FlowCounters()
      if counters.live != held.opened { return "origin \(origin): \(counters) but \(held.opened) live" }
      if counters.octetsIn != counters.octetsOut &+ held.octetsIn { return "origin \(origin): octets lost" }
      if counters.packetsIn != counters.packetsOut &+ held.packetsIn { return "origin \(origin): packets lost" }
    }
    return isBalanced ? nil : "opened is not live and emitted"
  }
}

public import FlowModel
package import NetworkBytes

/// Live flows and counters of a cache, for a checkpoint.
public struct FlowCacheState: Sendable {
  /// A flow and its age: 168 octets without references, in host byte order.
  public struct Flow: Sendable, BitwiseCopyable {
    var record: FlowRecord
    var age: FlowAge

    /// Number of its origin.
    public var origin: UInt32 { record.origin }

    /// Converts from a former layout, in which masks and TCP flags were in the low half of the route word.
    public mutating func takeFormerLayout() {
      let (low, vrf) = (record.routeWord & 0xffff_ffff, record.vrf)
      record.routeWord = 0
      record.vrf = vrf
      record.tcpFlags = UInt16(truncatingIfNeeded: low)
      record.sourceMask = UInt8(truncatingIfNeeded: low >> 24)
      record.destinationMask = UInt8(truncatingIfNeeded: low >> 16)
    }
  }

  /// The state besides flows.
  public struct Totals: Decodable, Sendable {
    var clock: AgingClock
    var expiredUntil: UInt64
    var recordNumber: UInt64
    var originCounters: [FlowCounters]
    var droppedTexts: UInt64
  }

  /// A flow's `extensionNumber` refers to `extensions`, from 1.
  public var flows: [Flow]
  public var extensions: [FlowExtension]
  public var totals: Totals

  public init(flows: [Flow], extensions: [FlowExtension], totals: Totals) {
    self.flows = flows
    self.extensions = extensions
    self.totals = totals
  }
}

extension FlowCacheState.Totals {
  /// Appends the form used in checkpoints.
  package func append(to octets: inout OctetWriter) {
    clock.append(to: &octets)
    octets.append(Int64(clamping: expiredUntil))
    octets.append(recordNumber)
    // Formerly a lower bound of the numbers of flows' last records.
    octets.append(UInt64(0))
    octets.append(droppedTexts)
    octets.append(count: originCounters.count)
    for counters in originCounters { counters.append(to: &octets) }
  }

  /// Reads what `append` wrote.
  package init(_ octets: inout OctetReader) throws(OctetFault) {
    clock = try AgingClock(&octets)
    expiredUntil = (try octets.bounded()).magnitude
    recordNumber = try octets.word()
    _ = try octets.word()
    droppedTexts = try octets.word()
    let count = try octets.count(of: 12)
    originCounters = []
    originCounters.reserveCapacity(count)
    for _ in 0..<count { originCounters.append(try FlowCounters(&octets)) }
  }
}

extension FlowCache {
  /// The state: a copy of all live flows.
  public var state: FlowCacheState {
    var kept: [FlowCacheState.Flow] = []
    kept.reserveCapacity(liveCount)
    var rare: [FlowExtension] = []
    for place in ages.indices where ages[place].isLive {
      var flow = FlowCacheState.Flow(record: flows[place].record, age: ages[place].outOfWheel)
      if flow.record.extensionNumber != 0 {
        rare.append(extensions[flow.record.extensionNumber])
        flow.record.extensionNumber = UInt32(truncatingIfNeeded: rare.count)
      }
      kept.append(flow)
    }
    return FlowCacheState(
      flows: kept, extensions: rare,
      totals: .init(
        clock: clock, expiredUntil: expiredUntil, recordNumber: recordNumber, originCounters: originCounters,
        droppedTexts: extensions.droppedTexts))
  }

  /// Restores the flows of an earlier run. Call before anything is merged, on a cache with the same key.
  public mutating func restore(_ state: FlowCacheState) {
    precondition(liveCount == 0 && recordNumber == 0)
    clock = state.totals.clock
    expiredUntil = state.totals.expiredUntil
    recordNumber = state.totals.recordNumber
    originCounters = state.totals.originCounters
    wheel = AgingWheel(timeout: timers.shortest, from: expiredUntil / 1000)
    for kept in state.flows where kept.age.isLive {
      let place = flows.count
      var record = kept.record
      let number = Int(record.extensionNumber)
      record.extensionNumber =
        number >= 1 && number <= state.extensions.count
        ? extensions.store(state.extensions[number - 1], into: 0) : 0
      flows.append(LiveFlow(record: record, tag: mask.tag(record, hash)))
      ages.append(kept.age.outOfWheel)
      liveCount &+= 1
      enterWheel(place)
      if !table.insert(flows[place].tag, place) { reseed() }
    }
    extensions.droppedTexts = state.totals.droppedTexts
  }
}

import FlowModel

/// A few places of the pool, without an allocation. Noncopyable so that it is never copied unseen.
struct PlaceGroup: ~Copyable {
  private var storage = InlineArray<64, UInt32>(repeating: 0)
  private(set) var count = 0

  /// At most `FlowCache.groupSize` places.
  var places: Span<UInt32> {
    @_lifetime(borrow self) @inline(__always) get { storage.span }
  }

  @inline(__always)
  mutating func append(_ place: Int) {
    var span = storage.mutableSpan
    span[count] = UInt32(truncatingIfNeeded: place)
    count &+= 1
  }
}

extension FlowCache {
  /// Emits live flows and frees their places, in stages as `mergeGroup` does: for the timer that has run out, if one has,
  /// otherwise for `reason`.
  mutating func close(_ group: borrowing PlaceGroup, _ reason: FlowEndReason, into emitted: inout FlowBatch) {
    let now = now
    let places = group.places
    var sum: UInt64 = 0
    for index in 0..<group.count { sum &+= flows[Int(places[index])].touch }
    for index in 0..<group.count { sum &+= table[table.home(flows[Int(places[index])].tag)] }
    touched &+= sum
    for index in 0..<group.count {
      let place = Int(places[index])
      let age = ages[place]
      close(place, timers.isOver(age, at: now) ? timers.reason(age, at: now) : reason, into: &emitted)
    }
  }

  /// Emits a flow and takes it out of table and pool.
  mutating func close(_ place: Int, _ reason: FlowEndReason, into emitted: inout FlowBatch) {
    table.remove(flows[place].tag, place)
    release(place, reason, into: &emitted)
  }

  /// Emits a flow that is not in the table and frees its place.
  mutating func release(_ place: Int, _ reason: FlowEndReason, into emitted: inout FlowBatch) {
    emit(place, reason, into: &emitted)
    ages[place].close()
    freePlaces.append(UInt32(truncatingIfNeeded: place))
    liveCount &-= 1
  }

  /// Emits a flow, its rare fields too, and counts it. The record in its place is of no use then.
  @inline(__always)
  mutating func emit(_ place: Int, _ reason: FlowEndReason, into emitted: inout FlowBatch) {
    if place >= capturePlace { copyFlow(place) }
    let number = flows[place].record.extensionNumber
    flows[place].record.endReason = reason.rawValue
    if number != 0 {
      emitted.extensions.append(extensions.take(number))
      flows[place].record.extensionNumber = UInt32(truncatingIfNeeded: emitted.extensions.count)
    }
    emitted.records.append(flows[place].record)
    let counter = counterIndex(flows[place].record.origin)
    originCounters[counter].countEmitted(reason)
    originCounters[counter].octetsOut &+= flows[place].record.octets
    originCounters[counter].packetsOut &+= flows[place].record.packets
  }
}

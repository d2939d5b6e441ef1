import FlowModel
import NetworkBytes

/// A few places of the pool, without allocation. Noncopyable to prevent implicit copies.
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
  /// Emits live flows and frees their places, in stages as `mergeGroup` does: with the reason of the timeout that has
  /// passed, otherwise with `reason`.
  mutating func close(_ group: borrowing PlaceGroup, _ reason: FlowEndReason, into emitted: inout FlowBatch) {
    let now = now
    let places = group.places
    for index in 0..<group.count { flows.span.prefetch(Int(places[index])) }
    for index in 0..<group.count { table.prefetch(flows[Int(places[index])].tag) }
    for index in 0..<group.count {
      let place = Int(places[index])
      let age = ages[place]
      close(place, timers.isOver(age, at: now) ? timers.reason(age, at: now) : reason, into: &emitted)
    }
  }

  /// Emits a flow and removes it from table and pool.
  mutating func close(_ place: Int, _ reason: FlowEndReason, into emitted: inout FlowBatch) {
    table.remove(flows[place].tag, place)
    release(place, reason, into: &emitted)
  }

  /// Emits a flow that is not in the table, and frees its place.
  mutating func release(_ place: Int, _ reason: FlowEndReason, into emitted: inout FlowBatch) {
    emit(place, reason, into: &emitted)
    ages[place].close()
    freePlaces.append(UInt32(truncatingIfNeeded: place))
    liveCount &-= 1
  }

  /// Emits a flow with its rare fields, and counts it. The record in its place becomes invalid.
  @inline(__always)
  mutating func emit(_ place: Int, _ reason: FlowEndReason, into emitted: inout FlowBatch) {
    if place >= capturePlace { copyFlow(place) }
    // The place itself is not written to: what changes in it would have to go back to memory.
    var record = flows[place].record
    record.endReason = reason.rawValue
    if record.extensionNumber != 0 {
      emitted.extensions.append(extensions.take(record.extensionNumber))
      record.extensionNumber = UInt32(truncatingIfNeeded: emitted.extensions.count)
    }
    emitted.records.append(record)
    let counter = counterIndex(record.origin)
    originCounters[counter].countEmitted(record, reason)
  }
}

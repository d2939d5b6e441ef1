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
    let places = group.places
    for index in 0..<group.count { flows.span.prefetch(Int(places[index])) }
    var tags = InlineArray<64, UInt32>(repeating: 0)
    for index in 0..<group.count {
      let tag = flows[Int(places[index])].tag
      tags[index] = tag
      table.prefetch(tag)
    }
    let (left, first) = (places.extracting(first: group.count), emitted.records.count)
    if isCapturing { for index in left.indices where Int(left[index]) >= capturePlace { copyFlow(Int(left[index])) } }
    copyRecords(left, into: &emitted)
    finish(left, reason, in: &emitted, from: first)
    table.remove(tags.span, left)
    free(left)
  }

  /// Appends the records as they are in their places, which are not written to: what changes in them would have to go back to memory.
  private func copyRecords(_ places: Span<UInt32>, into emitted: inout FlowBatch) {
    let flows = flows.span
    emitted.records.append(addingCapacity: places.count) { output in
      for index in places.indices { output.append(flows[Int(places[index])].record) }
    }
  }

  /// Gives records that were appended from `first` on their reason and their rare fields, and counts them.
  private mutating func finish(
    _ places: Span<UInt32>, _ reason: FlowEndReason, in emitted: inout FlowBatch, from first: Int
  ) {
    for index in first..<emitted.records.count { _ = counterIndex(emitted.records[index].origin) }
    // Taken out, so that they are read and changed without a check of ownership for each flow.
    var (ages, counters) = ([FlowAge](), [FlowCounters]())
    swap(&ages, &self.ages)
    swap(&counters, &originCounters)
    let (now, timers) = (now, timers)
    var records = emitted.records.mutableSpan
    for index in places.indices {
      let age = ages[Int(places[index])]
      let why = timers.isOver(age, at: now) ? timers.reason(age, at: now) : reason
      let origin = Int(records[first &+ index].origin)
      // Those of origins beyond the limit are under 0.
      let counter = origin < counters.count ? origin : 0
      records[first &+ index].endReason = why.rawValue
      counters[counter].countEmitted(records[first &+ index], why)
    }
    swap(&counters, &originCounters)
    swap(&ages, &self.ages)
    for index in first..<emitted.records.count where emitted.records[index].extensionNumber != 0 {
      emitted.extensions.append(extensions.take(emitted.records[index].extensionNumber))
      emitted.records[index].extensionNumber = UInt32(truncatingIfNeeded: emitted.extensions.count)
    }
  }

  /// Frees places whose flows have left.
  private mutating func free(_ places: Span<UInt32>) {
    var ages = ages.mutableSpan
    for index in places.indices { ages[Int(places[index])].close() }
    freePlaces.append(addingCapacity: places.count) { output in
      for index in places.indices { output.append(places[index]) }
    }
    liveCount &-= places.count
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

public import FlowModel
public import NetworkBytes

extension FlowCache {
  /// Emits the flows that have expired by `now` (milliseconds of the pipeline's clock), up to a second late.
  ///
  /// The cost is proportional to the number of flows due. Returns false if `emitted` has reached `limit` records and
  /// there are more; pass it on and call again.
  @discardableResult
  public mutating func advance(to now: UnixMilliseconds, into emitted: inout FlowBatch, limit: Int = .max) -> Bool {
    tick(to: now)
    guard aging.enabled else { return drain(into: &emitted, limit: limit) }
    guard expire(into: &emitted, limit: limit) else { return false }
    expiredUntil = clock.time
    return trim(into: &emitted, limit: limit)
  }

  private mutating func expire(into emitted: inout FlowBatch, limit: Int) -> Bool {
    let second = clock.time / 1000
    while true {
      while wheel.hasPending {
        let room = limit &- emitted.records.count
        guard room > 0 else { return false }
        expireGroup(min(room, Self.groupSize), into: &emitted)
      }
      guard wheel.turn(before: second) else { return true }
    }
  }

  /// Checks up to `count` places whose second has come.
  private mutating func expireGroup(_ count: Int, into emitted: inout FlowBatch) {
    let now = now
    var looked = PlaceGroup()
    wheel.takePending(count, into: &looked)
    let places = looked.places
    for index in 0..<looked.count { ages.span.prefetch(Int(places[index])) }
    // Taken out, so that they are changed without a check of ownership for each.
    var ages: [FlowAge] = []
    swap(&ages, &self.ages)
    var group = PlaceGroup()
    for index in 0..<looked.count {
      let place = Int(places[index])
      ages[place].leaveWheel()
      if !ages[place].isLive { continue }
      if timers.isOver(ages[place], at: now) {
        group.append(place)
      } else {
        ages[place].enterWheel()
        wheel.add(places[index], at: dueSecond(ages[place]))
      }
    }
    swap(&ages, &self.ages)
    close(group, .forced, into: &emitted)
  }

  /// Adds a live flow to the wheel at the second in which it expires.
  @inline(__always)
  mutating func enterWheel(_ place: Int) {
    ages[place].enterWheel()
    wheel.add(UInt32(truncatingIfNeeded: place), at: dueSecond(ages[place]))
  }

  /// The second in which a timer of a live flow runs out.
  @inline(__always)
  func dueSecond(_ age: FlowAge) -> UInt64 {
    let now = now
    let left = timers.isOver(age, at: now) ? 0 : timers.remaining(age, at: now)
    return (clock.time &+ UInt64(left)) / 1000
  }

  /// Emits all flows, with reason `forced` unless they have expired.
  ///
  /// Returns false if `emitted` has reached `limit` records and there are more; pass it on and call again.
  @discardableResult
  public mutating func drain(into emitted: inout FlowBatch, limit: Int = .max) -> Bool {
    while liveCount > 0 {
      var group = PlaceGroup()
      let room = min(limit &- emitted.records.count, Self.groupSize)
      guard room > 0 else { return false }
      while group.count < room, drainPlace < ages.count {
        if ages[drainPlace].isLive { group.append(drainPlace) }
        drainPlace &+= 1
      }
      if drainPlace >= ages.count { drainPlace = 0 }
      close(group, .forced, into: &emitted)
    }
    drainPlace = 0
    return true
  }
}

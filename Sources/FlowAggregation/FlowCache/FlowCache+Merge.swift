public import FlowModel
public import NetworkBytes

extension FlowCache {
  /// Merges a batch of records that arrived at `now` (milliseconds of the pipeline's clock) and empties it.
  ///
  /// Emits flows that the records found over a timer, ended (FIN, RST) or had to make room for: at most two a record and
  /// 1/64 of `maximumFlows`, if `advance` was called to its end after the last `reconfigure`. With aging switched off
  /// every record is emitted as it is, its endReason too.
  public mutating func merge(_ batch: inout FlowBatch, at now: UnixMilliseconds, into emitted: inout FlowBatch) {
    tick(to: now)
    if aging.enabled {
      var begin = 0
      while begin < batch.records.count {
        let end = min(begin + Self.groupSize, batch.records.count)
        mergeGroup(&batch, begin..<end, into: &emitted)
        begin = end
      }
    } else {
      passThrough(&batch, into: &emitted)
    }
    batch.removeAll()
  }

  /// Reads the clock.
  mutating func tick(to now: UnixMilliseconds) {
    if liveCount == 0 { expiredUntil = clock.time }
    clock.advance(to: now, expired: expiredUntil)
  }

  /// Aging time as flows keep it.
  var now: UInt32 { UInt32(truncatingIfNeeded: clock.time) }

  /// Merges a few records in stages: each stage's reads do not wait for one another, so that a record costs a share of a
  /// cache miss instead of several in a row. What the stages before the last find is a hint; the last looks again.
  private mutating func mergeGroup(_ batch: inout FlowBatch, _ range: Range<Int>, into emitted: inout FlowBatch) {
    var tags = InlineArray<64, UInt32>(repeating: 0)
    for position in range { mask.clear(&batch.records[position]) }
    fill(&tags, from: batch.records, range)
    touch(tags.span, count: range.count)
    let now = now
    var secrets = reseedCount
    var position = range.lowerBound
    while position < range.upperBound {
      let tag = tags.span[position &- range.lowerBound]
      let place = find(batch.records.span[position], tag, in: flows.span)
      if place >= 0, isPlain(batch.records.span[position], ages[place], at: now) {
        position = addPlain(batch.records.span, tags.span, range, from: position, at: now)
        continue
      }
      merge(batch.records.span[position], tag, into: place, at: now, batch.extensions, into: &emitted)
      position &+= 1
      if reseedCount != secrets {
        secrets = reseedCount
        fill(&tags, from: batch.records, range)
      }
    }
  }

  /// Whether a record only adds to its flow: it does not end it, does not find it over, and has nothing that is rare.
  @inline(__always)
  private func isPlain(_ record: borrowing FlowRecord, _ age: FlowAge, at now: UInt32) -> Bool {
    if timers.isOver(age, at: now) { return false }
    if Int(record.origin) >= originCounters.count { return false }
    if endsConnections, record.endsConnection { return false }
    return record.extensionNumber == 0
  }

  /// Merges the records of a group from `start`, which is plain, up to one that is not.
  ///
  /// - Returns: where that is, or the group's end.
  private mutating func addPlain(
    _ records: Span<FlowRecord>, _ tags: Span<UInt32>, _ range: Range<Int>, from start: Int, at now: UInt32
  ) -> Int {
    // Lent to this loop: as the cache's own, each change would first look whether somebody else has them, too.
    var (flows, ages) = ([LiveFlow](), [FlowAge]())
    swap(&flows, &self.flows)
    swap(&ages, &self.ages)
    defer {
      swap(&flows, &self.flows)
      swap(&ages, &self.ages)
    }
    var live = flows.mutableSpan
    var lives = ages.mutableSpan
    for position in start..<range.upperBound {
      let place = find(records[position], tags[position &- range.lowerBound], in: live.span)
      guard place >= 0, isPlain(records[position], lives[place], at: now) else { return position }
      recordNumber &+= 1
      originCounters[Int(records[position].origin)].add(records[position])
      live[place].record.absorb(records[position])
      lives[place].see(at: now, record: recordNumber)
    }
    return range.upperBound
  }

  @inline(__always)
  private func fill(_ tags: inout InlineArray<64, UInt32>, from records: [FlowRecord], _ range: Range<Int>) {
    // Through a span: a subscript of the array itself would copy all of it (Swift 6.3).
    var tags = tags.mutableSpan
    for position in range { tags[position &- range.lowerBound] = mask.tag(records[position], hash) }
  }

  /// Reads what merging records with these tags will read.
  @inline(__always)
  private mutating func touch(_ tags: Span<UInt32>, count: Int) {
    var places = InlineArray<64, Int>(repeating: -1)
    var candidates = places.mutableSpan
    var sum: UInt64 = 0
    for index in 0..<count { sum &+= table[table.home(tags[index])] }
    var free = freePlaces.count
    for index in 0..<count {
      var candidate = table.candidate(tags[index])
      if candidate < 0, free > 0 {
        free &-= 1
        candidate = Int(freePlaces[free])
      }
      candidates[index] = candidate
    }
    for index in 0..<count where candidates[index] >= 0 {
      let place = candidates[index]
      sum &+= UInt64(ages[place].last) &+ flows[place].touch
    }
    touched &+= sum
  }

  /// Merges one cleared record into the flow at `place`; -1: it has none.
  private mutating func merge(
    _ record: borrowing FlowRecord, _ tag: UInt32, into place: Int, at now: UInt32, _ rare: [FlowExtension],
    into emitted: inout FlowBatch
  ) {
    recordNumber &+= 1
    let counter = counterIndex(record.origin)
    originCounters[counter].octetsIn &+= record.octets
    originCounters[counter].packetsIn &+= record.packets
    if place < 0 {
      originCounters[counter].opened &+= 1
      open(record, tag, at: now, rare, into: &emitted)
    } else if timers.isOver(ages[place], at: now) {
      originCounters[counter].opened &+= 1
      emit(place, timers.reason(ages[place], at: now), into: &emitted)
      flows[place].record = copy record
      flows[place].record.extensionNumber = 0
      attach(rare, record.extensionNumber, to: place)
      ages[place].open(at: now, record: recordNumber)
    } else {
      originCounters[counter].merged &+= 1
      flows[place].record.absorb(record)
      if record.extensionNumber != 0 { attach(rare, record.extensionNumber, to: place) }
      ages[place].see(at: now, record: recordNumber)
    }
    if endsConnections, record.endsConnection, place >= 0 { close(place, .endOfFlow, into: &emitted) }
  }

  /// The place of the record's flow; -1 if it has none.
  @inline(__always)
  private func find(_ record: borrowing FlowRecord, _ tag: UInt32, in flows: Span<LiveFlow>) -> Int {
    var position = table.home(tag)
    while true {
      let slot = table[position]
      if slot == 0 { return -1 }
      if SlotTable.tag(slot) == tag {
        let place = SlotTable.index(slot)
        if mask.matches(flows[place].record, record) { return place }
      }
      position = table.next(position)
    }
  }

  /// Opens a flow for a record that has none.
  @inline(__always)
  private mutating func open(
    _ record: borrowing FlowRecord, _ tag: UInt32, at now: UInt32, _ rare: [FlowExtension],
    into emitted: inout FlowBatch
  ) {
    if liveCount >= aging.maximumFlows { makeRoom(into: &emitted) }
    liveCount &+= 1
    let place: Int
    if let free = freePlaces.popLast() {
      place = Int(free)
      flows[place].record = copy record
      flows[place].tag = tag
    } else {
      place = flows.count
      flows.append(LiveFlow(record: copy record, tag: tag))
      ages.append(.none)
    }
    ages[place].open(at: now, record: recordNumber)
    if record.extensionNumber != 0 {
      flows[place].record.extensionNumber = 0
      attach(rare, record.extensionNumber, to: place)
    }
    if endsConnections, record.endsConnection {
      // Never in the table: gone at once.
      release(place, .endOfFlow, into: &emitted)
      return
    }
    if !ages[place].isInWheel { enterWheel(place) }
    if !table.insert(tag, place) { reseed() }
  }

  /// Gives the flow the record's rare fields, merged into those that it has.
  private mutating func attach(_ rare: [FlowExtension], _ number: UInt32, to place: Int) {
    guard number != 0, Int(number) <= rare.count else { return }
    let old = flows[place].record.extensionNumber
    flows[place].record.extensionNumber = extensions.store(rare[Int(number) - 1], into: old)
  }

  /// New secrets: every flow gets a new tag. Not before as many records as the cache has flows, so that the cost is shared.
  mutating func reseed() {
    guard recordNumber >= nextReseed else { return }
    nextReseed = recordNumber &+ UInt64(max(liveCount, 1024))
    reseedCount &+= 1
    hash = FlowHash()
    for place in flows.indices where ages[place].isLive { flows[place].tag = mask.tag(flows[place].record, hash) }
    table.retag(flows)
  }

  private mutating func passThrough(_ batch: inout FlowBatch, into emitted: inout FlowBatch) {
    let offset = UInt32(truncatingIfNeeded: emitted.extensions.count)
    let extensionCount = batch.extensions.count
    for var record in batch.records {
      let counter = counterIndex(record.origin)
      originCounters[counter].opened &+= 1
      originCounters[counter].emittedUnmerged &+= 1
      originCounters[counter].octetsIn &+= record.octets
      originCounters[counter].octetsOut &+= record.octets
      originCounters[counter].packetsIn &+= record.packets
      originCounters[counter].packetsOut &+= record.packets
      if Int(record.extensionNumber) > extensionCount { record.extensionNumber = 0 }
      if record.extensionNumber != 0 { record.extensionNumber &+= offset }
      emitted.records.append(record)
    }
    emitted.extensions.append(contentsOf: batch.extensions)
  }
}

extension FlowRecord {
  /// Adds a later record of the same flow.
  @inline(__always)
  mutating func absorb(_ new: borrowing FlowRecord) {
    octets = octets.addingSaturated(new.octets)
    packets = packets.addingSaturated(new.packets)
    records = records.addingSaturated(new.records)
    start = min(start, new.start)
    end = max(end, new.end)
    autonomousSystemWord = new.autonomousSystemWord
    nextHop = new.nextHop
    routeWord = new.routeWord
    // The highest lane are the TCP flags.
    sourceMACWord = new.sourceMACWord | sourceMACWord & 0xffff << 48
    destinationMACWord = new.destinationMACWord
  }

  /// Whether this is TCP with FIN or RST.
  @inline(__always)
  var endsConnection: Bool { protocolIdentifier == 6 && tcpFlags & 0b101 != 0 }
}

extension FlowCounters {
  /// A record was added to a flow.
  @inline(__always)
  fileprivate mutating func add(_ record: borrowing FlowRecord) {
    octetsIn &+= record.octets
    packetsIn &+= record.packets
    merged &+= 1
  }
}

extension FixedWidthInteger where Self: UnsignedInteger {
  @inline(__always)
  func addingSaturated(_ other: Self) -> Self {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}

public import FlowModel
public import NetworkBytes

extension FlowCache {
  /// Merges a batch of records that arrived at `now` (milliseconds of the pipeline's clock), and empties it.
  ///
  /// Emits flows that have expired, have ended (FIN, RST) or are evicted: at most two per record and 1/64 of
  /// `maximumFlows` (at most 1024), if `advance` was completed after the last `reconfigure`. With aging disabled, records
  /// are emitted unchanged, including endReason.
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

  /// Aging time in the form stored in flows.
  var now: UInt32 { UInt32(truncatingIfNeeded: clock.time) }

  /// Merges a few records in stages: what a stage reads has been asked for by the one before, all of it at once, so that a
  /// record costs a share of a cache miss instead of several in a row. What the stages before the last find is a hint; the
  /// last looks again.
  private mutating func mergeGroup(_ batch: inout FlowBatch, _ range: Range<Int>, into emitted: inout FlowBatch) {
    clear(&batch.records, range)
    var tags = InlineArray<64, UInt32>(repeating: 0)
    fill(&tags, from: batch.records, range)
    prefetch(tags.span, count: range.count)
    let now = now
    var secrets = reseedCount
    var position = range.lowerBound
    while position < range.upperBound {
      let plain = mergePlain(batch.records.span, tags.span, range, from: position, at: now)
      position = plain.end
      if plain.needsSecrets {
        reseed()
      } else if position < range.upperBound {
        let tag = tags.span[position &- range.lowerBound]
        let place = find(batch.records.span[position], tag, in: flows.span)
        merge(batch.records.span[position], tag, into: place, at: now, batch.extensions, into: &emitted)
        position &+= 1
      }
      if reseedCount != secrets {
        secrets = reseedCount
        fill(&tags, from: batch.records, range)
      }
    }
  }

  /// Merges the records of a group from `start` on that only add to their flows or open one in a free place: those that end
  /// no flow, find none over, and have nothing that is rare.
  ///
  /// - Returns: the place of the first that does more, or the group's end, and whether a probe was too long.
  private mutating func mergePlain(
    _ records: Span<FlowRecord>, _ tags: Span<UInt32>, _ range: Range<Int>, from start: Int, at now: UInt32
  ) -> (end: Int, needsSecrets: Bool) {
    // Moved into locals for this loop: as the cache's properties, each change would first check for unique ownership.
    var (flows, ages, counters) = ([LiveFlow](), [FlowAge](), [FlowCounters]())
    swap(&flows, &self.flows)
    swap(&ages, &self.ages)
    swap(&counters, &originCounters)
    defer {
      swap(&flows, &self.flows)
      swap(&ages, &self.ages)
      swap(&counters, &originCounters)
    }
    var live = flows.mutableSpan
    var lives = ages.mutableSpan
    var counts = counters.mutableSpan
    for position in start..<range.upperBound {
      let tag = tags[position &- range.lowerBound]
      let origin = Int(records[position].origin)
      guard records[position].extensionNumber == 0, origin < counts.count else { return (position, false) }
      if endsConnections, records[position].endsConnection { return (position, false) }
      let place = find(records[position], tag, in: live.span)
      if place >= 0 {
        if timers.isOver(lives[place], at: now) { return (position, false) }
        recordNumber &+= 1
        counts[origin].countMerged(records[position])
        live[place].record.absorb(records[position])
        lives[place].see(at: now, record: recordNumber)
      } else {
        guard liveCount < aging.maximumFlows, let free = freePlaces.popLast() else { return (position, false) }
        let place = Int(free)
        recordNumber &+= 1
        counts[origin].countOpened(records[position])
        liveCount &+= 1
        live[place].record = records[position]
        live[place].tag = tag
        lives[place].open(at: now, record: recordNumber)
        if !lives[place].isInWheel {
          lives[place].enterWheel()
          wheel.add(free, at: dueSecond(lives[place]))
        }
        if !table.insert(tag, place) { return (position &+ 1, true) }
      }
    }
    return (range.upperBound, false)
  }

  private func clear(_ records: inout [FlowRecord], _ range: Range<Int>) {
    var records = records.mutableSpan
    for position in range { mask.clear(&records[position]) }
  }

  @inline(__always)
  private func fill(_ tags: inout InlineArray<64, UInt32>, from records: [FlowRecord], _ range: Range<Int>) {
    // Through a span: subscripting the array itself would copy it (Swift 6.3).
    var tags = tags.mutableSpan
    for position in range { tags[position &- range.lowerBound] = mask.tag(records[position], hash) }
  }

  /// Has the processor fetch what merging records with these tags will need: the slots, and then what they lead to.
  private func prefetch(_ tags: Span<UInt32>, count: Int) {
    for index in 0..<count { table.prefetch(tags[index]) }
    let (flows, ages) = (flows.span, ages.span)
    var free = freePlaces.count
    for index in 0..<count {
      var place = table.candidate(tags[index])
      if place < 0, free > 0 {
        free &-= 1
        place = Int(freePlaces[free])
      }
      if place >= 0 {
        flows.prefetch(place)
        ages.prefetch(place)
      }
    }
  }

  /// Merges a masked record into the flow at `place`; -1 if it has none.
  private mutating func merge(
    _ record: borrowing FlowRecord, _ tag: UInt32, into place: Int, at now: UInt32, _ rare: [FlowExtension],
    into emitted: inout FlowBatch
  ) {
    recordNumber &+= 1
    let counter = counterIndex(record.origin)
    if place < 0 {
      originCounters[counter].countOpened(record)
      open(record, tag, at: now, rare, into: &emitted)
    } else if timers.isOver(ages[place], at: now) {
      originCounters[counter].countOpened(record)
      emit(place, timers.reason(ages[place], at: now), into: &emitted)
      flows[place].record = copy record
      flows[place].record.extensionNumber = 0
      attach(rare, record.extensionNumber, to: place)
      ages[place].open(at: now, record: recordNumber)
    } else {
      originCounters[counter].countMerged(record)
      flows[place].record.absorb(record)
      if record.extensionNumber != 0 { attach(rare, record.extensionNumber, to: place) }
      ages[place].see(at: now, record: recordNumber)
    }
    if endsConnections, record.endsConnection, place >= 0 { close(place, .endOfFlow, into: &emitted) }
  }

  /// Returns the place of the record's flow; -1 if there is none.
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

  /// Opens a flow for a record.
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
      // Emitted at once, without entering the table.
      release(place, .endOfFlow, into: &emitted)
      return
    }
    if !ages[place].isInWheel { enterWheel(place) }
    if !table.insert(tag, place) { reseed() }
  }

  /// Merges the record's rare fields into those of the flow.
  private mutating func attach(_ rare: [FlowExtension], _ number: UInt32, to place: Int) {
    guard number != 0, Int(number) <= rare.count else { return }
    let old = flows[place].record.extensionNumber
    flows[place].record.extensionNumber = extensions.store(rare[Int(number) - 1], into: old)
  }

  /// Draws new secrets, so that every flow gets a new tag; at most once per as many records as the cache has flows, to
  /// amortize the cost.
  mutating func reseed() {
    guard recordNumber >= nextReseed else { return }
    nextReseed = recordNumber &+ UInt64(max(liveCount, 1024))
    reseedCount &+= 1
    hash = FlowHash()
    for place in flows.indices where ages[place].isLive { flows[place].tag = mask.tag(flows[place].record, hash) }
    table.retag(flows)
  }

  /// Emits records as they are.
  private mutating func passThrough(_ batch: inout FlowBatch, into emitted: inout FlowBatch) {
    let (first, offset) = (emitted.records.count, UInt32(truncatingIfNeeded: emitted.extensions.count))
    let extensionCount = batch.extensions.count
    var records = batch.records.mutableSpan
    for index in records.indices where records[index].extensionNumber != 0 {
      let number = records[index].extensionNumber
      records[index].extensionNumber = Int(number) > extensionCount ? 0 : number &+ offset
    }
    emitted.records.append(contentsOf: batch.records)
    emitted.extensions.append(contentsOf: batch.extensions)
    countUnmerged(emitted, from: first)
  }

  /// Counts the records of a batch from `first` on as emitted unchanged: for records that were decoded into it because aging is
  /// disabled.
  public mutating func countUnmerged(_ batch: borrowing FlowBatch, from first: Int) {
    let records = batch.records.span
    var index = first
    // The records of a datagram have one origin.
    while index < records.count {
      let origin = records[index].origin
      var (octets, packets) = (UInt64(0), UInt64(0))
      let start = index
      while index < records.count, records[index].origin == origin {
        octets &+= records[index].octets
        packets &+= records[index].packets
        index &+= 1
      }
      originCounters[counterIndex(origin)].countUnmerged(UInt64(index &- start), octets: octets, packets: packets)
    }
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
    // The highest lane contains the TCP flags.
    sourceMACWord = new.sourceMACWord | sourceMACWord & 0xffff << 48
    destinationMACWord = new.destinationMACWord
  }

  /// Whether this is TCP with FIN or RST.
  @inline(__always)
  var endsConnection: Bool { protocolIdentifier == 6 && tcpFlags & 0b101 != 0 }
}

extension FixedWidthInteger where Self: UnsignedInteger {
  @inline(__always)
  func addingSaturated(_ other: Self) -> Self {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}

import FlowModel
import NetworkBytes

extension FlowDecoder {
  /// Number of running totals and connections evicted because of the memory limit.
  public var evictedTotals: UInt64 { totals.evicted }

  /// Replaces running totals by their increase, and the totals of a connection's teardown by what its updates have not
  /// counted yet.
  ///
  /// To be called once for the records of a set, before any are added or removed. Fills `reverseCounts`.
  mutating func settleTotals(
    _ set: RawSpan, _ template: Template, _ plan: TotalsPlan, _ session: SessionKey, from first: Int,
    into batch: inout FlowBatch
  ) {
    let base = totals.base(of: session)
    reverseCounts.removeAll(keepingCapacity: true)
    var records = batch.records.mutableSpan
    if template.isFixedLength {
      guard let view = RecordsView(set, recordLength: template.minimumLength) else { return }
      for index in first..<records.count {
        let reverse = plan.settle(&records[index], view, index &- first, base, &totals)
        if plan.hasReverse { reverseCounts.append(reverse) }
      }
      return
    }
    variable.begin(set)
    var ignored = DecodeCounters()
    var plan = plan
    for index in first..<records.count {
      guard let place = variable.next(set, template, &ignored),
        let view = RecordsView(set.extracting(place), recordLength: place.count)
      else { return }
      plan.locate(in: variable.layout)
      let reverse = plan.settle(&records[index], view, 0, base, &totals)
      if plan.hasReverse { reverseCounts.append(reverse) }
    }
  }
}

extension TotalsMemory {
  /// Returns a hash of the exporter and its domain. Excludes the port, which may change, and the number of the origin,
  /// which depends on the aggregation key.
  func base(of session: SessionKey) -> SipHash {
    var hash = SipHash(key: key)
    hash.combine(UInt64(session.domain))
    hash.combine(session.exporter.address.high)
    hash.combine(session.exporter.address.low)
    return hash
  }
}

extension TotalsPlan {
  /// Replaces a record's counts by their increase since earlier records.
  ///
  /// - Parameters:
  ///   - record: Record decoded without totals: its counts are those since the last record, or 0.
  ///   - base: Hash of the exporter and its domain.
  /// - Returns: The same for the other direction.
  fileprivate func settle(
    _ record: inout FlowRecord, _ view: borrowing RecordsView, _ number: Int, _ base: SipHash,
    _ memory: inout TotalsMemory
  ) -> ReverseCounts {
    var counts = FlowCounts(
      record.octets, record.packets, first(Self.reverseOctetDeltas, view, number),
      first(Self.reversePacketDeltas, view, number))
    var isDelta = counts .!= 0
    if hasEvents { settleConnection(&counts, &isDelta, record, view, number, base, &memory) }
    if hasTotals {
      var hash = base
      combine(record, .flow, into: &hash, view, number)
      hash.combine(first(Self.starts, view, number))
      let totals = totals(view, number)
      let growth = memory.growth(of: hash.digest(), to: totals)
      counts.replace(with: growth, where: totals.isPresent .& .!isDelta)
    }
    record.octets = counts[0]
    record.packets = counts[1]
    return ReverseCounts(octets: counts[2], packets: counts[3])
  }

  /// - Parameter isDelta: Counts that the record has as deltas, which take precedence over its totals.
  private func settleConnection(
    _ counts: inout FlowCounts, _ isDelta: inout SIMDMask<SIMD4<Int64>>, _ record: borrowing FlowRecord,
    _ view: borrowing RecordsView, _ number: Int, _ base: SipHash, _ memory: inout TotalsMemory
  ) {
    var reported = FlowCounts()
    for lane in 0..<4 { reported[lane] = value(Self.connectionCounts.lowerBound + lane, view, number) }
    for lane in 2..<4 where counts[lane] == 0 { counts[lane] = reported[lane] }
    isDelta = (counts .!= 0)
    guard let kind = ConnectionEvent.Kind(rawValue: value(Self.event, view, number)) else { return }
    let start = first(Self.starts, view, number)
    let flowID = value(Self.flowID, view, number)
    var hash = base
    combine(record, .connection, into: &hash, view, number)
    // A connection without a number of its own is identified by its start.
    hash.combine(flowID)
    hash.combine(flowID == 0 ? start : 0)
    let event = ConnectionEvent(kind: kind, start: start, time: eventTime(record, view, number), counts: reported)
    let settled = memory.settle(event, of: hash.digest())
    // Counts of the record from other elements remain.
    counts.replace(with: settled, where: counts .== reported)
  }

  /// Returns the time of a record's event, milliseconds since 1970 UTC.
  private func eventTime(
    _ record: borrowing FlowRecord, _ view: borrowing RecordsView, _ number: Int
  ) -> Int64 {
    let milliseconds = value(Self.eventMilliseconds, view, number)
    if milliseconds != 0 { return Int64(clamping: milliseconds) }
    let seconds = value(Self.eventSeconds, view, number)
    return seconds != 0 ? Int64(clamping: seconds).multipliedReportingOverflow(by: 1000).partialValue : record.end
  }

  /// Kind of an entry in the memory.
  private enum Subject: UInt64 {
    case flow = 1
    case connection = 2
  }

  /// Adds to the hash what identifies a record's flow, except for its start.
  @inline(__always)
  private func combine(
    _ record: borrowing FlowRecord, _ subject: Subject, into hash: inout SipHash, _ view: borrowing RecordsView,
    _ number: Int
  ) {
    hash.combine(record.source.high)
    hash.combine(record.source.low)
    hash.combine(record.destination.high)
    hash.combine(record.destination.low)
    hash.combine(record.interfaceWord)
    hash.combine(record.transportWord)
    // Protocol, direction, ICMP type and code; the low bits have other contents.
    hash.combine(record.traitsWord & 0xff00_ffff_ff00_0000 | subject.rawValue)
    hash.combine(UInt64(record.vrf))
    combineExporter(&hash, view, number)
  }
}

import FlowModel
import NetworkBytes

extension FlowDecoder {
  /// Appends the other direction of the records from `first`: a record of its own for each that has counts of it. With
  /// `FlowDecoderOptions.Biflows.pairs`, adds the counts to these records instead.
  ///
  /// To be called once for the records of a set, after everything else in them has been decoded.
  mutating func appendReverse(
    _ set: RawSpan, _ template: Template, _ plan: ReversePlan, totals: TotalsPlan?, _ session: inout Session,
    _ time: TimeBase, from first: Int, into batch: inout FlowBatch
  ) {
    let takesOut = takesOutForReverse(session)
    guard plan.countsReverse || takesOut else { return }
    let end = batch.count
    let isSettled = totals?.hasReverse == true && reverseCounts.count == end - first
    var ignored = DecodeCounters()
    var corrections = TimeCorrections()
    variable.begin(set)
    for index in first..<end {
      guard let place = variable.next(set, template, &ignored) else { break }
      let bytes = set.extracting(place)
      let counts = plan.counts(
        of: batch.records[index], bytes, variable.layout,
        settled: isSettled ? reverseCounts[index &- first] : nil,
        isConnection: totals?.hasEvents == true, takesOut: takesOut)
      if counts.isZero { continue }
      if options.biflows == .pairs {
        batch.setReverse(of: index, counts)
        continue
      }
      batch.appendReverse(of: index, counts)
      complete(&batch, bytes, plan, time, &corrections)
    }
    session.counters.add(corrections)
    session.counters.reverseRecords &+= UInt64(batch.count - end)
  }

  /// Returns whether the exporter is configured to count the other direction in postOctetDeltaCount and
  /// postPacketDeltaCount.
  func takesOutForReverse(_ session: borrowing Session) -> Bool {
    options.outCountersAreReverse.contains(session.key.exporter.address)
  }

  /// Adds the values of reverse elements to the batch's last record.
  private func complete(
    _ batch: inout FlowBatch, _ bytes: RawSpan, _ plan: ReversePlan, _ time: TimeBase,
    _ corrections: inout TimeCorrections
  ) {
    guard let view = RecordsView(bytes, recordLength: bytes.byteCount) else { return }
    let index = batch.count - 1
    var records = batch.records.mutableSpan
    // Type and code 0 are an echo reply, which the steps do not override.
    if plan.tellsICMP { records[index].setICMP(0) }
    for var step in plan.steps {
      step.width = variable.layout.lengths[step.index]
      step.offset = variable.layout.offsets[step.index]
      guard step.field.accepts(width: step.width) else { continue }
      FlowPlan.run(step, view, into: &records, from: index, rates: SamplingRates())
    }
    plan.setTimes(&records[index], bytes, variable.layout, time, &corrections)
  }
}

extension ReversePlan {
  /// Sets the times of the other direction; an end that is not reported is that of the flow.
  fileprivate func setTimes(
    _ record: inout FlowRecord, _ bytes: RawSpan, _ layout: borrowing RecordLayout, _ time: TimeBase,
    _ corrections: inout TimeCorrections
  ) {
    if case .none = times.layout { return }
    let (start, end) = (record.start, record.end)
    times.run(over: bytes, layout, into: &record, time: time, &corrections)
    guard times.durations.isEmpty else { return }
    if times.ends.isEmpty { record.end = max(record.start, end) }
    if times.starts.isEmpty { record.start = min(start, record.end) }
  }
}

extension FlowBatch {
  /// Sets a record's counts of its other direction.
  fileprivate mutating func setReverse(of index: Int, _ counts: ReverseCounts) {
    if records[index].extensionNumber == 0 {
      extensions.append(FlowExtension())
      records[index].extensionNumber = UInt32(extensions.count)
    }
    let place = Int(records[index].extensionNumber) - 1
    extensions[place].reverseOctets = counts.octets
    extensions[place].reversePackets = counts.packets
  }

  /// Appends a record with source and destination swapped, and its rare fields.
  fileprivate mutating func appendReverse(of index: Int, _ counts: ReverseCounts) {
    var reverse = records[index].reversed
    reverse.octets = counts.octets
    reverse.packets = counts.packets
    let number = Int(records[index].extensionNumber)
    if number > 0, let rare = extensions[number - 1].reversed {
      extensions.append(rare)
      reverse.extensionNumber = UInt32(extensions.count)
    }
    records.append(reverse)
  }
}

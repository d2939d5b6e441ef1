import FlowModel
import NetworkBytes

/// Corrections made to the times of records.
struct TimeCorrections: Sendable, BitwiseCopyable {
  /// Implausible uptime timestamps: the row ends at the export.
  var implausible: UInt64 = 0
  /// Ends before their start.
  var reversed: UInt64 = 0
}

extension TimePlan {
  /// Sets the times of the records from `base`, which initially have that of the export.
  func run(
    over view: borrowing RecordsView, into records: inout MutableSpan<FlowRecord>, from base: Int, time: TimeBase
  ) -> TimeCorrections {
    precondition(base >= 0 && view.count <= records.count &- base)
    var corrections = TimeCorrections()
    switch layout {
    case .none: break
    case .upTimes(let start, let end):
      for index in 0..<view.count {
        let (first, last) = (view.be32(index, at: start), view.be32(index, at: end))
        time.setUpTimes(&records[base &+ index], first, last, &corrections)
      }
    case .milliseconds(let start, let end):
      for index in 0..<view.count {
        let (first, last) = (view.be64(index, at: start), view.be64(index, at: end))
        // An unset timestamp follows from the duration if the records have one.
        if first == 0 || last == 0, !durations.isEmpty {
          settle(&records[base &+ index], view, index, time, &corrections)
        } else {
          time.setMilliseconds(&records[base &+ index], first, last, &corrections)
        }
      }
    case .mixed:
      for index in 0..<view.count {
        settle(&records[base &+ index], view, index, time, &corrections)
      }
    }
    return corrections
  }

  /// Sets the times of a record of fixed layout.
  @inline(__always)
  private func settle(
    _ record: inout FlowRecord, _ view: borrowing RecordsView, _ index: Int, _ time: TimeBase,
    _ corrections: inout TimeCorrections
  ) {
    settle(&record, time, &corrections) { source in
      view.unsigned(index, at: source.step.offset, width: source.step.width)
    }
  }

  /// Sets the times of a record of variable layout.
  func run(
    over record: RawSpan, _ layout: RecordLayout, into flow: inout FlowRecord, time: TimeBase,
    _ corrections: inout TimeCorrections
  ) {
    settle(&flow, time, &corrections) { source in
      let (offset, width) = (layout.offsets[source.step.index], layout.lengths[source.step.index])
      return source.kind.accepts(width: width) ? record.unsigned(offset, count: width) : nil
    }
  }

  /// For each end, the first set timestamp is used; a missing one follows from the other end or a duration.
  @inline(__always)
  private func settle(
    _ record: inout FlowRecord, _ time: TimeBase, _ corrections: inout TimeCorrections, _ load: (Source) -> UInt64?
  ) {
    var end = first(of: ends, time, load)
    var start = first(of: starts, time, load)
    if let first = start?.upTime, let last = end?.upTime {
      // The difference of the two is valid even if the uptime is not.
      time.setUpTimes(&record, first, last, &corrections)
      return
    }
    for stamp in [start, end] where stamp?.isImplausible == true { corrections.implausible &+= 1 }
    if start == nil || end == nil, let duration = duration(load) {
      end = end ?? start?.moved(by: duration)
      start = start ?? end?.moved(by: -duration)
    }
    guard let last = end ?? start, let first = start ?? end else { return }
    record.start = first.time
    record.end = last.time
    if time.absoluteCorrection != 0 { correct(&record, first, last, time) }
    record.orderTimes(&corrections)
  }

  private func correct(_ record: inout FlowRecord, _ first: Stamp, _ last: Stamp, _ time: TimeBase) {
    let decisive = last.isAbsolute ? last : first
    guard decisive.isAbsolute, time.isCloserCorrected(decisive.time) else { return }
    if first.isAbsolute { record.start = record.start &+ time.absoluteCorrection }
    if last.isAbsolute { record.end = record.end &+ time.absoluteCorrection }
  }

  /// Time from one element.
  private struct Stamp {
    /// Milliseconds since 1970 UTC.
    var time: Int64
    /// Whether it is absolute and not relative to the message's header.
    var isAbsolute = false
    /// Uptime as sent.
    var upTime: UInt32?
    var isImplausible = false

    init(at time: Int64) { self.time = time }

    func moved(by milliseconds: Int64) -> Stamp {
      var moved = self
      moved.time = time &+ milliseconds
      moved.upTime = nil
      return moved
    }
  }

  @inline(__always)
  private func first(of sources: [Source], _ time: TimeBase, _ load: (Source) -> UInt64?) -> Stamp? {
    for source in sources {
      if let value = load(source), let stamp = Self.stamp(value, source.kind, time) { return stamp }
    }
    return nil
  }

  /// - Returns: Nil for an absolute timestamp of 0, which is unset.
  private static func stamp(_ value: UInt64, _ kind: Kind, _ time: TimeBase) -> Stamp? {
    switch kind {
    case .upTime:
      let end = time.upTimeEnd(UInt32(truncatingIfNeeded: value))
      var stamp = Stamp(at: end ?? time.exportMilliseconds)
      stamp.upTime = UInt32(truncatingIfNeeded: value)
      stamp.isImplausible = end == nil
      return stamp
    case .beforeExport: return Stamp(at: time.delta(value))
    default:
      guard value != 0 else { return nil }
      var stamp = Stamp(at: time.absolute(value, kind))
      stamp.isAbsolute = true
      return stamp
    }
  }

  private func duration(_ load: (Source) -> UInt64?) -> Int64? {
    for source in durations {
      guard let value = load(source) else { continue }
      let whole = Int64(value & 0xffff_ffff)
      return source.kind == .durationMicroseconds ? whole / 1000 : whole
    }
    return nil
  }
}

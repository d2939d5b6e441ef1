import FlowModel
import NetworkBytes

/// Converts an exporter's times to milliseconds since 1970 UTC, for one message.
struct TimeBase: Sendable, BitwiseCopyable {
  /// Export time of the message, by the clock considered reliable.
  var exportMilliseconds: Int64
  /// Time of arrival.
  var arrivalMilliseconds: Int64
  /// Added to absolute times of an exporter whose clock is off if that brings a record's end closer to the arrival.
  var absoluteCorrection: Int64 = 0
  /// Exporter's uptime at export in milliseconds; nil if unknown (IPFIX without systemInitTimeMilliseconds).
  var sysUpTime: UInt32?

  /// Maximum by which an uptime timestamp may exceed the header's: it was taken after the header was written.
  static let furthestAhead: UInt32 = 300_000

  /// Converts the end of a flow from the uptime, a wrapping 32-bit counter: slightly after the export or any time
  /// before it; across a wrap, at most 2^31 ms before. Nil if it is neither.
  @inline(__always)
  func upTimeEnd(_ stamp: UInt32) -> Int64? {
    guard let sysUpTime else { return exportMilliseconds }
    let ahead = stamp &- sysUpTime
    if ahead <= Self.furthestAhead { return exportMilliseconds &+ Int64(ahead) }
    let past = sysUpTime &- stamp
    return stamp < sysUpTime || past <= 1 << 31 ? exportMilliseconds &- Int64(past) : nil
  }

  /// Sets start and end of a flow from two uptime timestamps: the end by itself, the start by its distance from it.
  @inline(__always)
  func setUpTimes(
    _ record: inout FlowRecord, _ start: UInt32, _ end: UInt32, _ corrections: inout TimeCorrections
  ) {
    let duration = end &- start
    if let time = upTimeEnd(end) {
      record.end = time
    } else {
      record.end = exportMilliseconds
      corrections.implausible &+= 1
    }
    record.start = record.end &- Int64(duration)
    // The start is after the end, rather than nearly 50 days before it.
    if duration > .max - 3_600_000 {
      record.start = record.end
      corrections.reversed &+= 1
    }
  }

  /// Sets start and end from milliseconds since 1970; 0 is unset.
  @inline(__always)
  func setMilliseconds(
    _ record: inout FlowRecord, _ start: UInt64, _ end: UInt64, _ corrections: inout TimeCorrections
  ) {
    if start | end == 0 { return }
    record.start = Int64(truncatingIfNeeded: start == 0 ? end : start)
    record.end = Int64(truncatingIfNeeded: end == 0 ? start : end)
    if absoluteCorrection != 0, isCloserCorrected(record.end) {
      record.start = record.start &+ absoluteCorrection
      record.end = record.end &+ absoluteCorrection
    }
    record.orderTimes(&corrections)
  }

  /// Returns whether the correction brings an absolute time closer to the arrival.
  func isCloserCorrected(_ time: Int64) -> Bool {
    let (off, corrected) = (time &- arrivalMilliseconds, time &+ absoluteCorrection &- arrivalMilliseconds)
    return corrected.magnitude < off.magnitude
  }

  /// Converts an absolute time.
  func absolute(_ stamp: UInt64, _ kind: TimePlan.Kind) -> Int64 {
    switch kind {
    case .seconds: return Int64(truncatingIfNeeded: stamp & 0xffff_ffff) &* 1000
    case .ntp:
      // Era 0 (RFC 7011 §6.1.9), rounded to the nearest millisecond: exporters truncate the fraction.
      let seconds = Int64(stamp >> 32) - 2_208_988_800
      return seconds &* 1000 &+ Int64(((stamp & 0xffff_ffff) &* 1000 &+ 0x8000_0000) >> 32)
    default: return Int64(truncatingIfNeeded: stamp)
    }
  }

  /// Converts microseconds before the export (flowStartDeltaMicroseconds, flowEndDeltaMicroseconds).
  @inline(__always)
  func delta(_ microseconds: UInt64) -> Int64 {
    exportMilliseconds &- Int64(truncatingIfNeeded: microseconds / 1000)
  }
}

extension FlowRecord {
  /// Ensures that a row's end is not before its start.
  @inline(__always)
  mutating func orderTimes(_ corrections: inout TimeCorrections) {
    if end < start {
      start = end
      corrections.reversed &+= 1
    }
  }
}

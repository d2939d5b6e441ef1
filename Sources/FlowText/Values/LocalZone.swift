import FlowModel
public import Foundation

/// A time zone: conversions between local time and UTC.
public struct LocalZone: Sendable {
  private let zone: TimeZone

  package static let day: Int64 = 86_400_000

  /// - Parameter zone: usually `TimeZone.current`, set by TZ or /etc/localtime.
  public init(_ zone: TimeZone) {
    self.zone = zone
  }

  /// Returns the offset from UTC, milliseconds.
  package func offset(at time: Int64) -> Int64 {
    Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time.storable) / 1000))) * 1000
  }

  /// Returns the moment at which local clocks show `time`, given as if it were UTC: the first one if it occurs twice;
  /// if it is skipped, the moment of the change.
  package func moment(showing time: Int64) -> Int64 {
    let (early, late) = candidates(showing: time)
    if shows(time, at: early) { return early }
    return shows(time, at: late) ? late : change(after: early, to: late)
  }

  /// Returns the span in which local clocks show a time and the `length` milliseconds after it. A repeated hour is
  /// included twice if it lies wholly in the span, such as 02:00 to 03:00 on the day when clocks go back; otherwise the
  /// first occurrence counts.
  package func span(showing time: Int64, length: Int64) -> Range<Int64> {
    let start = moment(showing: time)
    let end = max(start, moment(showing: time + length))
    let second = candidates(showing: time).late
    let isCutShort = end - start > length && second - start > length && shows(time, at: second)
    return start..<(isCutShort ? start + length : end)
  }

  private func candidates(showing time: Int64) -> (early: Int64, late: Int64) {
    let (before, after) = (time - offset(at: time - Self.day), time - offset(at: time + Self.day))
    return (min(before, after), max(before, after))
  }

  private func shows(_ time: Int64, at moment: Int64) -> Bool { moment + offset(at: moment) == time }

  /// Returns the first moment after `early` with the offset of `late`.
  private func change(after early: Int64, to late: Int64) -> Int64 {
    let wanted = offset(at: late)
    var (low, high) = (early, late)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if offset(at: middle) == wanted { high = middle } else { low = middle }
    }
    return high
  }

  /// Returns a span around a moment with a constant offset: back to the last change or `reach` milliseconds, and
  /// likewise ahead.
  package func period(around time: Int64, reach: Int64) -> Range<Int64> {
    let offset = offset(at: time)
    var (first, end) = (time, time)
    while time - first < reach {
      let next = first - Self.day
      if self.offset(at: next) != offset {
        first = change(after: next, to: first)
        break
      }
      first = next
    }
    while end - time < reach {
      let next = end + Self.day
      if self.offset(at: next) != offset {
        end = change(after: end, to: next)
        break
      }
      end = next
    }
    return first..<max(end, time + 1)
  }

  /// `+08:00`.
  static func text(_ offset: Int64) -> String {
    let minutes = Int(offset.magnitude) / 60_000
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return (offset < 0 ? "-" : "+") + two(minutes / 60) + ":" + two(minutes % 60)
  }
}

import FlowModel
import FlowText

/// A time as entered, with its precision: `2026-01-31` is a day, `2026-01-31T12` an hour, and so on down to a
/// millisecond. Accepts every form in which this program prints times (RFC 3339, also with a blank instead of T, and
/// `20260131T120500Z` of file names), and seconds or milliseconds since 1970.
struct NamedTime {
  /// Local time as milliseconds since 1970, as if it were UTC.
  private(set) var shown: Int64
  /// Milliseconds.
  private(set) var length: Int64
  /// Offset from UTC, milliseconds; nil if not specified.
  private(set) var offset: Int64?

  /// - Parameter zone: the zone if no offset is specified; nil for UTC.
  func start(_ zone: LocalZone?) -> Int64 {
    guard let zone, offset == nil else { return shown - (offset ?? 0) }
    return zone.moment(showing: shown)
  }

  func span(_ zone: LocalZone?) -> Range<Int64> {
    if let zone, offset == nil { return zone.span(showing: shown, length: length) }
    return start(nil)..<(start(nil) + length)
  }

  /// - Parameter text: in lower case, with single blanks.
  init?(_ text: Substring) {
    var text = Cursor(text)
    if let epoch = text.epoch() {
      (shown, length) = epoch
      offset = 0
      return
    }
    guard let year = text.number(4) else { return nil }
    let isCompact = !text.take("-")
    guard let month = text.number(2), isCompact || text.take("-"), let day = text.number(2),
      (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    let days = CivilTime.daysSince1970(year: year, month: month, day: day)
    guard CivilTime(secondsSince1970: days * 86_400).day == day else { return nil }
    (shown, length) = (days * 86_400_000, 86_400_000)
    if text.isTime {
      guard text.take("t") || text.take(" "), text.time(isCompact, &shown, &length) else { return nil }
    }
    _ = text.take(" ")
    guard text.zone(&offset), text.isAtEnd else { return nil }
  }

  /// The rest of the text.
  private struct Cursor {
    private var rest: Substring

    init(_ text: Substring) { rest = text }

    var isAtEnd: Bool { rest.isEmpty }

    /// Whether a time of day follows, not an offset.
    var isTime: Bool {
      rest.first == "t" || rest.first == " " && (rest.dropFirst().first.map { "0123456789".contains($0) } ?? false)
    }

    mutating func take(_ sign: Character) -> Bool {
      guard rest.first == sign else { return false }
      rest = rest.dropFirst()
      return true
    }

    private var digits: Substring { rest.prefix { "0123456789".contains($0) } }

    /// Parses exactly `count` digits.
    mutating func number(_ count: Int) -> Int64? {
      let part = digits.prefix(count)
      guard part.count == count else { return nil }
      rest = rest.dropFirst(count)
      return Int64(part)
    }

    /// Parses seconds (9 to 11 digits) or milliseconds (13 digits) since 1970; other lengths could be dates.
    mutating func epoch() -> (Int64, Int64)? {
      let digits = digits
      guard (9...11).contains(digits.count) || digits.count == 13, let value = Int64(digits) else { return nil }
      let after = rest.dropFirst(digits.count)
      if digits.count > 11 { return after.isEmpty ? (value, 1) : nil }
      if after.isEmpty { return (value * 1000, 1000) }
      rest = after
      guard let fraction = fraction(), isAtEnd else { return nil }
      return (value * 1000 + fraction.value, fraction.length)
    }

    /// Parses `.123` and its precision; finer digits are ignored.
    private mutating func fraction() -> (value: Int64, length: Int64)? {
      guard take(".") || take(",") else { return nil }
      let digits = digits
      guard (1...18).contains(digits.count) else { return nil }
      rest = rest.dropFirst(digits.count)
      let kept = digits.prefix(3)
      let length = Int64([1000, 100, 10, 1][kept.count])
      return (Int64(kept).map { $0 * length } ?? 0, length)
    }

    mutating func time(_ isCompact: Bool, _ start: inout Int64, _ length: inout Int64) -> Bool {
      func follows(_ cursor: inout Cursor) -> Bool { isCompact ? !cursor.digits.isEmpty : cursor.take(":") }
      guard let hour = number(2), hour < 24 else { return false }
      (start, length) = (start + hour * 3_600_000, 3_600_000)
      guard follows(&self) else { return true }
      guard let minute = number(2), minute < 60 else { return false }
      (start, length) = (start + minute * 60_000, 60_000)
      guard follows(&self) else { return true }
      // A leap second counts as the first second of the next minute.
      guard let second = number(2), second <= 60 else { return false }
      (start, length) = (start + second * 1000, 1000)
      guard rest.first == "." || rest.first == "," else { return true }
      guard let fraction = fraction() else { return false }
      (start, length) = (start + fraction.value, fraction.length)
      return true
    }

    /// Parses `z`, `+05:30`, `+0530`, `+05` or nothing; returns false for anything else.
    mutating func zone(_ offset: inout Int64?) -> Bool {
      if take("z") {
        offset = 0
        return true
      }
      let isEast = rest.first == "+"
      guard take("+") || take("-") else { return true }
      guard let hours = number(2), hours < 16 else { return false }
      var minutes: Int64 = 0
      if take(":") || !digits.isEmpty {
        guard let value = number(2), value < 60 else { return false }
        minutes = value
      }
      offset = (isEast ? 1 : -1) * (hours * 3_600_000 + minutes * 60_000)
      return true
    }
  }
}

import FlowStore

/// A span of time. A flow belongs to it if it overlaps it: not only if it began there.
public struct TimeWindow: Hashable, Sendable, CustomStringConvertible {
  /// Milliseconds since 1970 UTC; without the end.
  public var range: Range<Int64>

  public init(_ range: Range<Int64>) {
    self.range = range
  }

  /// Whether a flow from `start` to `end` overlaps it. A flow lasts to the millisecond of its last packet at least.
  public func overlaps(start: Int64, end: Int64) -> Bool {
    start < range.upperBound && max(start, end) >= range.lowerBound
  }

  /// Seconds.
  public var duration: Double { Double(range.count) / 1000 }

  public var description: String {
    func text(_ time: Int64) -> String {
      let text = CivilTime.iso(milliseconds: time.storable)
      return text.hasSuffix(".000Z") ? text.dropLast(5) + "Z" : text
    }
    return "\(text(range.lowerBound))..\(text(range.upperBound))"
  }
}

/// Why a text is no window.
public struct TimeWindowError: Error, Hashable, Sendable, CustomStringConvertible {
  public let text: String

  public var description: String {
    "expected 'last 1h', today, yesterday, a date, a time such as 2026-01-31T12:00 (UTC; or with Z, +08:00), or FROM..TO, found '\(text)'"
  }
}

extension TimeWindow {
  /// Reads `last 90m`, `today`, `yesterday`, `2026-01-31` (that day), `2026-01-31T12` (that hour), `2026-01-31T12:05`
  /// (that minute), a second, or `FROM..TO`, of which either may be left out. TO is where it ends: the whole of the day,
  /// hour, minute or second named does not belong to it.
  ///
  /// - Parameters:
  ///   - now: milliseconds since 1970 UTC.
  ///   - zone: whose time is meant where none is named; nil: UTC.
  public init(parsing text: String, now: Int64, zone: LocalZone? = nil) throws(TimeWindowError) {
    let words = text.lowercased().split(separator: " ").joined(separator: " ")
    if words.hasPrefix("last "), let length = Self.duration(words.dropFirst(5)) {
      self.init((now - length)..<(now + 1))
    } else if words == "today" {
      self.init(Self.days(0, now, zone))
    } else if words == "yesterday" {
      self.init(Self.days(-1, now, zone))
    } else if let separator = words.range(of: "..") {
      let sides = (String(words[..<separator.lowerBound]), String(words[separator.upperBound...]))
      let from = sides.0.isEmpty ? CivilTime.storable.lowerBound : Self.moment(sides.0, zone)?.lowerBound
      let to = sides.1.isEmpty ? now + 1 : Self.moment(sides.1, zone)?.lowerBound
      guard let from, let to, from < to else { throw TimeWindowError(text: text) }
      self.init(from..<to)
    } else if let moment = Self.moment(words, zone) {
      self.init(moment)
    } else {
      throw TimeWindowError(text: text)
    }
  }

  /// Milliseconds of `90s`, `5m`, `1h`, `2d`, `1w`, or a number of seconds.
  static func duration(_ text: Substring) -> Int64? {
    let text = text.filter { $0 != " " }
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
    let unit = text.last.flatMap { units[$0] }
    guard let count = Int64(unit == nil ? text[...] : text.dropLast()), count > 0, count < 1_000_000_000 else {
      return nil
    }
    return count * (unit ?? 1) * 1000
  }

  /// The day so many days after today.
  private static func days(_ count: Int64, _ now: Int64, _ zone: LocalZone?) -> Range<Int64> {
    let day: Int64 = 86_400_000
    let shown = now + (zone?.offset(at: now) ?? 0)
    let start = shown - (shown % day + day) % day + count * day
    return moment(start, zone)..<moment(start + day, zone)
  }

  /// When clocks show a time.
  private static func moment(_ shown: Int64, _ zone: LocalZone?) -> Int64 { zone?.moment(showing: shown) ?? shown }

  /// The span that a date or time names.
  private static func moment(_ text: String, _ zone: LocalZone?) -> Range<Int64>? {
    var rest = text[...]
    func number(_ digits: Int) -> Int64? {
      let part = rest.prefix(digits)
      guard part.count == digits, part.allSatisfy({ ("0"..."9").contains($0) }) else { return nil }
      rest = rest.dropFirst(digits)
      return Int64(part)
    }
    func take(_ signs: String) -> Bool {
      guard let first = rest.first, signs.contains(first) else { return false }
      rest = rest.dropFirst()
      return true
    }
    guard let year = number(4), take("-"), let month = number(2), take("-"), let day = number(2),
      (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    let days = CivilTime.daysSince1970(year: year, month: month, day: day)
    guard CivilTime(secondsSince1970: days * 86_400).day == day else { return nil }
    var start = days * 86_400_000
    var isLocal = true
    var length: Int64 = 86_400_000
    if take("t ") {
      guard let hour = number(2), hour < 24 else { return nil }
      (start, length) = (start + hour * 3_600_000, 3_600_000)
      if take(":") {
        guard let minute = number(2), minute < 60 else { return nil }
        (start, length) = (start + minute * 60_000, 60_000)
        if take(":") {
          guard let second = number(2), second < 60 else { return nil }
          (start, length) = (start + second * 1000, 1000)
        }
      }
      if let next = rest.first, "+-z".contains(next) { isLocal = false }
      let isEast = rest.hasPrefix("+")
      if take("+-") {
        guard let hours = number(2), hours < 15, take(":"), let minutes = number(2), minutes < 60 else { return nil }
        start += (isEast ? -1 : 1) * (hours * 3_600_000 + minutes * 60_000)
      } else {
        _ = take("z")
      }
    }
    guard rest.isEmpty else { return nil }
    return isLocal ? moment(start, zone)..<moment(start + length, zone) : start..<(start + length)
  }
}

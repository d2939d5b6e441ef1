import FlowModel
public import FlowText
public import NetworkBytes

/// A time window. It contains the flows that overlap it, not only those that begin in it.
public struct TimeWindow: Hashable, Sendable, CustomStringConvertible {
  /// Milliseconds since 1970 UTC; the end is exclusive. Empty for times that clocks skipped.
  public var range: Range<Int64>

  /// Whether a single millisecond was named, which selects the flows live at that time.
  public private(set) var isMoment = false

  /// - Parameter range: clamped to the years 1 to 9999, outside of which there are no flows.
  public init(_ range: Range<Int64>) {
    self.range = range.clamped(to: Self.representable)
  }

  private static let representable = CivilTime.storable.lowerBound..<(CivilTime.storable.upperBound + 1)

  /// Creates the window from an earliest start to a latest end.
  init(_ times: ClosedRange<Int64>) {
    self.init(times.lowerBound.storable..<(times.upperBound.storable + 1))
  }

  /// Returns whether a flow from `start` to `end` overlaps the window. A flow includes the millisecond of its last
  /// packet.
  public func overlaps(start: UnixMilliseconds, end: UnixMilliseconds) -> Bool {
    start < range.upperBound && max(start, end) >= range.lowerBound && !range.isEmpty
  }

  /// Returns whether everything from an earliest start to a latest end is inside.
  func includes(_ times: ClosedRange<Int64>) -> Bool {
    range.lowerBound <= times.lowerBound && times.upperBound < range.upperBound
  }

  /// Whether it has no start, as `..TO`.
  package var isOpenAtStart: Bool { range.lowerBound <= CivilTime.storable.lowerBound }

  /// Returns the part that has passed; the whole window if it has not begun.
  package func passed(by now: UnixMilliseconds) -> Range<UnixMilliseconds> {
    now > range.lowerBound ? range.lowerBound..<min(range.upperBound, now) : range
  }

  /// Seconds.
  public var duration: Double { (Double(range.upperBound) - Double(range.lowerBound)) / 1000 }

  public var description: String {
    func text(_ time: UnixMilliseconds) -> String {
      let text = CivilTime.iso(milliseconds: time.storable)
      return text.hasSuffix(".000Z") ? text.dropLast(5) + "Z" : text
    }
    return "\(text(range.lowerBound))..\(text(range.upperBound))"
  }
}

/// Why a text is not a valid window.
public struct TimeWindowError: Error, Hashable, Sendable, CustomStringConvertible {
  public let text: String

  public var description: String {
    "expected 'last 1h', today, yesterday, a date, a date and time such as 2026-01-31T12:00 (UTC; or with Z, +08:00), seconds since 1970, or FROM..TO, found '\(text)'"
  }
}

extension TimeWindow {
  /// Parses `last 90m`, `today`, `yesterday`, any text that `NamedTime` accepts (that day, hour, minute, second or
  /// millisecond), or `FROM..TO` with either omitted. TO is exclusive: the day, hour, minute or second named is not
  /// included.
  ///
  /// - Parameters:
  ///   - now: milliseconds since 1970 UTC.
  ///   - zone: the zone if none is specified; nil for UTC.
  public init(parsing text: String, now: UnixMilliseconds, zone: LocalZone? = nil) throws(TimeWindowError) {
    let words = text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    if words.hasPrefix("last "), let length = Self.duration(words.dropFirst(5)) {
      self.init((now - length)..<(now + 1))
    } else if words == "today" {
      self.init(Self.day(0, now, zone))
    } else if words == "yesterday" {
      self.init(Self.day(-1, now, zone))
    } else if let separator = words.firstRange(of: "..") {
      // Blanks are already single.
      var sides = (words[..<separator.lowerBound], words[separator.upperBound...])
      if sides.0.last == " " { sides.0.removeLast() }
      if sides.1.first == " " { sides.1.removeFirst() }
      guard let range = Self.range(sides.0, sides.1, now, zone) else { throw TimeWindowError(text: text) }
      self.init(range)
    } else if let time = NamedTime(words[...]) {
      self.init(time.span(zone))
      isMoment = time.length == 1
    } else {
      throw TimeWindowError(text: text)
    }
  }

  private static func range(_ from: Substring, _ to: Substring, _ now: UnixMilliseconds, _ zone: LocalZone?) -> Range<
    Int64
  >? {
    let (first, last) = (NamedTime(from), NamedTime(to))
    if first == nil && !from.isEmpty || last == nil && !to.isEmpty { return nil }
    let start = first?.start(zone) ?? CivilTime.storable.lowerBound
    let end = last?.start(zone) ?? now + 1
    if start < end { return start..<end }
    // For skipped local times, start and end are the same moment.
    guard let first, let last, start == end, first.shown < last.shown else { return nil }
    return start..<end
  }

  /// Parses `90s`, `5m`, `1h`, `2d`, `1w`, or a number of seconds, to milliseconds.
  static func duration(_ text: Substring) -> Int64? {
    let text = text.filter { $0 != " " }
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
    let unit = text.last.flatMap { units[$0] }
    guard let count = Int64(unit == nil ? text[...] : text.dropLast()), count > 0, count < 1_000_000_000 else {
      return nil
    }
    return count * (unit ?? 1) * 1000
  }

  /// Returns the day `count` days after today.
  private static func day(_ count: Int64, _ now: UnixMilliseconds, _ zone: LocalZone?) -> Range<Int64> {
    let day = LocalZone.day
    let shown = now + (zone?.offset(at: now) ?? 0)
    let start = shown - (shown % day + day) % day + count * day
    return zone?.span(showing: start, length: day) ?? start..<(start + day)
  }
}

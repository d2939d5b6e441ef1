import FlowText

/// Point in time in UTC with the precision in which it was sent.
public struct Timestamp: Sendable, Hashable, BitwiseCopyable {
  /// The raw value is the number of decimal places of a second.
  public enum Precision: Int, Sendable, BitwiseCopyable {
    case seconds = 0
    case milliseconds = 3
    case microseconds = 6
    case nanoseconds = 9
  }

  /// Seconds since 1970, rounded down.
  public var seconds: Int64
  /// 0...999,999,999, a multiple of the precision.
  public var nanoseconds: UInt32
  public var precision: Precision

  public init(seconds: Int64, nanoseconds: UInt32 = 0, precision: Precision) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
    self.precision = precision
  }

  /// Creates a timestamp from milliseconds since 1970 UTC.
  public init(milliseconds: Int64) {
    let seconds = milliseconds.floorDividing(by: 1000)
    self.init(
      seconds: seconds, nanoseconds: UInt32(truncatingIfNeeded: milliseconds &- seconds &* 1000) &* 1_000_000,
      precision: .milliseconds)
  }

  /// Creates a timestamp from an NTP timestamp of era 0, seconds since 1900 and a binary fraction (RFC 7011 §6.1.9,
  /// §6.1.10), rounded to the nearest unit of `precision`. The low 11 bits of a fraction in microseconds are not
  /// significant.
  public init(ntp: UInt64, precision: Precision) {
    let mask: UInt64 = precision == .microseconds ? 0xffff_f800 : 0xffff_ffff
    let unit: UInt64 = precision == .microseconds ? 1000 : 1
    let perSecond = 1_000_000_000 / unit
    let rounded = ((ntp & mask) &* perSecond &+ (1 << 31)) >> 32
    let carry = rounded / perSecond
    self.init(
      seconds: Int64((ntp >> 32) &+ carry) - 2_208_988_800,
      nanoseconds: UInt32(truncatingIfNeeded: (rounded &- carry &* perSecond) &* unit), precision: precision)
  }

  /// 9999-12-31T23:59:59Z, the last second of a four-digit year.
  static let lastSecond: Int64 = 253_402_300_799
}

extension Timestamp: CustomStringConvertible {
  /// RFC 3339, such as `2024-05-01T12:00:00.250Z`.
  public var description: String {
    var text: [UInt8] = []
    appendText(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the text of `description`; correct for the years 0000 to 9999.
  public func appendText(to text: inout [UInt8]) {
    let days = seconds.floorDividing(by: 86_400)
    let second = UInt64(truncatingIfNeeded: seconds &- days &* 86_400)
    let date = Self.date(days: days)
    JSONText.appendDigits(date.year, count: 4, to: &text)
    text.append(UInt8(ascii: "-"))
    JSONText.appendDigits(date.month, count: 2, to: &text)
    text.append(UInt8(ascii: "-"))
    JSONText.appendDigits(date.day, count: 2, to: &text)
    text.append(UInt8(ascii: "T"))
    JSONText.appendDigits(second / 3600, count: 2, to: &text)
    text.append(UInt8(ascii: ":"))
    JSONText.appendDigits(second / 60 % 60, count: 2, to: &text)
    text.append(UInt8(ascii: ":"))
    JSONText.appendDigits(second % 60, count: 2, to: &text)
    if precision != .seconds {
      text.append(UInt8(ascii: "."))
      var fraction = UInt64(nanoseconds)
      for _ in precision.rawValue..<9 { fraction /= 10 }
      JSONText.appendDigits(fraction, count: precision.rawValue, to: &text)
    }
    text.append(UInt8(ascii: "Z"))
  }

  /// Returns the Gregorian date `days` after 1970-01-01. Years are counted from March, so that the leap day is the last
  /// of its year, and in eras of 400 years, all of which have 146,097 days.
  private static func date(days: Int64) -> (year: UInt64, month: UInt64, day: UInt64) {
    let shifted = days &+ 719_468
    let era = shifted.floorDividing(by: 146_097)
    let dayOfEra = shifted &- era &* 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    let year = era &* 400 &+ yearOfEra &+ (month < 10 ? 0 : 1)
    return (
      UInt64(truncatingIfNeeded: year), UInt64(truncatingIfNeeded: month < 10 ? month + 3 : month - 9),
      UInt64(truncatingIfNeeded: day)
    )
  }
}

extension Int64 {
  /// Returns the quotient rounded down; `divisor` must be positive.
  fileprivate func floorDividing(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}

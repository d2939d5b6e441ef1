/// A time in UTC as year, month, day and time of day (proleptic Gregorian calendar).
public struct CivilTime: Sendable {
  public let year: Int64
  public let month: Int64
  public let day: Int64
  public let secondOfDay: Int64

  public init(secondsSince1970 seconds: Int64) {
    let (days, rest) = seconds.dividedDown(by: 86_400)
    secondOfDay = rest
    // Days count from 1 March of year 0, so that the leap day is the last of its year.
    let (era, dayOfEra) = (days + 719_468).dividedDown(by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shifted + 2) / 5 + 1
    month = shifted < 10 ? shifted + 3 : shifted - 9
    year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
  }

  /// Returns the days from 1 January 1970 to a date; `month` is 1...12.
  package static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shiftedYear = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = shiftedYear.dividedDown(by: 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// Milliseconds since 1970 UTC of the years 1...9999. Query engines reject a whole file for a single time far beyond,
  /// and exporters can send any.
  package static let storable: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999

  /// `2026-01-01`.
  public var date: String { "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))" }
  /// `00`…`23`.
  public var hourText: String { Self.padded(secondOfDay / 3600, 2) }
  /// `15:06:30`.
  public var time: String {
    "\(hourText):\(Self.padded(secondOfDay / 60 % 60, 2)):\(Self.padded(secondOfDay % 60, 2))"
  }
  /// `20260101T000500Z`.
  public var compact: String {
    Self.padded(year, 4) + Self.padded(month, 2) + Self.padded(day, 2) + "T"
      + time.filter { $0 != ":" } + "Z"
  }

  private static func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value.magnitude)
    return (value < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// Formats milliseconds since 1970 UTC as `2026-01-01T00:05:00.123Z`.
  public static func iso(milliseconds: Int64) -> String {
    var text: [UInt8] = []
    appendISO(milliseconds: milliseconds, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the text of `iso`.
  public static func appendISO(milliseconds: Int64, to text: inout [UInt8]) {
    let (seconds, rest) = milliseconds.dividedDown(by: 1000)
    let time = CivilTime(secondsSince1970: seconds)
    if (0...9999).contains(time.year) {
      append(time.year, 4, "-", to: &text)
      append(time.month, 2, "-", to: &text)
      append(time.day, 2, "T", to: &text)
      append(time.secondOfDay / 3600, 2, ":", to: &text)
      append(time.secondOfDay / 60 % 60, 2, ":", to: &text)
      append(time.secondOfDay % 60, 2, ".", to: &text)
    } else {
      text += "\(time.date)T\(time.time).".utf8
    }
    append(rest, 3, "Z", to: &text)
  }

  /// Appends 2 to 4 digits and a separator.
  private static func append(_ value: Int64, _ digits: Int, _ after: Unicode.Scalar, to text: inout [UInt8]) {
    var divisor: Int64 = digits == 4 ? 1000 : digits == 3 ? 100 : 10
    while divisor > 0 {
      text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
      divisor /= 10
    }
    text.append(UInt8(ascii: after))
  }
}

extension Int64 {
  /// The nearest time that files can store, milliseconds since 1970 UTC.
  package var storable: Int64 {
    Swift.min(Swift.max(self, CivilTime.storable.lowerBound), CivilTime.storable.upperBound)
  }

  /// Returns the quotient rounded down and a non-negative remainder; `divisor` must be positive.
  package func dividedDown(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

package import Foundation

/// The time of a `Date` field (RFC 9110 §5.6.7), in the preferred format: `Sun, 06 Nov 1994 08:49:37 GMT`.
///
/// Parsed manually, because Foundation's `DateFormatter` crashes on some input, and the peer controls this text.
package enum HTTPDate {
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// - Returns: nil if the text is not a date in this format.
  package static func date(_ text: String) -> Date? {
    let parts = text.utf8.count == 29 ? text.split(separator: " ") : []
    guard parts.count == 6, parts[0].last == ",", parts[5] == "GMT",
      let month = months.firstIndex(where: { $0 == parts[2] }),
      let day = number(parts[1], 1...31), let year = number(parts[3], 1970...9999)
    else { return nil }
    let clock = parts[4].split(separator: ":", omittingEmptySubsequences: false)
    guard clock.count == 3, let hour = number(clock[0], 0...23), let minute = number(clock[1], 0...59),
      let second = number(clock[2], 0...60)
    else { return nil }
    let time = DateComponents(
      calendar: Calendar(identifier: .gregorian), timeZone: .gmt, year: year, month: month + 1, day: day, hour: hour,
      minute: minute, second: second)
    return time.date
  }

  private static func number(_ text: Substring, _ range: ClosedRange<Int>) -> Int? {
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int(text), range.contains(value) else {
      return nil
    }
    return value
  }
}

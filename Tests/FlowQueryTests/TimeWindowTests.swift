import FlowQuery
import FlowText
import Foundation
import Testing

@Suite("Windows of time")
struct TimeWindowTests {
  /// 2026-01-31T12:34:56.789Z.
  private static let now: Int64 = 1_769_862_896_789
  private static let day: Int64 = 86_400_000
  private static let midnight = now - now % day

  @Test("each way to write one")
  func forms() throws {
    func window(_ text: String) throws -> Range<Int64> { try TimeWindow(parsing: text, now: Self.now).range }
    let (now, day, midnight) = (Self.now, Self.day, Self.midnight)
    #expect(try window("last 1h") == (now - 3_600_000)..<(now + 1))
    #expect(try window("LAST  90 s") == (now - 90_000)..<(now + 1))
    #expect(try window("last 2d") == (now - 2 * day)..<(now + 1))
    #expect(try window("today") == midnight..<(midnight + day))
    #expect(try window("yesterday") == (midnight - day)..<midnight)
    #expect(try window("2026-01-31") == midnight..<(midnight + day))
    #expect(try window("2026-01-31T12") == (midnight + 12 * 3_600_000)..<(midnight + 13 * 3_600_000))
    #expect(try window("2026-01-31 12:34") == (midnight + 45_240_000)..<(midnight + 45_300_000))
    #expect(try window("2026-01-31T12:34:56Z") == (midnight + 45_296_000)..<(midnight + 45_297_000))
    #expect(try window("2026-01-31T12:34+08:00") == (midnight + 16_440_000)..<(midnight + 16_500_000))
    #expect(try window("2026-01-31T00:00-01:30..2026-01-31T02") == (midnight + 5_400_000)..<(midnight + 7_200_000))
    #expect(try window("2026-01-30..2026-01-31") == (midnight - day)..<midnight)
    #expect(try window("2026-01-31T12..") == (midnight + 43_200_000)..<(now + 1))
    #expect(try window("..2026-01-31").upperBound == midnight)
  }

  @Test(
    "every way in which times are printed is one to ask for them",
    arguments: [
      ("2026-01-31T12:34:56.789Z", 1), ("2026-01-31 12:34:56.789", 1), ("2026-01-31T12:34:56,789", 1),
      ("2026-01-31T18:04:56.789+05:30", 1), ("2026-01-31T18:04:56.789+0530", 1), ("2026-01-31T04:34:56.789-08", 1),
      ("2026-01-31T12:34:56.789123456Z", 1), ("1769862896.789", 1), ("1769862896789", 1), ("1769862896", 1000),
      ("2026-01-31 12:34:56 +0000", 1000), ("2026-01-31T12:34:56.7Z", 100), ("20260131T123456Z", 1000),
      ("2026-01-31T12:34z", 60_000), ("20260131T1234Z", 60_000), ("20260131", 86_400_000),
    ] as [(String, Int64)])
  func printed(text: String, length: Int64) throws {
    let start = Self.now - Self.now % length
    #expect(try TimeWindow(parsing: text, now: 0).range == start..<(start + length))
    #expect(try TimeWindow(parsing: "..\(text)", now: 0).range.upperBound == start)
    #expect(try TimeWindow(parsing: " \(text) .. ", now: Self.now).range == start..<(Self.now + 1))
  }

  @Test("days and times of a place are as long as its clocks make them")
  func local() throws {
    let zone = LocalZone(try #require(TimeZone(identifier: "Europe/Berlin")))
    func window(_ text: String) throws -> TimeWindow { try TimeWindow(parsing: text, now: Self.now, zone: zone) }
    #expect(try window("2026-01-31").description == "2026-01-30T23:00:00Z..2026-01-31T23:00:00Z")
    #expect(try window("today").description == "2026-01-30T23:00:00Z..2026-01-31T23:00:00Z")
    #expect(try window("yesterday").description == "2026-01-29T23:00:00Z..2026-01-30T23:00:00Z")
    #expect(try window("2026-07-01T12:30").description == "2026-07-01T10:30:00Z..2026-07-01T10:31:00Z")
    #expect(try window("2026-01-31T12:00Z").description == "2026-01-31T12:00:00Z..2026-01-31T12:01:00Z")
    #expect(try window("2026-01-31T12+08:00").description == "2026-01-31T04:00:00Z..2026-01-31T05:00:00Z")
    // Clocks go forward from 2 to 3 on 29 March, and back from 3 to 2 on 25 October.
    #expect(try window("2026-03-29").duration == 23 * 3600)
    #expect(try window("2026-10-25").duration == 25 * 3600)
    #expect(try window("2026-10-25T02:30").range.lowerBound == window("2026-10-25T00:30Z").range.lowerBound)
    // Both hours from 2 to 3; for minutes, the first hour.
    #expect(try window("2026-10-25T02").description == "2026-10-25T00:00:00Z..2026-10-25T02:00:00Z")
    #expect(try window("2026-10-25T02:59").duration == 60)
    #expect(try window("2026-10-25T03").description == "2026-10-25T02:00:00Z..2026-10-25T03:00:00Z")
    // This local time does not exist.
    #expect(try window("2026-03-29T02").range.isEmpty)
    #expect(try window("2026-03-29T02..2026-03-29T02:30").range.isEmpty)
    #expect(try window("2026-03-29T01").description == "2026-03-29T00:00:00Z..2026-03-29T01:00:00Z")
    #expect(try window("2026-03-29T03").description == "2026-03-29T01:00:00Z..2026-03-29T02:00:00Z")
    #expect(try window("last 1h") == TimeWindow(parsing: "last 1h", now: Self.now))
    var style = AnswerStyle()
    #expect(style.text(Self.now) == "2026-01-31T12:34:56.789Z")
    style.zone = zone
    #expect(style.text(Self.now) == "2026-01-31T13:34:56.789+01:00")
    style.zone = LocalZone(try #require(TimeZone(identifier: "America/St_Johns")))
    #expect(style.text(Self.now) == "2026-01-31T09:04:56.789-03:30")
  }

  @Test(
    "what is none is told with what could be",
    arguments: [
      "", "last", "last 0s", "last week", "now", "2026-02-30", "2026-13-01", "2026-1-1", "2026-01-31T24",
      "2026-01-31T12:60",
      "2026-01-31..2026-01-30", "2026-01-31..2026-01-31", "2026", "202601311234", "12345678", "1769862896.",
      "-1769862896",
      "2026-01-31T12:34:56.", "2026-01-31T12:34+24:00", "2026-01-31T12:34+05:3", "2026013", "20260131T1", "2026-01-31T",
      "2026-01-31....2026-02-01", "2026-01-31T12:00+8", "12:00", "2026-01-31T12:00:00ZZ",
    ])
  func mistakes(text: String) {
    let error = #expect(throws: TimeWindowError.self) { try TimeWindow(parsing: text, now: Self.now) }
    #expect(error?.description.contains("'\(text)'") == true)
  }

  @Test("a flow belongs to each window that it overlaps")
  func overlap() {
    let window = TimeWindow(1000..<2000)
    for (start, end, belongs) in [
      (1000, 1000, true), (999, 999, false), (999, 1000, true), (1999, 5000, true), (2000, 2000, false),
      (0, 9000, true),
      (1500, 1400, true), (2000, 1500, false),
    ] as [(Int64, Int64, Bool)] {
      #expect(window.overlaps(start: start, end: end) == belongs, "\(start) \(end)")
    }
    #expect(!TimeWindow(1000..<1000).overlaps(start: 0, end: 9000))
    // The years 1 to 9999: there are no flows before or after.
    #expect(TimeWindow(.min ..< .max).duration == 315_537_897_600)
  }
}

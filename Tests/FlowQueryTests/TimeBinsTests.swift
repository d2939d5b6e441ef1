import FlowQuery
import FlowText
import Foundation
import TestSupport
import Testing

@Suite("Bins of time")
struct TimeBinsTests {
  private static func zone(_ name: String) throws -> LocalZone { LocalZone(try #require(TimeZone(identifier: name))) }

  private static func time(_ text: String) throws -> Int64 {
    try TimeWindow(parsing: text, now: 0).range.lowerBound
  }

  /// Returns the starts of the bins from one time to another, in local notation.
  private static func bins(_ name: String, _ width: Int64, _ from: String, _ to: String) throws -> [String] {
    var style = AnswerStyle()
    style.zone = try zone(name)
    var bins = TimeBins(width: width * 1000, zone: style.zone)
    var start = bins.start(of: try time(from))
    var texts: [String] = []
    while start <= bins.start(of: try time(to)) {
      texts.append(style.text(start).replacing(":00.000", with: ""))
      start = bins.next(after: start)
    }
    return texts
  }

  private static let hour: Int64 = 3600
  private static let day: Int64 = 86_400

  @Test("days begin when the place's do, also where that is not at midnight")
  func days() throws {
    #expect(
      try Self.bins("Europe/Berlin", Self.day, "2026-03-28T12Z", "2026-03-30T12Z")
        == ["2026-03-28T00:00+01:00", "2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00"])
    #expect(
      try Self.bins("Europe/Berlin", Self.day, "2026-10-24T12Z", "2026-10-26T12Z")
        == ["2026-10-24T00:00+02:00", "2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00"])
    // Clocks go from 00:00 to 01:00.
    #expect(
      try Self.bins("Africa/Cairo", Self.day, "2026-04-23T12Z", "2026-04-25T12Z")
        == ["2026-04-23T00:00+02:00", "2026-04-24T01:00+03:00", "2026-04-25T00:00+03:00"])
    // From 01:00 back to 00:00 of the same day: one day of 25 hours.
    #expect(
      try Self.bins("America/Havana", Self.day, "2026-10-31T17Z", "2026-11-02T17Z")
        == ["2026-10-31T00:00-04:00", "2026-11-01T00:00-04:00", "2026-11-02T00:00-05:00"])
    // From 24:00 back to 23:00 of the previous day.
    #expect(
      try Self.bins("America/Asuncion", Self.day, "2020-03-20T17Z", "2020-03-23T17Z")
        == ["2020-03-20T00:00-03:00", "2020-03-21T00:00-03:00", "2020-03-22T00:00-04:00", "2020-03-23T00:00-04:00"])
    // A skipped day.
    #expect(
      try Self.bins("Pacific/Apia", Self.day, "2011-12-29T12Z", "2011-12-31T12Z")
        == ["2011-12-29T00:00-10:00", "2011-12-31T00:00+14:00", "2012-01-01T00:00+14:00"])
  }

  @Test("hours begin on the hour that clocks show; one that comes twice is two")
  func hours() throws {
    #expect(
      try Self.bins("Asia/Kolkata", Self.hour, "2026-03-29T00:10Z", "2026-03-29T02Z")
        == ["2026-03-29T05:00+05:30", "2026-03-29T06:00+05:30", "2026-03-29T07:00+05:30"])
    #expect(
      try Self.bins("Europe/Berlin", Self.hour, "2026-10-24T23:30Z", "2026-10-25T02:30Z")
        == ["2026-10-25T01:00+02:00", "2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00", "2026-10-25T03:00+01:00"])
    #expect(
      try Self.bins("Europe/Berlin", Self.hour, "2026-03-29T00:30Z", "2026-03-29T01:30Z")
        == ["2026-03-29T01:00+01:00", "2026-03-29T03:00+02:00"])
    #expect(
      try Self.bins("Europe/Berlin", 6 * Self.hour, "2026-10-24T23:30Z", "2026-10-25T06:30Z")
        == ["2026-10-25T00:00+02:00", "2026-10-25T06:00+01:00"])
    // Clocks go back by half an hour.
    #expect(
      try Self.bins("Australia/Lord_Howe", Self.hour, "2026-04-04T14:10Z", "2026-04-04T16Z")
        == ["2026-04-05T01:00+11:00", "2026-04-05T02:00+10:30"])
  }

  @Test(
    "bins follow one another without gaps, and begin where their first moment is",
    arguments: [
      "Europe/Berlin", "Africa/Cairo", "America/Havana", "America/St_Johns", "Asia/Kolkata", "Australia/Lord_Howe",
      "Pacific/Apia", "Africa/Casablanca", "America/Sao_Paulo", "UTC",
    ])
  func partition(name: String) throws {
    let seed = runSeed("TIME_BINS_SEED")
    var random = SeededGenerator(seed: seed)
    let zone = try Self.zone(name)
    for width in [60, 900, 1800, 3600, 7200, 21_600, 86_400, 7 * 86_400, 30 * 86_400] as [Int64] {
      var bins = TimeBins(width: width * 1000, zone: zone)
      for _ in 0..<40 {
        // Years 2000 to 2030.
        let time = 946_684_800_000 + Int64(random.below(946_684_800)) * 1000
        let start = bins.start(of: time)
        let next = bins.next(after: start)
        let note: Comment = "seed \(seed): \(name), \(width) s, \(time)"
        #expect(start <= time, note)
        #expect(time < next, note)
        #expect(bins.start(of: start) == start, note)
        #expect(bins.start(of: next - 1) == start, note)
        #expect(bins.start(of: next) == next, note)
      }
    }
  }

  @Test("no time is too far off")
  func extremes() throws {
    for zone in [nil, try Self.zone("Europe/Berlin")] {
      var bins = TimeBins(width: 86_400_000, zone: zone)
      for time in [Int64.min, -1, 0, .max] {
        let start = bins.start(of: time)
        #expect(bins.next(after: start) > start)
      }
    }
  }
}

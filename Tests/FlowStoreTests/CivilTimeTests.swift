import FlowModel
import FlowStore
import Foundation
import TestSupport
import Testing

@Suite("Civil time")
struct CivilTimeTests {
  @Test(
    "Known moments have known texts",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"), (-86_400_000, "1969-12-31T00:00:00.000Z"),
      (951_782_399_999, "2000-02-28T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
      (951_868_800_000, "2000-03-01T00:00:00.000Z"), (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
      (1_740_787_199_000, "2025-02-28T23:59:59.000Z"), (1_740_787_200_000, "2025-03-01T00:00:00.000Z"),
      (-2_203_977_600_000, "1900-02-28T00:00:00.000Z"), (-2_203_891_200_000, "1900-03-01T00:00:00.000Z"),
      (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
      (253_402_300_800_000, "10000-01-01T00:00:00.000Z"), (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
      (-62_167_219_200_001, "-0001-12-31T23:59:59.999Z"), (Int64.max, "292278994-08-17T07:12:55.807Z"),
      (Int64.min, "-292275055-05-16T16:47:04.192Z"),
    ])
  func known(milliseconds: Int64, text: String) {
    #expect(CivilTime.iso(milliseconds: milliseconds) == text)
  }

  @Test("Every day from 1968 to 2105 is the calendar's, and is found from its date")
  func days() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
    for day in Int64(-730)..<49_500 {
      let time = CivilTime(secondsSince1970: day * 86_400 + 86_399)
      let date = calendar.dateComponents(
        [.year, .month, .day], from: Date(timeIntervalSince1970: TimeInterval(day) * 86_400))
      let same =
        time.year == Int64(date.year ?? 0) && time.month == Int64(date.month ?? 0) && time.day == Int64(date.day ?? 0)
      let back = CivilTime.daysSince1970(year: time.year, month: time.month, day: time.day)
      if !same || back != day { Issue.record("day \(day): \(time.date), back to \(back)") }
    }
  }

  @Test("Days of all centuries are found again from their dates")
  func roundTrip() {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<20_000 {
      let day = Int64.random(in: -1_000_000_000...1_000_000_000, using: &random)
      let time = CivilTime(secondsSince1970: day * 86_400)
      let back = CivilTime.daysSince1970(year: time.year, month: time.month, day: time.day)
      if back != day || time.secondOfDay != 0 { Issue.record("day \(day): \(time.date), FLOWSTORE_TEST_SEED=\(seed)") }
    }
  }

  @Test("Parts of the time of day")
  func parts() {
    let time = CivilTime(secondsSince1970: 1_767_228_845)
    #expect(time.date == "2026-01-01")
    #expect(time.hourText == "00")
    #expect(time.time == "00:54:05")
    #expect(time.compact == "20260101T005405Z")
    #expect(time.secondOfDay == 3245)
  }
}

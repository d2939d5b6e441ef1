import CloudAPI
import Foundation
import ObjectStorage
import Testing

@Suite("The time in a service's answer")
struct HTTPDateTests {
  @Test("is read in the form that is sent today")
  func date() {
    #expect(HTTPDate.date("Sun, 06 Nov 1994 08:49:37 GMT") == Date(timeIntervalSince1970: 784_111_777))
    #expect(HTTPDate.date("Thu, 01 Jan 1970 00:00:00 GMT") == Date(timeIntervalSince1970: 0))
    #expect(HTTPDate.date("Thu, 29 Feb 2024 23:59:59 GMT") == Date(timeIntervalSince1970: 1_709_251_199))
  }

  /// Found by the fuzz target `answers`: Foundation's `DateFormatter` crashed on some of these.
  @Test(
    "that is no time is none",
    arguments: [
      "", "GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 32 Nov 1994 08:49:37 GMT",
      "Sun, 06 Nox 1994 08:49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT",
      "Sun, 06 Nov 1994 08:4937: GMT", "F\u{318}\u{fffd}\u{fffd}p\u{fffd}A\u{fffd}l\u{fffd}X\u{fffd}",
      "\u{0}\u{318}流\u{7}",
    ])
  func none(text: String) {
    #expect(HTTPDate.date(text) == nil)
    #expect(ObjectAnswer(status: 503, headers: ["date": text]).date == nil)
  }
}

import Shipping
import Testing

import ClickHouse

@Suite("What an answer of ClickHouse means for a file")
struct RefusalTests {
  @Test("only what is wrong with the file sets it aside")
  func setAside() {
    let codes = (0...1100).filter { ExceptionCode.meaning($0)?.remedy == .setAside }
    #expect(codes == [32, 33, 40, 117, 271, 636])
  }

  @Test(
    "what passes is tried again, what somebody has to mend waits",
    arguments: [
      (159, .retry), (202, .retry), (209, .retry), (210, .retry), (241, .retry), (242, .retry), (252, .retry),
      (285, .retry), (319, .retry), (999, .retry), (60, .wait), (81, .wait), (16, .wait), (27, .wait), (47, .wait),
      (53, .wait), (62, .wait), (73, .wait), (115, .wait), (192, .wait), (243, .wait), (497, .wait), (516, .wait),
      (676, .wait), (12_345, .retry),
    ] as [(Int, ShippingFailure.Remedy)])
  func remedy(code: Int, remedy: ShippingFailure.Remedy) {
    let refusal = ServerRefusal(httpStatus: 500, codeHeader: String(code), body: "")
    #expect(refusal.failure(at: "here").remedy == remedy)
  }

  @Test("a code that is in the text alone counts: servers before 20 have no header")
  func oldServer() {
    let refusal = ServerRefusal(
      httpStatus: 500, codeHeader: nil,
      body: "Code: 73, e.displayText() = DB::Exception: Unknown format Parquet, e.what() = DB::Exception\n")
    #expect(refusal.code == 73)
    let failure = refusal.failure(at: "http://old:8123")
    #expect(failure.remedy == .wait)
    #expect(failure.reason.contains("Unknown format Parquet"))
    #expect(failure.reason.contains("ClickHouse 23.8 or later is needed"))
  }

  @Test("only the first line is shown, so much of it, and nothing that a terminal would obey")
  func shown() {
    #expect(ServerRefusal.firstLine("\n\nCode: 1\u{1b}[31m. bad\nstack") == "Code: 1?[31m. bad")
    let long = ServerRefusal.firstLine(String(repeating: "x", count: 5000))
    #expect(long.count == 301)
    #expect(long.hasSuffix("…"))
  }

  @Test(
    "statuses of those who are not ClickHouse",
    arguments: [
      (301, .wait), (400, .wait), (401, .wait), (403, .wait), (404, .wait), (408, .retry), (413, .wait), (429, .retry),
      (500, .retry), (502, .retry), (503, .retry), (504, .retry),
    ] as [(Int, ShippingFailure.Remedy)])
  func status(status: Int, remedy: ShippingFailure.Remedy) {
    #expect(ServerRefusal(httpStatus: status, codeHeader: nil, body: "no").failure(at: "here").remedy == remedy)
  }

  @Test("versions are compared by year and release")
  func versions() throws {
    #expect(try #require(ServerVersion("18.16.1")) < .oldest)
    #expect(try #require(ServerVersion("23.7.5.30")) < .oldest)
    #expect(try #require(ServerVersion("23.8.1.1")) >= .oldest)
    #expect(try #require(ServerVersion("26.9.2.1")) >= .oldest)
    #expect(ServerVersion("head") == nil)
  }
}

import FlowText
import Testing

@Suite("A value of CSV")
struct CSVTests {
  @Test(
    "is in quotes if it needs them, with quotes doubled (RFC 4180 §2)",
    arguments: [
      ("", ""), ("plain", "plain"), ("with space", "with space"), ("a,b", "\"a,b\""),
      ("say \"x\"", "\"say \"\"x\"\"\""),
      ("a\nb", "\"a\nb\""), ("a\rb", "\"a\rb\""), ("北京", "北京"),
    ])
  func quoted(value: String, expected: String) {
    var text: [UInt8] = []
    CSVText.append(value.utf8, to: &text)
    #expect(String(decoding: text, as: UTF8.self) == expected)
  }

  @Test("is in quotes without need if that is wanted")
  func forced() {
    var text: [UInt8] = []
    CSVText.append("{}".utf8, isQuoted: true, to: &text)
    #expect(String(decoding: text, as: UTF8.self) == "\"{}\"")
  }
}

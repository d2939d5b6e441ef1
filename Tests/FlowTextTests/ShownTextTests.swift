import FlowModel
import FlowText
import Foundation
import Testing

@Suite("Texts from elsewhere are shown without harm")
struct ShownTextTests {
  /// Texts that affect a terminal, and their escaped form.
  private static let harmful: [(text: String, shown: String)] = [
    ("\u{1b}[31mred", #"\u001b[31mred"#), ("a\u{7f}b", #"a\u007fb"#), ("\u{9b}31m", #"\u009b31m"#),
    ("\u{80}\u{9f}", #"\u0080\u009f"#), ("\u{202e}gpj.exe", #"\u202egpj.exe"#),
    ("\u{202a}\u{202b}\u{202c}\u{202d}", #"\u202a\u202b\u202c\u202d"#),
    ("\u{2066}\u{2067}\u{2068}\u{2069}", #"\u2066\u2067\u2068\u2069"#),
    ("\u{200e}\u{200f}\u{61c}", #"\u200e\u200f\u061c"#), ("\u{2028}\u{2029}", #"\u2028\u2029"#),
    ("a\tb\nc\rd\u{0}", #"a\tb\nc\rd\u0000"#), ("\u{feff}BOM", #"\ufeffBOM"#), ("\u{e0041}", #"\udb40\udc41"#),
    ("x\u{ad}y\u{200b}", #"x\u00ady\u200b"#),
  ]

  /// Texts that are shown unchanged.
  private static let harmless = [
    "", "plain", "with space ~!\"\\", "Zürich", "北京 💾", "עברית", "العربية", "e\u{301}", "\u{a0}¡", "│▏█",
  ]

  private static func lines(_ format: RowFormat, _ text: String, _ style: AnswerStyle = AnswerStyle()) -> String {
    let columns: [TableLayout.Column] = [.init("a", .left), .init("b", .left), .init("c", .left)]
    var printer = RowPrinter(columns, format, style)
    var output: [UInt8] = []
    printer.append(text, to: &output)
    printer.append(Array(text.utf8)[...], isPlain: false, to: &output)
    var json: [UInt8] = []
    JSONText.append(text, to: &json)
    printer.append(json: "{\"x\":" + String(decoding: json, as: UTF8.self) + "}", to: &output)
    printer.endRow(to: &output)
    return String(decoding: output, as: UTF8.self)
  }

  @Test("tables have escapes for what controls a terminal or reorders text, all else as it is", arguments: harmful)
  func tables(text: String, shown: String) {
    #expect(ShownText.escaped(text) == shown)
    #expect(Self.lines(.table, text) == "\(shown)  \(shown)  {\"x\":\"\(shown)\"}\n")
    var table = TextTable([("NAME", .left), ("N", .right)])
    table.append([text, "1"])
    #expect(table.text.hasSuffix("\n\(shown)  1\n"))
  }

  @Test("what does no harm is not touched", arguments: harmless)
  func untouched(text: String) {
    #expect(ShownText.escaped(text) == text)
    #expect(text.unicodeScalars.allSatisfy(ShownText.isShown))
  }

  @Test("no octet of a table's line is a control character, whatever a text has")
  func everyScalar() {
    for value in UInt32(0)..<0x3000 {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let line = Self.lines(.table, "x\(scalar)y").dropLast()
      for shown in line.unicodeScalars {
        #expect(![.control, .format, .lineSeparator, .paragraphSeparator].contains(shown.properties.generalCategory))
      }
    }
    // Invalid UTF-8 does not reach a terminal, because some terminals would act on it.
    var text: [UInt8] = []
    ShownText.append([0x41, 0x9b, 0x33, 0xff], to: &text)
    #expect(String(validating: text, as: UTF8.self) == "A\u{fffd}3\u{fffd}")
  }

  @Test("JSON has the same escapes, and means what the text was", arguments: harmful.map(\.text) + harmless)
  func json(text: String) throws {
    let line = Self.lines(.json, text)
    #expect(line.dropLast().unicodeScalars.allSatisfy(ShownText.isShown))
    let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect(object["a"] as? String == text)
    #expect(object["b"] as? String == text)
    #expect((object["c"] as? [String: String])?["x"] == text)
  }

  @Test("CSV has texts as they are, unless they go to a terminal", arguments: harmful)
  func csv(text: String, shown: String) {
    #expect(Self.lines(.csv, text).unicodeScalars.starts(with: Self.quoted(text).unicodeScalars))
    var style = AnswerStyle()
    style.csv.isForTerminal = true
    #expect(Self.lines(.csv, text, style).hasPrefix("\(shown),\(shown),"))
  }

  private static func quoted(_ text: String) -> String {
    text.utf8.contains { $0 == 10 || $0 == 13 } ? "\"\(text)\"" : text
  }

  @Test(
    "CSV for spreadsheets has an apostrophe in front of what they take for a formula",
    arguments: [
      ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(1)", "'@SUM(1)"), ("\tx", "'\tx"), ("\rx", "\"'\rx\""),
      ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"), ("=HYPERLINK(\"x\",1)", "\"'=HYPERLINK(\"\"x\"\",1)\""),
      ("＝1", "'＝1"), ("a=1", "a=1"), ("10.0.0.1", "10.0.0.1"), ("", ""), ("'x", "'x"), ("北京", "北京"),
    ])
  func formulas(text: String, cell: String) {
    var style = AnswerStyle()
    style.csv.guardsFormulas = true
    #expect(Self.lines(.csv, text, style).unicodeScalars.starts(with: "\(cell),\(cell),".unicodeScalars))
    // Plain octets take another path.
    var printer = RowPrinter([.init("a", .left), .init("n", .right)], .csv, style)
    var output: [UInt8] = []
    printer.append(Array(text.utf8)[...], isPlain: true, to: &output)
    printer.append(numeral: Array("-5".utf8)[...], to: &output)
    #expect(String(decoding: output, as: UTF8.self).unicodeScalars.elementsEqual("\(cell),-5".unicodeScalars))
    #expect(Self.lines(.json, text, style) == Self.lines(.json, text))
  }

  @Test(
    "text that is no JSON object on one line is known",
    arguments: [
      ("{}", true), (#"{"a":1}"#, true), (#"{"a": [1, -2.5e+3, "x\u00e4\n", true, false, null, {}, []]}"#, true),
      (#"{"a":{"b":[{"c":[]}]}}"#, true), ("{}  ", true), (#"{"a":0}"#, true),
      ("", false), ("x", false), ("[]", false), ("1", false), ("{", false), ("}", false), ("{}{}", false),
      ("{} x", false),
      (#"{"a"}"#, false), (#"{"a":}"#, false), (#"{"a":1,}"#, false), (#"{,}"#, false), (#"{"a":1 "b":2}"#, false),
      (#"{"a":[1,]}"#, false), (#"{"a":[1}"#, false), (#"{"a":01}"#, false), (#"{"a":1.}"#, false),
      (#"{"a":-}"#, false),
      (#"{"a":1e}"#, false), (#"{"a":tru}"#, false), (#"{"a":"\x"}"#, false), (#"{"a":"\u12g4"}"#, false),
      (#"{"a":"b}"#, false), ("{\"a\":\n1}", false), ("{\"a\":\"\u{1}\"}", false), ("{a:1}", false),
      ("\u{feff}{}", false),
      (#"{"a":1]"#, false), (#"{"a":nul"#, false), (#"{"a":[}]}"#, false), (#"{]"#, false), (#"{"a":[}"#, false),
    ])
  func objects(text: String, isObject: Bool) {
    #expect(JSONScan.isObject(Array(text.utf8)[...]) == isObject)
    let parsed = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    if isObject { #expect(parsed != nil) }
  }

  @Test("deep JSON is scanned without recursion")
  func deep() {
    let depth = 200_000
    let text = "{\"a\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
    #expect(JSONScan.isObject(Array(text.utf8)[...]))
    #expect(!JSONScan.isObject(Array(text.dropLast().utf8)[...]))
  }
}

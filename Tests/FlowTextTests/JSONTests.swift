import FlowText
import Testing

@Suite("JSON is written")
struct JSONTests {
  private static func text(_ body: (inout [UInt8]) -> Void) -> String {
    var text: [UInt8] = []
    body(&text)
    return String(decoding: text, as: UTF8.self)
  }

  @Test(
    "with strings escaped where RFC 8259 and readers of lines want it",
    arguments: [
      ("plain", "plain"), ("", ""), ("\"quoted\"", #"\"quoted\""#), (#"C:\x"#, #"C:\\x"#),
      ("a\nb\rc\td", #"a\nb\rc\td"#),
      ("\u{0}\u{1f}", #"\u0000\u001f"#), ("\u{7f}\u{9b}\u{202e}", #"\u007f\u009b\u202e"#),
      ("a\u{2028}b\u{2029}", #"a\u2028b\u2029"#),
      ("€ and ñ", "€ and ñ"), ("北京💾", "北京💾"),
    ])
  func strings(text: String, escaped: String) {
    #expect(Self.text { JSONText.append(text, to: &$0) } == "\"\(escaped)\"")
  }

  @Test("with all numbers of 64 bits")
  func numbers() {
    for number: UInt64 in [0, 1, 9, 10, 99, 100, 12_345, .max] {
      #expect(Self.text { JSONText.append(number, to: &$0) } == String(number))
    }
    for number: Int64 in [0, -1, .min, .max] {
      #expect(Self.text { JSONText.append(number, to: &$0) } == String(number))
    }
  }

  @Test("with objects and arrays within each other, empty ones and null among them")
  func objects() {
    let json = Self.text { json in
      var object = JSONObject()
      object.append("a", UInt64(1), to: &json)
      object.append("b", "x\"y", to: &json)
      object.appendName("inner", to: &json)
      var inner = JSONObject()
      inner.appendName("list", to: &json)
      JSONText.appendArray([1, 2, 3] as [UInt64], to: &json) { JSONText.append($0, to: &$1) }
      inner.appendName("none", to: &json)
      JSONText.appendNull(to: &json)
      inner.end(to: &json)
      object.appendName("empty", to: &json)
      var empty = JSONObject()
      empty.end(to: &json)
      object.appendName("nothing", to: &json)
      JSONText.appendArray([] as [UInt64], to: &json) { JSONText.append($0, to: &$1) }
      object.end(to: &json)
    }
    #expect(json == #"{"a":1,"b":"x\"y","inner":{"list":[1,2,3],"none":null},"empty":{},"nothing":[]}"#)
  }

  @Test("by one writer for one object after the other")
  func again() {
    let json = Self.text { json in
      var object = JSONObject()
      for number: UInt64 in 1...2 {
        object.append("n", number, to: &json)
        object.end(to: &json)
      }
      object.end(to: &json)
    }
    #expect(json == #"{"n":1}{"n":2}{}"#)
  }
}

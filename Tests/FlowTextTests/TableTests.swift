import FlowText
import Testing

@Suite("A text table")
struct TableTests {
  private static func lines(_ body: (inout [UInt8]) -> Void) -> [String] {
    var text: [UInt8] = []
    body(&text)
    #expect(text.last == UInt8(ascii: "\n"))
    return String(decoding: text.dropLast(), as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
  }

  @Test("has columns as wide as their widest cell, numbers on the right, and no spaces at a line's end")
  func widths() {
    var table = TextTable([("name", .left), ("n", .right), ("note", .left)])
    table.append(["a", "1", ""])
    table.append(["longer", "1000", "x"])
    #expect(
      Self.lines { $0 += table.text.utf8 } == [
        "name       n  note",
        "a          1",
        "longer  1000  x",
      ])
  }

  @Test("is empty until a line is appended")
  func empty() {
    var table = TextTable([("name", .left)])
    #expect(table.isEmpty)
    #expect(table.text == "name\n")
    table.append(["a"])
    #expect(!table.isEmpty)
  }

  @Test(
    "measures what a terminal shows, not characters or octets",
    arguments: [
      ("plain", 5), ("Zürich", 6), ("Zu\u{308}rich", 6), ("北京", 4), ("💾", 2), ("", 0), ("a\u{200b}b", 8),
      ("a\tb", 4),
    ])
  func terminalWidth(text: String, width: Int) {
    let shown = ShownText.escaped(text)
    #expect(shown.terminalWidth == width)
    let layout = TableLayout([.init("", .right, width: 8), .init("", .left)])
    #expect(
      Self.lines { layout.append([text, "|"], to: &$0) } == [String(repeating: " ", count: 8 - width) + shown + "  |"])
  }

  @Test(
    "is cut to a terminal's columns, without what moves its cursor",
    arguments: [
      ("plain", 5, "plain"), ("plain", 3, "pla"), ("北京", 3, "北"), ("北京", 4, "北京"), ("Zu\u{308}rich", 2, "Zu\u{308}"),
      ("a\u{1b}[2Jb", 9, "a[2Jb"), ("a\u{9b}2Jb\r\t", 9, "a2Jb"), ("", 5, ""), ("x", 0, ""),
    ])
  func terminalPrefix(text: String, columns: Int, prefix: String) {
    #expect(text.terminalPrefix(columns) == prefix)
  }

  @Test("of known widths is printed line by line; wider cells move what is behind them")
  func layout() {
    let layout = TableLayout(
      [.init("who", .left, width: 5), .init("many", .right, width: 6), .init("why", .left)], gap: 1)
    #expect(
      Self.lines {
        layout.appendHeader(to: &$0)
        layout.append(["a", "12", "none"], to: &$0)
        layout.append(["abcdefg", "12345678", ""], to: &$0)
        layout.append(["short"], to: &$0)
      } == [
        "who     many why",
        "a         12 none",
        "abcdefg 12345678",
        "short",
      ])
  }

  @Test("without a gap has only what its widths ask for")
  func noGap() {
    let layout = TableLayout([.init("a", .left, width: 3), .init("b", .right, width: 3), .init("c", .left)], gap: 0)
    #expect(Self.lines { layout.append(["1", "2", "3"], to: &$0) } == ["1    23"])
  }
}

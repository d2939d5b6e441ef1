/// How cells of CSV are kept from doing harm where they are opened. As they are by default, each is what it was.
package struct CSVStyle: Hashable, Sendable {
  /// Whether texts that a spreadsheet would take for formulas begin with an apostrophe (OWASP, "CSV Injection").
  package var guardsFormulas = false
  /// Whether what terminals do not show is escaped.
  package var isForTerminal = false

  package init() {}

  /// Whether a spreadsheet takes a text for a formula: by its first character, which may be one of full width.
  static func isFormula(_ text: some Collection<UInt8>) -> Bool {
    switch text.first {
    case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 9, 10, 13: true
    case 0xef: ["＝", "＋", "－", "＠"].contains { text.starts(with: $0.utf8) }
    default: false
    }
  }
}

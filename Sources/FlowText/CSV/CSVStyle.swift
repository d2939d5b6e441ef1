/// Protection against harmful CSV cells. By default, cells are unchanged.
package struct CSVStyle: Hashable, Sendable {
  /// Whether texts that a spreadsheet would evaluate as formulas are prefixed with an apostrophe (OWASP, "CSV
  /// Injection").
  package var guardsFormulas = false
  /// Whether characters harmful to terminals are escaped.
  package var isForTerminal = false

  package init() {}

  /// Returns whether a spreadsheet would evaluate a text as a formula: by its first character, which may be fullwidth.
  static func isFormula(_ text: some Collection<UInt8>) -> Bool {
    switch text.first {
    case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 9, 10, 13: true
    case 0xef: ["＝", "＋", "－", "＠"].contains { text.starts(with: $0.utf8) }
    default: false
    }
  }
}

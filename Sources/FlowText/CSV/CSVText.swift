/// Writes comma-separated values (RFC 4180 §2).
package enum CSVText {
  /// Appends a text, quoted if necessary.
  static func append(_ value: some Collection<UInt8>, _ style: CSVStyle, to text: inout [UInt8]) {
    if !style.isForTerminal, !style.guardsFormulas { return append(value, to: &text) }
    var cell: [UInt8] = style.guardsFormulas && CSVStyle.isFormula(value) ? [UInt8(ascii: "'")] : []
    if style.isForTerminal { ShownText.append(value, to: &cell) } else { cell += value }
    append(cell, to: &text)
  }

  /// Appends a value, quoted if necessary.
  package static func append(_ value: some Collection<UInt8>, isQuoted: Bool = false, to text: inout [UInt8]) {
    let quote = UInt8(ascii: "\"")
    guard isQuoted || value.contains(where: { $0 == quote || $0 == UInt8(ascii: ",") || $0 == 10 || $0 == 13 }) else {
      text += value
      return
    }
    text.append(quote)
    for octet in value {
      if octet == quote { text.append(octet) }
      text.append(octet)
    }
    text.append(quote)
  }
}

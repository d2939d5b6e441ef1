package import FlowText

extension GroupKey {
  /// The columns of a key in CSV and JSON.
  package var titles: [TableLayout.Column] { parts.map { .init($0.name, .left) } }

  /// Appends the values of a group's key, those that are numbers as such.
  package func append(_ values: [String?], to printer: inout RowPrinter, _ text: inout [UInt8]) {
    for (part, value) in zip(parts, values) {
      if !part.isText, let value, value.allSatisfy(\.isNumber), !value.isEmpty {
        printer.append(numeral: Array(value.utf8)[...], to: &text)
      } else if let value {
        printer.append(value, to: &text)
      } else {
        printer.appendNull(to: &text)
      }
    }
  }
}

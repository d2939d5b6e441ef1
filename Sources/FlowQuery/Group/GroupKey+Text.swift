import FlowModel
package import FlowText

extension GroupKey {
  /// The columns of a key in CSV and JSON.
  package var titles: [TableLayout.Column] { parts.map { .init($0.name, .left) } }

  /// Returns the values of a group's key for a table: events with their names after the numbers.
  package func tableTexts(_ values: [String?]) -> [String] {
    zip(parts, values).map { part, value in
      guard let value else { return "-" }
      guard let names = part.column.naming?.values, let number = UInt64(value) else { return value }
      return names.label(number)
    }
  }

  /// Appends the values of a group's key, numbers as numbers.
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

/// The columns of a text table with fixed widths, so that lines can be printed as they come.
///
/// A wider cell shifts the rest of its line; nothing is truncated. Lines have no trailing spaces.
package struct TableLayout: Sendable {
  package enum Alignment: Sendable { case left, right }

  package struct Column: Sendable {
    package let title: String
    package let alignment: Alignment
    /// Minimum width of a cell, in terminal columns.
    package let width: Int

    package init(_ title: String, _ alignment: Alignment, width: Int = 0) {
      self.title = title
      self.alignment = alignment
      self.width = width
    }
  }

  package let columns: [Column]
  /// Spaces between two columns.
  private let gap: Int

  package init(_ columns: [Column], gap: Int = 2) {
    self.columns = columns
    self.gap = gap
  }

  /// Appends the titles as a line.
  package func appendHeader(to text: inout [UInt8]) { append(columns.map(\.title), to: &text) }

  /// Appends a line; omitted trailing cells are empty.
  package func append(_ cells: [String], to text: inout [UInt8]) {
    for (column, cell) in cells.enumerated() {
      let start = begin(column, to: &text)
      ShownText.append(cell.utf8, to: &text)
      end(column, from: start, to: &text)
    }
    endLine(to: &text)
  }

  /// Appends what precedes a cell; its text follows.
  ///
  /// - Returns: start of its text, for `end`.
  func begin(_ column: Int, to text: inout [UInt8]) -> Int {
    if column > 0 { text += repeatElement(UInt8(ascii: " "), count: gap) }
    return text.count
  }

  /// Pads a cell to its column's width.
  func end(_ column: Int, from start: Int, to text: inout [UInt8]) {
    let missing = columns[column].width - TerminalWidth.columns(text[start...])
    guard missing > 0 else { return }
    let spaces = repeatElement(UInt8(ascii: " "), count: missing)
    switch columns[column].alignment {
    case .left: text += spaces
    case .right: text.insert(contentsOf: spaces, at: start)
    }
  }

  func endLine(to text: inout [UInt8]) {
    while text.last == UInt8(ascii: " ") { text.removeLast() }
    text.append(UInt8(ascii: "\n"))
  }
}

/// Lines of cells in columns as wide as their widest cell.
package struct TextTable {
  private let columns: [(title: String, alignment: TableLayout.Alignment)]
  private var lines: [[String]] = []

  package init(_ columns: [(title: String, alignment: TableLayout.Alignment)]) {
    self.columns = columns
  }

  /// Whether it has no lines except the titles.
  package var isEmpty: Bool { lines.isEmpty }

  /// Appends a line with a cell per column.
  package mutating func append(_ cells: [String]) { lines.append(cells.map(ShownText.escaped)) }

  /// The table, each line followed by a line feed.
  package var text: String {
    let layout = TableLayout(
      columns.enumerated().map { place, column in
        let width = lines.map { $0[place].terminalWidth }.max() ?? 0
        return TableLayout.Column(column.title, column.alignment, width: max(column.title.terminalWidth, width))
      })
    var text: [UInt8] = []
    layout.appendHeader(to: &text)
    for line in lines { layout.append(line, to: &text) }
    return String(decoding: text, as: UTF8.self)
  }
}

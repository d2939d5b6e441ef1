/// Lines of cells in columns as wide as their widest cell, for a terminal.
struct TextTable {
  enum Alignment { case left, right }

  private let alignments: [Alignment]
  private var lines: [[String]]

  init(_ columns: [(title: String, alignment: Alignment)]) {
    alignments = columns.map(\.alignment)
    lines = [columns.map(\.title)]
  }

  /// Whether it has nothing but its titles.
  var isEmpty: Bool { lines.count == 1 }

  mutating func append(_ cells: [String]) { lines.append(cells) }

  /// The table with a newline behind each line.
  var text: String {
    let widths = alignments.indices.map { column in lines.map { $0[column].terminalWidth }.max() ?? 0 }
    return lines.map { cells in
      var line = ""
      for (column, cell) in cells.enumerated() {
        let space = String(repeating: " ", count: widths[column] - cell.terminalWidth)
        line += (column > 0 ? "  " : "") + (alignments[column] == .right ? space + cell : cell + space)
      }
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}

extension String {
  /// Columns that the text takes on a terminal: two for East Asian wide characters, none for marks upon others
  /// (Unicode Standard Annex #11).
  var terminalWidth: Int { unicodeScalars.reduce(0) { $0 + Self.width(of: $1) } }

  private static func width(of scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
      0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f900...0x1f9ff, 0x20000...0x3fffd:
      return 2
    default: return 1
    }
  }
}

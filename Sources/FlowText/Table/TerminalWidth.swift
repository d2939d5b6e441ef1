import CSystemCalls

/// The width of text on a terminal, for all tables.
enum TerminalWidth {
  /// Returns the terminal columns of UTF-8 text.
  static func columns(_ text: ArraySlice<UInt8>) -> Int {
    if text.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text.count }
    return String(decoding: text, as: UTF8.self).terminalWidth
  }
}

extension String {
  /// Terminal columns of the text: two for East Asian wide characters, none for combining marks (Unicode Standard Annex
  /// #11).
  package var terminalWidth: Int { unicodeScalars.reduce(0) { $0 + Self.width(of: $1) } }

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

extension String {
  /// Returns the longest prefix that fits into some terminal columns. Characters that move the cursor are dropped:
  /// texts come from the wire.
  package func terminalPrefix(_ columns: Int) -> String {
    var scalars = UnicodeScalarView()
    var width = 0
    for scalar in unicodeScalars where ShownText.isShown(scalar) {
      width += Self.width(of: scalar)
      if width > columns { break }
      scalars.append(scalar)
    }
    return String(scalars)
  }
}

/// Size of a terminal window, in characters.
package struct TerminalSize: Hashable, Sendable {
  package var columns: Int
  package var rows: Int

  package init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
  }

  /// Nil if the descriptor is not a terminal, or its size is unknown.
  package init?(descriptor: Int32) {
    let window = sagflow_terminal_window(descriptor)
    guard window.columns > 0, window.rows > 0 else { return nil }
    self.init(columns: Int(window.columns), rows: Int(window.rows))
  }
}

import FlowText
import Foundation

/// The output of a watch: a terminal, on which each look replaces the last one, or a file or pipe, to which looks are
/// appended.
///
/// On a terminal, it uses the alternate screen (xterm's private mode 1049) and hides the cursor until `leave`.
final class WatchScreen {
  private let isTerminal: Bool
  private var isEntered = false
  /// Why standard output cannot be written.
  private(set) var failure: String?

  /// - Parameter isTable: whether the output is a table, for which a terminal's screen is used.
  init(isTable: Bool) {
    isTerminal = isTable && isatty(STDOUT_FILENO) == 1
    enter()
  }

  func enter() {
    guard isTerminal, !isEntered else { return }
    isEntered = true
    write(Array("\u{1b}[?1049h\u{1b}[?25l\u{1b}[H\u{1b}[2J".utf8))
  }

  /// Size of the terminal; nil to truncate nothing.
  var size: TerminalSize? { isTerminal ? TerminalSize(descriptor: STDOUT_FILENO) ?? Self.usual : nil }

  private static let usual = TerminalSize(columns: 80, rows: 24)

  /// Replaces the lines shown.
  func show(_ text: [UInt8]) {
    guard let size else { return write(text) }
    var screen = Array("\u{1b}[H".utf8)
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    for (number, line) in lines.prefix(size.rows).enumerated() {
      // No line feed after the last line, which would scroll the screen. Each line is cleared before it is written:
      // after a full one, the cursor is still on its last character.
      if number > 0 { screen += "\n".utf8 }
      screen += "\u{1b}[K".utf8
      screen += String(line).terminalPrefix(size.columns).utf8
    }
    if lines.count < size.rows { screen += "\n\u{1b}[J".utf8 }
    write(screen)
  }

  func leave() {
    guard isEntered else { return }
    isEntered = false
    write(Array("\u{1b}[?25h\u{1b}[?1049l".utf8))
  }

  private func write(_ text: [UInt8]) {
    let output = TextOutput()
    output.write { $0 += text }
    output.flush()
    failure = failure ?? output.failure
  }
}

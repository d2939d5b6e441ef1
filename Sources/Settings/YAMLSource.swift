import Yams

/// The source of a YAML text, for values with significant line breaks: YAML joins the lines of a folded or quoted
/// value, and a comment in it would hide everything that follows.
struct YAMLSource {
  private let lines: [Substring]

  init(_ text: String) {
    lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
  }

  /// Returns the lines of a top-level value that YAML would fold, with their endings; nil if it has one line, or is not
  /// folded.
  func lines(of scalar: Node.Scalar) -> String? {
    guard let mark = scalar.mark, lines.indices.contains(mark.line - 1) else { return nil }
    let first = lines[mark.line - 1].dropFirst(mark.column - 1)
    switch scalar.style {
    case .folded: return folded(after: mark.line, indicator: first)
    case .singleQuoted: return quoted(first, after: mark.line, by: "'")
    case .doubleQuoted: return quoted(first, after: mark.line, by: "\"")
    default: return nil
    }
  }

  /// - Parameter indicator: `>` and what follows it, possibly an indentation.
  private func folded(after line: Int, indicator: Substring) -> String {
    func indentation(_ line: Substring) -> Int { line.prefix { $0 == " " }.count }
    func isBlank(_ line: Substring) -> Bool { line.allSatisfy(\.isWhitespace) }
    let block = lines[line...]
    let indicated = indicator.prefix { $0 != "#" }.first(where: \.isNumber).flatMap(\.wholeNumberValue)
    let least = indicated ?? block.first { !isBlank($0) }.map(indentation) ?? 1
    return block.prefix { isBlank($0) || indentation($0) >= max(least, 1) }.joined(separator: "\n")
  }

  private func quoted(_ first: Substring, after line: Int, by quote: Character) -> String? {
    var text = ""
    var rest = first.dropFirst()
    var next = line
    while true {
      guard let end = rest.firstIndex(of: quote) else {
        guard lines.indices.contains(next) else { return nil }
        text += rest + "\n"
        rest = lines[next]
        next += 1
        continue
      }
      text += rest[..<end]
      rest = rest[end...].dropFirst()
      // Two quotes within single quotes mean one; backslashes in double quotes are YAML escapes.
      guard quote == "'", rest.first == quote else { break }
      text.append(quote)
      rest = rest.dropFirst()
    }
    return next == line || (quote == "\"" && text.contains("\\")) ? nil : text
  }
}

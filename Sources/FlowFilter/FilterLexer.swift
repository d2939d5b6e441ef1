/// A token of a filter, or its end.
struct FilterToken {
  enum Kind: Equatable {
    /// In lower case.
    case word(String)
    /// The content of the quotes.
    case quoted(String)
    case comparison(String)
    case not, open, close, openList, closeList, comma, end
  }

  var kind: Kind
  /// As written.
  var text: Substring
  var line: Int
  var column: Int
}

/// Splits a filter into tokens. White space separates them; `#` begins a comment that extends to the end of the line.
struct FilterLexer {
  private var rest: Substring
  private var line = 1
  private var column = 1

  init(_ text: String) {
    rest = text[...]
  }

  /// Returns whether a text contains only white space and comments.
  static func isBlank(_ text: String) -> Bool {
    var lexer = FilterLexer(text)
    lexer.skipSpace()
    return lexer.rest.isEmpty
  }

  mutating func next() throws(FilterError) -> FilterToken {
    skipSpace()
    let start = (rest, line, column)
    func token(_ kind: FilterToken.Kind, _ length: Int) -> FilterToken {
      FilterToken(kind: kind, text: start.0.prefix(length), line: start.1, column: start.2)
    }
    guard let first = rest.first else { return token(.end, 0) }
    let pair = String(rest.prefix(2))
    let found: FilterToken
    if ["==", ">=", "<="].contains(pair) {
      found = token(.comparison(pair), 2)
    } else if let kind = Self.signs[first] {
      found = token(kind, 1)
    } else if Self.isQuote(first) {
      let length = Self.quotedLength(rest)
      guard length > 1 else {
        throw FilterError(
          line: line, column: column, expected: "text that ends with \(first) on the same line",
          found: String(rest.prefix { !$0.isNewline }))
      }
      found = token(.quoted(Self.unescaped(rest.prefix(length).dropFirst().dropLast())), length)
    } else {
      let word = rest.prefix { Self.isWord($0) }
      guard !word.isEmpty else {
        throw FilterError(line: line, column: column, expected: "a word or an operator", found: String(first))
      }
      found = token(.word(word.lowercased()), word.count)
    }
    drop(found.text.count)
    return found
  }

  private static let signs: [Character: FilterToken.Kind] = [
    "=": .comparison("="), "<": .comparison("<"), ">": .comparison(">"), "!": .not, "(": .open, ")": .close,
    "[": .openList, "]": .closeList, ",": .comma,
  ]

  private static func isWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || "._:/-*".contains(character)
  }

  // MARK: Quotes

  static func isQuote(_ character: Character) -> Bool { character == "\"" || character == "'" }

  /// Returns the length of the quoted string at the beginning of a text, including the quotes; 1 if it does not end on
  /// its line. A backslash escapes a quote or a backslash.
  static func quotedLength(_ text: Substring) -> Int {
    guard let quote = text.first else { return 0 }
    var count = 1
    var isEscaped = false
    for character in text.dropFirst() {
      count += 1
      if character.isNewline { return 1 }
      if character == quote, !isEscaped { return count }
      isEscaped = character == "\\" && !isEscaped
    }
    return 1
  }

  private static func unescaped(_ text: Substring) -> String {
    var (result, isEscaped) = ("", false)
    for character in text {
      if isEscaped {
        if !isQuote(character), character != "\\" { result.append("\\") }
        result.append(character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        result.append(character)
      }
    }
    return result
  }

  /// Quotes a text so that it can be parsed again.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for character in text {
      if character == "\"" || character == "\\" { result.append("\\") }
      result.append(character)
    }
    return result + "\""
  }

  // MARK: Places

  private mutating func skipSpace() {
    while let first = rest.first {
      if first == "#" {
        drop(rest.prefix { !$0.isNewline }.count)
      } else if first.isWhitespace {
        drop(1)
      } else {
        return
      }
    }
  }

  private mutating func drop(_ count: Int) {
    for character in rest.prefix(count) {
      if character.isNewline {
        line += 1
        column = 1
      } else {
        column += 1
      }
    }
    rest = rest.dropFirst(count)
  }
}

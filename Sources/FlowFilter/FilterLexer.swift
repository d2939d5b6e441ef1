/// A word, a sign or the end of a filter's text.
struct FilterToken {
  enum Kind: Equatable {
    /// In lower case.
    case word(String)
    case comparison(String)
    case not, open, close, openList, closeList, comma, end
  }

  var kind: Kind
  /// As it was written.
  var text: Substring
  var line: Int
  var column: Int
}

/// Takes a filter's text apart. White space separates; `#` begins a comment that ends with its line.
struct FilterLexer {
  private var rest: Substring
  private var line = 1
  private var column = 1

  init(_ text: String) {
    rest = text[...]
  }

  /// Whether a text has nothing but white space and comments.
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
    } else {
      let word = rest.prefix { Self.isWord($0) }
      guard !word.isEmpty else {
        throw FilterError(line: line, column: column, expected: "a word or a sign", found: String(first))
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

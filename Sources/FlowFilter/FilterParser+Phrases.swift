import FlowModel

/// Conditions on columns with names of several words, and on columns whose values have names.
extension FilterParser {
  /// Synonyms of the table's phrases: nfdump's, and short ones.
  private static let synonyms = [
    "asa event": "event", "firewall event": "event", "fwdstat": "forwarding status", "pblock": "port block",
    "pblock start": "port block start", "pblock end": "port block end", "l2 segment": "vni", "layer2 segment": "vni",
  ]
  private static let longestPhrase = 3

  /// Parses a condition that begins with a phrase of several words, the longest that matches; returns nil if none
  /// matches.
  mutating func parsePhrase() throws(FilterError) -> FlowFilter? {
    var ahead = self
    var words: [String] = []
    var found: (phrase: String, last: FilterParser)?
    while words.count < Self.longestPhrase, case .word(let word) = ahead.token.kind {
      words.append(word)
      let text = words.joined(separator: " ")
      let phrase = Self.synonyms[text] ?? text
      // A single word of the table is not a phrase.
      if phrase == "port block" || (phrase.contains(" ") || phrase != text) && !vocabulary.plain(phrase).isEmpty {
        found = (phrase, ahead)
      }
      // Errors ahead are reported when the parser reaches them.
      do throws(FilterError) { try ahead.advance() } catch { break }
    }
    guard let found else { return nil }
    self = found.last
    if found.phrase == "port block" { return try parsePortBlock() }
    return try parseValue(of: vocabulary.plain(found.phrase))
  }

  /// Port blocks that contain a port: `port block 2002`.
  private mutating func parsePortBlock() throws(FilterError) -> FlowFilter {
    try advance()
    let port = try parseNumber(0xffff)
    return .all([
      .test(.number([.portBlockStart], .atMost(port))), .test(.number([.portBlockEnd], .atLeast(port))),
    ])
  }

  /// Parses a comparison with a name, or with a list that may contain names; returns nil before a number.
  mutating func parseNames(_ names: ValueNames) throws(FilterError) -> Comparison? {
    var ahead = self
    if ahead.token.kind == .comparison("=") || ahead.token.kind == .comparison("==") || ahead.token.kind == .word("eq")
    {
      try ahead.advance()
    } else if try take("in") {
      var values: Set<UInt64> = []
      try parseList { parser throws(FilterError) in values.formUnion(try parser.parseNamed(names)) }
      return .oneOf(values)
    }
    guard case .word(let word) = ahead.token.kind, word.first?.isLetter ?? false, !Self.isComparison(word) else {
      return nil
    }
    self = ahead
    let values = try parseNamed(names)
    return values.count == 1 ? .equal(values.first ?? 0) : .oneOf(values)
  }

  /// Parses a name or number.
  private mutating func parseNamed(_ names: ValueNames) throws(FilterError) -> Set<UInt64> {
    guard case .word(let word) = token.kind else { throw failure("a name or a number") }
    if let values = names.values(word) {
      try advance()
      return values
    }
    if word.first?.isLetter ?? false {
      throw failure("a number up to 255, or one of " + names.words.joined(separator: ", "))
    }
    return [try parseNumber(255)]
  }
}

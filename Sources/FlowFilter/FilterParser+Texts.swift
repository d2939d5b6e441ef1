import FlowModel

// Conditions on texts, and on numbers within texts or within parts of an octet.
extension FilterParser {
  /// Parses a word or a quoted text, as written.
  mutating func parseText(_ expected: String) throws(FilterError) -> String {
    let text: String
    switch token.kind {
    case .word: text = String(token.text)
    case .quoted(let quoted): text = quoted
    case .comparison, .not, .open, .close, .openList, .closeList, .comma, .end: throw failure(expected)
    }
    try advance()
    return text
  }

  /// Parses a text or a list of texts.
  mutating func parseTexts(of column: FlowColumn) throws(FilterError) -> Set<String> {
    guard try take("in") else { return [try parseText(of: column)] }
    var texts: Set<String> = []
    try parseList { parser throws(FilterError) in texts.insert(try parser.parseText(of: column)) }
    return texts
  }

  private mutating func parseText(of column: FlowColumn) throws(FilterError) -> String {
    guard case .word(_, let words) = column.values else { return try parseText("text, such as \"Gi 0/1\"") }
    let known = words.compactMap { $0 }
    let expected = known.joined(separator: " or ")
    let place = self
    let word = try parseText(expected).lowercased()
    guard known.contains(word) else { throw place.failure(expected) }
    return word
  }

  /// `app 3:80` or `app http`: the number or the name of an application.
  mutating func parseApplication() throws(FilterError) -> FlowFilter {
    try advance()
    let text = try parseText("an application such as 3:80, or its name")
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let isNumber = parts.count == 2 && parts.allSatisfy { Self.digits($0, radix: 10) != nil }
    return .test(.text([isNumber ? .application : .applicationName], [text]))
  }

  /// `mpls label1 > 16`, `mpls any 16001`.
  mutating func parseLabels() throws(FilterError) -> FlowFilter {
    try advance()
    guard case .word(let word) = token.kind, let label = LabelPosition(word) else {
      throw failure("any, or label1 to label10")
    }
    try advance()
    return .test(.mpls(label, try parseComparison(LabelPosition.greatestLabel)))
  }

  /// `dscp ef`, `dscp > 8`: the upper six bits of the type of service (RFC 2474 §3).
  mutating func parseCodePoint() throws(FilterError) -> FlowFilter {
    try advance()
    if case .word(let word) = token.kind, let point = CodePoint.number(word) {
      try advance()
      return .test(.number([.typeOfService], CodePoint.octets(.equal(point))))
    }
    if case .word(let word) = token.kind, word.first?.isLetter ?? false, !Self.comparisonWords.contains(word) {
      throw failure("a code point such as ef, af41, cs1, or a number up to \(CodePoint.greatest)")
    }
    return .test(.number([.typeOfService], CodePoint.octets(try parseComparison(CodePoint.greatest))))
  }
}

/// Selects labels of an MPLS stack.
public enum LabelPosition: Hashable, Sendable, CustomStringConvertible {
  /// Any label may match.
  case any
  /// From the top of the stack, from 1.
  case number(Int)

  static let greatestLabel: UInt64 = 1 << 20 - 1
  private static let greatestNumber = 10

  /// Parses `any` or `label1` to `label10`.
  init?(_ word: String) {
    if word == "any" {
      self = .any
      return
    }
    guard word.hasPrefix("label"), let number = Int(word.dropFirst(5)), word == "label\(number)",
      (1...Self.greatestNumber).contains(number)
    else { return nil }
    self = .number(number)
  }

  public var description: String {
    switch self {
    case .any: "any"
    case .number(let number): "label\(number)"
    }
  }

  /// Returns whether a label at this position matches; false if there is none.
  ///
  /// - Parameter labels: from the top of the stack.
  public func holds(_ comparison: Comparison, _ labels: some Sequence<UInt64>) -> Bool {
    var place = 0
    for label in labels {
      place += 1
      switch self {
      case .any: if comparison.holds(label) { return true }
      case .number(let number): if place == number { return comparison.holds(label) }
      }
    }
    return false
  }
}

/// Differentiated services code points (RFC 2474): the upper six bits of the stored octet.
enum CodePoint {
  static let greatest: UInt64 = 63
  private static let ignoredBits: UInt64 = 2

  /// Parses `cs3` (RFC 2474), `af41` (RFC 2597), `ef` (RFC 3246), `va` (RFC 5865), `le` (RFC 8622) or `df`.
  static func number(_ word: String) -> UInt64? {
    if let known = ["df": 0, "be": 0, "le": 1, "va": 44, "ef": 46][word] as UInt64? { return known }
    let digits = word.dropFirst(2).compactMap { $0.isASCII ? $0.wholeNumberValue.map(UInt64.init) : nil }
    guard digits.count == word.count - 2 else { return nil }
    switch (word.prefix(2), digits.count) {
    case ("cs", 1): return digits[0] <= 7 ? digits[0] * 8 : nil
    case ("af", 2):
      guard (1...4).contains(digits[0]), (1...3).contains(digits[1]) else { return nil }
      return digits[0] * 8 + digits[1] * 2
    default: return nil
    }
  }

  /// Translates a comparison to the whole octet, ignoring its lower bits.
  static func octets(_ comparison: Comparison) -> Comparison {
    func first(_ point: UInt64) -> UInt64 { point << ignoredBits }
    func last(_ point: UInt64) -> UInt64 { first(point + 1) - 1 }
    func all(_ points: some Sequence<UInt64>) -> Comparison {
      .oneOf(Set(points.flatMap { first($0)...last($0) }))
    }
    return switch comparison {
    case .equal(let point): all([point])
    case .oneOf(let points): all(points)
    case .less(let point): .less(first(point))
    case .atLeast(let point): .atLeast(first(point))
    case .greater(let point): .greater(last(point))
    case .atMost(let point): .atMost(last(point))
    }
  }
}

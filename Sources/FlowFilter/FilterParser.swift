package import FlowModel
import NetworkBytes

extension FlowFilter {
  /// Parses a filter; an empty text matches every flow.
  ///
  /// - Parameter hosts: resolves host names; nil if they are not allowed.
  /// - Throws: `FilterError` at the first unexpected token.
  public init(parsing text: String, resolving hosts: HostResolution? = nil) throws(FilterError) {
    try self.init(parsing: text, in: FlowColumn.allCases, resolving: hosts)
  }

  /// - Parameter columns: the columns that may be named.
  package init(
    parsing text: String, in columns: [FlowColumn], resolving hosts: HostResolution? = nil
  ) throws(FilterError) {
    var parser = try FilterParser(text, columns, hosts)
    self = try parser.parse()
  }
}

/// A recursive descent parser: or ▸ and ▸ not ▸ term or parentheses.
struct FilterParser {
  let vocabulary: FilterVocabulary
  let hosts: HostResolution?
  private var lexer: FilterLexer
  private(set) var token: FilterToken
  private var depth = 0

  /// Maximum nesting of parentheses and `not`, to protect the stack.
  private static let maximumDepth = 200

  init(_ text: String, _ columns: [FlowColumn], _ hosts: HostResolution?) throws(FilterError) {
    vocabulary = FilterVocabulary(columns)
    self.hosts = hosts
    lexer = FilterLexer(text)
    token = try lexer.next()
  }

  mutating func parse() throws(FilterError) -> FlowFilter {
    if token.kind == .end { return .any }
    let filter = try parseOr()
    if token.kind != .end { throw failure("and, or or the end") }
    return filter
  }

  // MARK: Expressions

  private mutating func parseOr() throws(FilterError) -> FlowFilter {
    var alternatives = [try parseAnd()]
    while try take("or") { alternatives.append(try parseAnd()) }
    return alternatives.count == 1 ? alternatives[0] : .some(of: alternatives)
  }

  private mutating func parseAnd() throws(FilterError) -> FlowFilter {
    var conditions = [try parseNot()]
    while try take("and") { conditions.append(try parseNot()) }
    return conditions.count == 1 ? conditions[0] : .all(of: conditions)
  }

  private mutating func parseNot() throws(FilterError) -> FlowFilter {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.maximumDepth { throw failure("fewer nested parentheses") }
    if token.kind == .not || token.kind == .word("not") {
      try advance()
      return .not(try parseNot())
    }
    if token.kind == .open {
      try advance()
      let inner = try parseOr()
      guard token.kind == .close else { throw failure("and, or or )") }
      try advance()
      return inner
    }
    return try parseTerm()
  }

  // MARK: Terms

  private mutating func parseTerm() throws(FilterError) -> FlowFilter {
    guard case .word(let word) = token.kind else { throw failure("a condition such as 'src ip 10.0.0.1'") }
    if let condition = try parsePhrase() { return condition }
    switch word {
    case "any":
      try advance()
      return .any
    case "ipv4", "inet", "ipv6", "inet6":
      try advance()
      return .test(.isIPv4(word == "ipv4" || word == "inet"))
    case "proto": return try parseProtocol()
    case "flags": return try parseFlags()
    case "duration", "pps", "bps", "bpp":
      try advance()
      return .test(.rate(Rate(rawValue: word) ?? .duration, try parseComparison(.max)))
    case "ident":
      try advance()
      return .test(.collector(try parseText("the host name of a collector")))
    case "exporter":
      try advance()
      guard case .word(let word) = token.kind, FilterVocabulary.addressWords.contains(word) else {
        throw failure("ip, host or net")
      }
      return try parseValue(of: [.exporterAddress])
    case "observation":
      try advance()
      guard try take("domain") else { throw failure("domain id") }
      guard token.kind == .word("id") else { throw failure("id") }
      return try parseNumber(of: [.observationDomainID])
    case "nat": return try parseTranslated()
    case "app": return try parseApplication()
    case "mpls": return try parseLabels()
    case "dscp": return try parseCodePoint()
    default:
      let plain = vocabulary.plain(word)
      return plain.isEmpty ? try parseSided() : try parseValue(of: plain)
    }
  }

  // MARK: Terms with a side

  private typealias Side = FilterVocabulary.Side

  /// One end of a flow, or both joined by a word: `src`, `src or dst`, `in and out`.
  private struct Ends {
    var side: Side?
    /// Whether the condition must hold at both.
    var isBoth = false
  }

  /// Parses the sides before a word; two ends joined by `or` give no side.
  private mutating func parseEnds() throws(FilterError) -> Ends {
    guard case .word(let word) = token.kind, let side = Side(rawValue: word) else { return Ends() }
    try advance()
    guard let other = side.otherEnd, token.kind == .word("or") || token.kind == .word("and") else {
      return Ends(side: side)
    }
    let isBoth = token.kind == .word("and")
    try advance()
    guard try take(other.rawValue) else { throw failure(other.rawValue) }
    return Ends(side: nil, isBoth: isBoth)
  }

  /// Parses a condition on columns, of which any one or, with `isBoth`, all must match.
  private mutating func parseValue(of columns: [FlowColumn], isBoth: Bool) throws(FilterError) -> FlowFilter {
    let filter = try parseValue(of: columns)
    return isBoth ? .all(of: filter.separated) : filter
  }

  /// Parses a condition on translated addresses and ports.
  private mutating func parseTranslated() throws(FilterError) -> FlowFilter {
    try advance()
    let ends: Ends
    switch token.kind {
    case .word(Side.src.rawValue), .word(Side.dst.rawValue): ends = try parseEnds()
    default: ends = Ends()
    }
    if case .word(let word) = token.kind {
      let columns = vocabulary.sided(word, ends.side, isTranslated: true)
      if !columns.isEmpty { return try parseValue(of: columns, isBoth: ends.isBoth) }
    }
    throw failure(
      ends.side == nil && !ends.isBoth ? "src, dst, ip, host, net, port or event" : "ip, host, net or port")
  }

  private var conditions: String {
    "a condition: "
      + (["any", "ipv4", "ipv6"] + vocabulary.words { _ in true } + [
        "flags", "pps", "bps", "bpp", "duration", "nat", "app", "mpls", "dscp", "exporter", "ident",
      ])
      .joined(separator: ", ") + " or observation"
  }

  private mutating func parseSided() throws(FilterError) -> FlowFilter {
    let ends = try parseEnds()
    let side = ends.side
    guard case .word(let word) = token.kind else { throw unknownWord(behind: side) }
    let columns = vocabulary.sided(word, side)
    if !columns.isEmpty { return try parseValue(of: columns, isBoth: ends.isBoth) }
    let sides = vocabulary.sides(of: word).map(\.rawValue)
    guard let side, !sides.isEmpty else { throw unknownWord(behind: side) }
    throw failure("something that has the side \(side.rawValue); \(word) has \(sides.joined(separator: " and "))")
  }

  private func unknownWord(behind side: Side?) -> FilterError {
    guard let side else { return failure(conditions) }
    return failure("\(vocabulary.words { $0.side == side }.joined(separator: ", ")) after \(side.rawValue)")
  }

  /// Parses the value to compare the columns of a word with; the word is the current token.
  mutating func parseValue(of columns: [FlowColumn]) throws(FilterError) -> FlowFilter {
    switch columns[0].kind {
    case .address:
      let takesMask = token.kind == .word("net")
      try advance()
      return .test(.address(columns, try parseNetworks(takesMask: takesMask)))
    case .mac:
      try advance()
      return .test(.mac(columns, try parseMAC()))
    case .counter, .number, .time: return try parseNumber(of: columns)
    case .text:
      try advance()
      return .test(.text(columns, try parseTexts(of: columns[0])))
    case .json: throw failure("a condition on a number, an address or text")
    }
  }

  private mutating func parseProtocol() throws(FilterError) -> FlowFilter {
    try advance()
    if case .word(let word) = token.kind, let number = IPProtocol.number(word) {
      try advance()
      return .test(.number([.protocolIdentifier], .equal(UInt64(number))))
    }
    if case .word(let word) = token.kind, word.first?.isLetter ?? false, !Self.comparisonWords.contains(word) {
      throw failure("a protocol such as tcp, udp, icmp, or its number")
    }
    return .test(.number([.protocolIdentifier], try parseComparison(255)))
  }

  private static let flags: [Character: UInt16] = [
    "f": 0x01, "s": 0x02, "r": 0x04, "p": 0x08, "a": 0x10, "u": 0x20, "e": 0x40, "c": 0x80, "x": 0x3f,
  ]

  private mutating func parseFlags() throws(FilterError) -> FlowFilter {
    try advance()
    guard case .word(let word) = token.kind else { throw failure("TCP flags, letters of UAPRSFECX") }
    if let number = Self.number(word), number <= 0xffff {
      try advance()
      return .test(.tcpFlags(UInt16(number)))
    }
    var flags: UInt16 = 0
    for letter in word {
      guard let bit = Self.flags[letter] else { throw failure("TCP flags, letters of UAPRSFECX") }
      flags |= bit
    }
    try advance()
    return .test(.tcpFlags(flags))
  }

  mutating func parseNumber(of columns: [FlowColumn]) throws(FilterError) -> FlowFilter {
    try advance()
    if let names = columns[0].naming?.values, let comparison = try parseNames(names) {
      return .test(.number(columns, comparison))
    }
    return .test(.number(columns, try parseComparison(columns[0].greatestNumber)))
  }

  /// `in [1, 2 3]`, or a comparison; the operator defaults to `=`.
  mutating func parseComparison(_ greatest: UInt64) throws(FilterError) -> Comparison {
    if try take("in") {
      var numbers: Set<UInt64> = []
      try parseList { parser throws(FilterError) in numbers.insert(try parser.parseNumber(greatest)) }
      return .oneOf(numbers)
    }
    let sign = try takeSign() ?? "="
    let number = try parseNumber(greatest)
    return switch sign {
    case "<": .less(number)
    case ">": .greater(number)
    case "<=": .atMost(number)
    case ">=": .atLeast(number)
    default: .equal(number)
    }
  }

  private static let words = ["eq": "=", "lt": "<", "gt": ">", "le": "<=", "ge": ">="]
  static let comparisonWords = Set(words.keys).union(["in"])

  static func isComparison(_ word: String) -> Bool { words[word] != nil }

  private mutating func takeSign() throws(FilterError) -> String? {
    switch token.kind {
    case .comparison(let sign):
      try advance()
      return sign
    case .word(let word):
      guard let sign = Self.words[word] else { return nil }
      try advance()
      return sign
    default: return nil
    }
  }

  mutating func parseNumber(_ greatest: UInt64) throws(FilterError) -> UInt64 {
    let expected = greatest == .max ? "a number such as 1500, 10k, 2m or 0x1f" : "a number up to \(greatest)"
    guard case .word(let word) = token.kind, let number = Self.number(word), number <= greatest else {
      throw failure(expected)
    }
    try advance()
    return number
  }

  /// Parses decimal digits with an optional k, m, g or t (powers of 1000), or hexadecimal ones after 0x.
  static func number(_ word: String) -> UInt64? {
    if word.hasPrefix("0x") { return Self.digits(word.dropFirst(2), radix: 16) }
    let factors: [Character: UInt64] = ["k": 1000, "m": 1_000_000, "g": 1_000_000_000, "t": 1_000_000_000_000]
    guard let last = word.last, let factor = factors[last] else { return Self.digits(word[...], radix: 10) }
    guard let value = Self.digits(word.dropLast(), radix: 10) else { return nil }
    let product = value.multipliedReportingOverflow(by: factor)
    return product.overflow ? nil : product.partialValue
  }

  static func digits(_ text: Substring, radix: Int) -> UInt64? {
    text.allSatisfy { $0.isASCII && $0.isHexDigit } ? UInt64(text, radix: radix) : nil
  }

  // MARK: Tokens

  mutating func parseList(
    _ element: (inout FilterParser) throws(FilterError) -> Void
  ) throws(FilterError) {
    guard token.kind == .openList else { throw failure("[") }
    try advance()
    try element(&self)
    while token.kind != .closeList {
      if token.kind == .comma {
        try advance()
        // Generated lists often end with a separator.
        if token.kind == .closeList { break }
      }
      try element(&self)
    }
    try advance()
  }

  mutating func advance() throws(FilterError) { token = try lexer.next() }

  /// Skips a word if it is the current token.
  mutating func take(_ word: String) throws(FilterError) -> Bool {
    guard token.kind == .word(word) else { return false }
    try advance()
    return true
  }

  func failure(_ expected: String) -> FilterError {
    FilterError(
      line: token.line, column: token.column, expected: expected,
      found: token.kind == .end ? nil : String(token.text))
  }
}

extension FlowColumn {
  /// The greatest number to compare with.
  fileprivate var greatestNumber: UInt64 {
    filterTerm?.greatest ?? UInt64.max >> UInt64(64 - numberBits)
  }
}

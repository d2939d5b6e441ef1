package import FlowModel
import NetworkBytes

extension FlowFilter {
  /// Reads a filter; white space or nothing at all means every flow.
  ///
  /// - Throws: `FilterError` at the first word that cannot stand where it stands.
  public init(parsing text: String) throws(FilterError) { try self.init(parsing: text, in: FlowColumn.allCases) }

  /// - Parameter columns: all that may be named.
  package init(parsing text: String, in columns: [FlowColumn]) throws(FilterError) {
    var parser = try FilterParser(text, columns)
    self = try parser.parse()
  }
}

/// Reads filters by descent: or ▸ and ▸ not ▸ a term or parentheses.
struct FilterParser {
  let vocabulary: FilterVocabulary
  private var lexer: FilterLexer
  private(set) var token: FilterToken
  private var depth = 0

  /// Parentheses and `not` in one another, so that no text can exhaust the stack.
  private static let maximumDepth = 200

  init(_ text: String, _ columns: [FlowColumn]) throws(FilterError) {
    vocabulary = FilterVocabulary(columns)
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
    if depth > Self.maximumDepth { throw failure("fewer parentheses in one another") }
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
      let name = String(token.text)
      try takeWord("the name of a collector's host")
      return .test(.collector(name))
    case "exporter":
      try advance()
      guard token.kind == .word("ip") || token.kind == .word("host") else { throw failure("ip") }
      try advance()
      return .test(.address([.exporterAddress], try parseNetworks()))
    case "observation":
      try advance()
      guard try take("domain") else { throw failure("domain id") }
      guard token.kind == .word("id") else { throw failure("id") }
      return try parseNumber(of: [.observationDomainID])
    case "nat": return try parseTranslated()
    default:
      let plain = vocabulary.plain(word)
      return plain.isEmpty ? try parseSided() : try parseValue(of: plain)
    }
  }

  private typealias Side = FilterVocabulary.Side

  /// Addresses and ports after translation.
  private mutating func parseTranslated() throws(FilterError) -> FlowFilter {
    try advance()
    var side: Side?
    if case .word(let word) = token.kind, let named = Side(rawValue: word), named == .src || named == .dst {
      side = named
      try advance()
    }
    if case .word(let word) = token.kind {
      let columns = vocabulary.sided(word, side, isTranslated: true)
      if !columns.isEmpty { return try parseValue(of: columns) }
    }
    throw failure(side == nil ? "src, dst, ip, host, net, port or event" : "ip, host, net or port")
  }

  private var conditions: String {
    "a condition: "
      + (["any", "ipv4", "ipv6"] + vocabulary.words { _ in true } + [
        "flags", "pps", "bps", "bpp", "duration", "nat", "exporter", "ident",
      ])
      .joined(separator: ", ") + " or observation"
  }

  private mutating func parseSided() throws(FilterError) -> FlowFilter {
    var side: Side?
    if case .word(let word) = token.kind, let named = Side(rawValue: word) {
      side = named
      try advance()
    }
    guard case .word(let word) = token.kind else { throw unknownWord(behind: side) }
    let columns = vocabulary.sided(word, side)
    if !columns.isEmpty { return try parseValue(of: columns) }
    let sides = vocabulary.sides(of: word).map(\.rawValue)
    guard let side, !sides.isEmpty else { throw unknownWord(behind: side) }
    throw failure("something that has the side \(side.rawValue); \(word) has \(sides.joined(separator: " and "))")
  }

  private func unknownWord(behind side: Side?) -> FilterError {
    guard let side else { return failure(conditions) }
    return failure("\(vocabulary.words { $0.side == side }.joined(separator: ", ")) behind \(side.rawValue)")
  }

  /// What columns of one word are compared with; the word is the present token.
  mutating func parseValue(of columns: [FlowColumn]) throws(FilterError) -> FlowFilter {
    switch columns[0].kind {
    case .address:
      try advance()
      return .test(.address(columns, try parseNetworks()))
    case .mac:
      try advance()
      return .test(.mac(columns, try parseMAC()))
    case .counter, .number, .time: return try parseNumber(of: columns)
    case .text, .json: throw failure("a condition on a number or an address")
    }
  }

  private mutating func parseProtocol() throws(FilterError) -> FlowFilter {
    try advance()
    if case .word(let word) = token.kind, let number = IPProtocol.number(word) {
      try advance()
      return .test(.number([.protocolIdentifier], .equal(UInt64(number))))
    }
    if case .word(let word) = token.kind, word.first?.isLetter ?? false, word != "in" {
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

  private mutating func parseNumber(of columns: [FlowColumn]) throws(FilterError) -> FlowFilter {
    try advance()
    if let names = columns[0].naming?.values, let comparison = try parseNames(names) {
      return .test(.number(columns, comparison))
    }
    return .test(.number(columns, try parseComparison(columns[0].greatestNumber)))
  }

  /// `in [1, 2 3]`, or a comparison, which is `=` where none stands.
  private mutating func parseComparison(_ greatest: UInt64) throws(FilterError) -> Comparison {
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

  /// Decimal digits with k, m, g or t behind them, powers of 1000, or hexadecimal ones behind 0x.
  static func number(_ word: String) -> UInt64? {
    if word.hasPrefix("0x") { return Self.digits(word.dropFirst(2), radix: 16) }
    let factors: [Character: UInt64] = ["k": 1000, "m": 1_000_000, "g": 1_000_000_000, "t": 1_000_000_000_000]
    guard let last = word.last, let factor = factors[last] else { return Self.digits(word[...], radix: 10) }
    guard let value = Self.digits(word.dropLast(), radix: 10) else { return nil }
    let product = value.multipliedReportingOverflow(by: factor)
    return product.overflow ? nil : product.partialValue
  }

  private static func digits(_ text: Substring, radix: Int) -> UInt64? {
    text.allSatisfy { $0.isASCII && $0.isHexDigit } ? UInt64(text, radix: radix) : nil
  }

  // MARK: Addresses

  /// One address or network, or a list of them.
  private mutating func parseNetworks() throws(FilterError) -> NetworkSet {
    guard try take("in") else { return [try parseNetwork()] }
    var networks: [Network] = []
    try parseList { parser throws(FilterError) in networks.append(try parser.parseNetwork()) }
    return NetworkSet(networks)
  }

  private mutating func parseNetwork() throws(FilterError) -> Network {
    guard case .word(let word) = token.kind, let network = Network(word) else {
      throw failure("an address or a network such as 10.0.0.0/8 or 2001:db8::/32")
    }
    try advance()
    return network
  }

  private mutating func parseMAC() throws(FilterError) -> UInt64 {
    guard case .word(let word) = token.kind, let address = Self.mac(word) else {
      throw failure("a MAC address such as 00:1b:44:11:3a:b7")
    }
    try advance()
    return address
  }

  private static func mac(_ word: String) -> UInt64? {
    let parts = word.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 6 else { return nil }
    return parts.reduce(Optional(UInt64(0))) { sum, part in
      guard let sum, part.count <= 2, let octet = digits(part, radix: 16) else { return nil }
      return sum << 8 | octet
    }
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
        // Lists that programs write often end with one.
        if token.kind == .closeList { break }
      }
      try element(&self)
    }
    try advance()
  }

  mutating func advance() throws(FilterError) { token = try lexer.next() }

  /// Passes over a word, if it is there.
  mutating func take(_ word: String) throws(FilterError) -> Bool {
    guard token.kind == .word(word) else { return false }
    try advance()
    return true
  }

  private mutating func takeWord(_ expected: String) throws(FilterError) {
    guard case .word = token.kind else { throw failure(expected) }
    try advance()
  }

  func failure(_ expected: String) -> FilterError {
    FilterError(
      line: token.line, column: token.column, expected: expected,
      found: token.kind == .end ? nil : String(token.text))
  }
}

extension FlowColumn {
  /// The greatest number that it may be compared with.
  fileprivate var greatestNumber: UInt64 {
    filterTerm?.greatest ?? UInt64.max >> UInt64(64 - numberBits)
  }
}

extension Network {
  /// Reads `10.0.0.1`, `10.0.0.0/8`, `10/8` or `2001:db8::/32`; nil if it is none.
  public init?(_ text: String) {
    let sides = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    var name = sides[0]
    if sides.count == 2, !name.contains(":") {
      // The rest of an IPv4 network's octets may be left out.
      let missing = 3 - name.filter { $0 == "." }.count
      if missing > 0, !name.hasSuffix(".") { name += String(repeating: ".0", count: missing) }
    }
    guard let address = IPAddress(name) else { return nil }
    guard sides.count == 2 else {
      self.init(address)
      return
    }
    let limit = name.contains(":") ? 128 : 32
    guard (1...3).contains(sides[1].count), sides[1].allSatisfy({ ("0"..."9").contains($0) }),
      let length = Int(sides[1]), length <= limit
    else { return nil }
    self.init(address, length: limit == 32 ? 96 + length : length)
  }
}

import NetworkBytes

/// A line of a cursor: what became of a file. `taken 123456 date=…/hour=…/flows-….parquet 9f86d081884c7d65`, of which the last word is
/// a hash of all before it.
struct CursorLine: Hashable, Sendable {
  enum Kind: String, Sendable {
    /// The first line: the form of the others as a number, and the output's name.
    case cursor
    case taken
    case aside
    case passed
  }

  var kind: Kind
  /// Of the file; of the first line, the form's number.
  var octets: UInt64
  /// Below the store's directory; of the first line, the output's.
  var name: String

  /// With the end of the line.
  var text: String {
    let content = "\(kind.rawValue) \(octets) \(name)"
    return "\(content) \(Self.hash(content))\n"
  }

  init(_ kind: Kind, _ octets: UInt64, _ name: String) {
    self.kind = kind
    self.octets = octets
    self.name = name
  }

  /// Reads a line without its end; nil if it is damaged.
  init?(_ text: Substring) {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 4, let kind = Kind(rawValue: String(words[0])), let octets = UInt64(words[1]),
      Self.hash(text[..<words[2].endIndex]) == words[3]
    else { return nil }
    self.init(kind, octets, String(words[2]))
  }

  /// 16 hexadecimal digits.
  private static func hash(_ text: some StringProtocol) -> String {
    let digits = String(fnv1a(text.utf8), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

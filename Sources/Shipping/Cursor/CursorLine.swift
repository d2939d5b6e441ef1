import NetworkBytes

/// A line of a cursor: the outcome of a file. `taken 123456 date=…/hour=…/flows-….parquet 9f86d081884c7d65`; the last
/// word is a hash of the rest.
struct CursorLine: Hashable, Sendable {
  enum Kind: String, Sendable {
    /// The first line: format version and output name.
    case cursor
    case taken
    case aside
    case passed
  }

  var kind: Kind
  /// Size of the file; in the first line, the format version.
  var octets: UInt64
  /// Relative to the store; in the first line, the output's name.
  var name: String

  /// Including the line ending.
  var text: String {
    let content = "\(kind.rawValue) \(octets) \(name)"
    return "\(content) \(Self.hash(content))\n"
  }

  init(_ kind: Kind, _ octets: UInt64, _ name: String) {
    self.kind = kind
    self.octets = octets
    self.name = name
  }

  /// Parses a line without its ending; returns nil if it is damaged.
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

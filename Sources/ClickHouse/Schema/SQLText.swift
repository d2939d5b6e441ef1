/// Quotes identifiers and strings for ClickHouse SQL.
package enum SQLText {
  /// Quotes the name of a database, table or cluster.
  package static func identifier(_ name: String) -> String { quoted(name, "`") }

  package static func literal(_ text: String) -> String { quoted(text, "'") }

  private static func quoted(_ text: String, _ quote: Unicode.Scalar) -> String {
    var result = String.UnicodeScalarView([quote])
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\", quote: result.append(contentsOf: ["\\", scalar])
      case "\n": result.append(contentsOf: ["\\", "n"])
      case "\r": result.append(contentsOf: ["\\", "r"])
      case "\t": result.append(contentsOf: ["\\", "t"])
      case "\0": result.append(contentsOf: ["\\", "0"])
      default: result.append(scalar)
      }
    }
    result.append(quote)
    return String(result)
  }
}

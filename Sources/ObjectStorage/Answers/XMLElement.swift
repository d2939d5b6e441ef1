/// An element of XML as object stores send it: names, texts and children. Attributes, namespaces, comments and
/// processing instructions are skipped; document types are rejected.
package struct XMLElement: Hashable, Sendable {
  package var name: String
  /// Of this element alone, with entities resolved.
  package var text = ""
  package var children: [XMLElement] = []

  /// - Returns: nil unless the octets are a single well-formed element of moderate size.
  package init?(_ octets: [UInt8]) {
    guard octets.count <= 8 << 20, let text = String(validating: octets, as: UTF8.self) else { return nil }
    var parser = XMLParser(rest: text.unicodeScalars[...])
    guard let element = parser.document() else { return nil }
    self = element
  }

  fileprivate init(name: String) { self.name = name }

  /// Returns the text of the first child with a name.
  package subscript(name: String) -> String? { children.first { $0.name == name }?.text }
}

/// Parses a document.
private struct XMLParser {
  var rest: Substring.UnicodeScalarView
  /// Valid responses are never nested deeper.
  private static let maximumDepth = 16

  init(rest: Substring.UnicodeScalarView) { self.rest = rest }

  mutating func document() -> XMLElement? {
    guard skipMarkup(), let root = element(depth: 0), skipMarkup(), rest.isEmpty else { return nil }
    return root
  }

  /// Skips white space, comments and processing instructions.
  private mutating func skipMarkup() -> Bool {
    while true {
      rest = rest.drop { $0.properties.isWhitespace || $0 == "\u{feff}" }
      if take("<?") {
        guard until("?>") != nil else { return false }
      } else if take("<!--") {
        guard until("-->") != nil else { return false }
      } else {
        return true
      }
    }
  }

  private mutating func element(depth: Int) -> XMLElement? {
    guard depth < Self.maximumDepth, take("<"), let tag = until(">"), let first = tag.first,
      first.properties.isAlphabetic || first == "_"
    else { return nil }
    let isEmpty = tag.last == "/"
    let name = String(tag.prefix { !$0.properties.isWhitespace && $0 != "/" })
    var element = XMLElement(name: name)
    if isEmpty { return element }
    while true {
      guard let text = Self.resolve(String(rest.prefix { $0 != "<" })) else { return nil }
      element.text += text
      rest = rest.drop { $0 != "<" }
      if take("</") {
        guard let end = until(">"), String(end).split(whereSeparator: \.isWhitespace).map(String.init) == [name] else {
          return nil
        }
        return element
      } else if take("<![CDATA[") {
        guard let content = until("]]>") else { return nil }
        element.text += String(content)
      } else if rest.starts(with: "<!--".unicodeScalars) || rest.starts(with: "<?".unicodeScalars) {
        guard skipMarkup() else { return nil }
      } else {
        guard let child = self.element(depth: depth + 1) else { return nil }
        element.children.append(child)
      }
    }
  }

  private mutating func take(_ text: String) -> Bool {
    guard rest.starts(with: text.unicodeScalars) else { return false }
    rest = rest.dropFirst(text.unicodeScalars.count)
    return true
  }

  /// Returns the text before `end` and skips both.
  private mutating func until(_ end: String) -> Substring.UnicodeScalarView? {
    var position = rest.startIndex
    while position < rest.endIndex {
      if rest[position...].starts(with: end.unicodeScalars) {
        let found = rest[..<position]
        rest = rest[position...].dropFirst(end.unicodeScalars.count)
        return found
      }
      position = rest.index(after: position)
    }
    return nil
  }

  private static let entities: [Substring: Unicode.Scalar] = [
    "lt": "<", "gt": ">", "amp": "&", "quot": "\"", "apos": "'",
  ]

  /// Resolves entities.
  private static func resolve(_ text: String) -> String? {
    guard text.contains("&") else { return text }
    let pieces = text.split(separator: "&", omittingEmptySubsequences: false)
    var resolved = String(pieces[0])
    for piece in pieces.dropFirst() {
      guard let end = piece.firstIndex(of: ";"), let scalar = scalar(of: piece[..<end]) else { return nil }
      resolved.unicodeScalars.append(scalar)
      resolved += piece[piece.index(after: end)...]
    }
    return resolved
  }

  private static func scalar(of entity: Substring) -> Unicode.Scalar? {
    if let known = entities[entity] { return known }
    guard entity.hasPrefix("#") else { return nil }
    let digits = entity.dropFirst()
    let number = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    return number.flatMap(Unicode.Scalar.init)
  }
}

extension String {
  /// The string escaped as element text.
  package var xmlEscaped: String {
    replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}

public import FlowModel

/// A key to group flows by: columns, address prefixes, or either end of a flow.
public struct GroupKey: Hashable, Sendable {
  public struct Part: Hashable, Sendable {
    /// The name as requested, used as the column title of the result.
    public var name: String
    public var column: FlowColumn
    /// Prefix of an address that counts; nil for the whole address.
    public var prefix: PrefixLengths?

    /// Whether its values are text, whatever they look like.
    public var isText: Bool { column.isText }
  }

  public var parts: [Part]
  /// The columns of the other direction if both directions form one group; nil if they are separate.
  public var reverse: [Part]?
  /// The columns of the other end for a key of either end: a flow belongs to the groups of its source and its
  /// destination.
  public var otherEnd: [Part]?

  private static let record = ["proto", "src_addr", "src_port", "dst_addr", "dst_port"]

  /// Names for either end in addition to `FlowColumn.End.Property`.
  private static let endAliases: [String: FlowColumn.End.Property] = ["talkers": .address, "ip": .address]

  /// Returns the columns of both ends for a name.
  private static func ends(_ name: String, _ columns: [FlowColumn]) -> (FlowColumn, FlowColumn)? {
    guard let property = FlowColumn.End.Property(rawValue: name) ?? endAliases[name],
      let source = columns.first(where: { $0.end == FlowColumn.End(.source, property) }),
      let destination = columns.otherEnd(of: source)
    else { return nil }
    return (source, destination)
  }

  private static let endNames = FlowColumn.End.Property.allCases.map(\.rawValue)

  /// Parses `src_addr,dst_port`, `src_addr/24/48`, `record`, `talkers`.
  ///
  /// - Throws: `GroupKeyError` at an unknown name.
  public init(parsing text: String) throws(GroupKeyError) { try self.init(parsing: text, in: FlowColumn.allCases) }

  /// - Parameter columns: the columns that may be named.
  package init(parsing text: String, in columns: [FlowColumn]) throws(GroupKeyError) {
    parts = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
      let word = name.filter { $0 != " " }.lowercased()
      if word == "record" {
        for name in Self.record { parts.append(try Self.part(name, columns)) }
        continue
      }
      let sides = word.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      if let (first, second) = Self.ends(sides[0], columns) {
        guard otherEnd == nil else {
          throw GroupKeyError(word, "one shorthand for either end (\(Self.endNames.joined(separator: ", ")))", [])
        }
        otherEnd = parts
        let suffix = sides.count > 1 ? "/" + sides[1] : ""
        var part = try Self.part(first.name + suffix, columns)
        part.name = word == "talkers" ? "addr" : word
        parts.append(part)
        var other = try Self.part(second.name + suffix, columns)
        other.name = part.name
        otherEnd?.append(other)
      } else {
        let part = try Self.part(word, columns)
        parts.append(part)
        otherEnd?.append(part)
      }
    }
  }

  /// Merges both directions of a conversation into one group.
  ///
  /// - Throws: `GroupKeyError` if the key does not have both ends.
  public mutating func mergeDirections() throws(GroupKeyError) {
    let other = parts.map { part in
      var part = part
      part.column = part.column.otherEnd ?? part.column
      return part
    }
    let columns = Set(parts.map(\.column))
    guard otherEnd == nil, columns.contains(where: { $0.otherEnd != nil }), Set(other.map(\.column)) == columns else {
      throw GroupKeyError(
        parts.map(\.name).joined(separator: ","), "both ends of a conversation, as in record or src_addr,dst_addr", [])
    }
    reverse = other
  }

  private static func part(_ word: String, _ columns: [FlowColumn]) throws(GroupKeyError) -> Part {
    let sides = word.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard let column = columns.first(where: { $0.name == sides[0] || $0.aliases.contains(sides[0]) }) else {
      let names = columns.map(\.name) + ["record", "talkers"] + endNames
      throw GroupKeyError(word, "a column", Spelling.nearest(to: sides[0], among: names))
    }
    let name = column.name
    guard sides.count > 1 else { return Part(name: name, column: column) }
    let suffix = word.dropFirst(sides[0].count + 1)
    guard column.kind == .address, let prefix = PrefixLengths(suffix) else {
      throw GroupKeyError(word, "a prefix length of an address column, as in src_addr/24 or src_addr/24/48", [])
    }
    return Part(name: "\(name)/\(suffix)", column: column, prefix: prefix)
  }
}

/// Why a text is not a valid key.
public struct GroupKeyError: Error, Hashable, Sendable, CustomStringConvertible {
  public let text: String
  public let expected: String
  /// Suggested names.
  public let nearest: [String]

  init(_ text: String, _ expected: String, _ nearest: [String]) {
    self.text = text
    self.expected = expected
    self.nearest = nearest
  }

  public var description: String {
    let advice = nearest.isEmpty ? "" : "; did you mean \(nearest.joined(separator: ", "))?"
    return "expected \(expected), found '\(text)'\(advice)"
  }
}

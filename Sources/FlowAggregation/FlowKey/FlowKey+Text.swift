package import FlowModel

/// Why a list of words is not a flow key.
public enum FlowKeyError: Error, Equatable {
  /// No field has this name; `nearest` contains the most similar names, or all names if none is similar.
  case unknownField(String, nearest: [String])
  case duplicateField(String)
  /// The text after the slash is not `N` (0 to 32) or `N/M` (0 to 32, 0 to 128).
  case badPrefix(String)
  /// The field is not an address.
  case prefixNotAllowed(String)
  case noFields
}

extension FlowKeyError: CustomStringConvertible {
  /// One line: what, where, what to do.
  public var description: String {
    switch self {
    case .unknownField(let name, let nearest):
      "flow key: no field \"\(name)\"; did you mean \(nearest.joined(separator: ", "))?"
    case .duplicateField(let name):
      "flow key: field \"\(name)\" duplicate field; remove one"
    case .badPrefix(let word):
      "flow key: bad prefix length in \"\(word)\"; write it as src_addr/24 or src_addr/24/48 (IPv4 to 32, IPv6 to 128)"
    case .prefixNotAllowed(let word):
      "flow key: \"\(word)\" cannot have a prefix length; only src_addr, dst_addr and next_hop can"
    case .noFields:
      "flow key: no fields; give at least one, such as src_addr"
    }
  }
}

extension FlowKey {
  /// Parses field names, addresses with an optional prefix length: `["exporter_addr", "src_addr/24/48", "dst_port"]`.
  ///
  /// See `PrefixLengths` for `/24` alone.
  public init(parsing words: [String]) throws(FlowKeyError) { try self.init(parsing: words, in: FlowColumn.allCases) }

  /// - Parameter table: the columns that may be named.
  package init(parsing words: [String], in table: [FlowColumn]) throws(FlowKeyError) {
    var columns: Set<FlowColumn> = []
    var prefixes: [FlowColumn: PrefixLengths] = [:]
    for word in words {
      let name = String(word.prefix { $0 != "/" })
      guard let column = table.named(name), column.isKey else {
        throw .unknownField(name, nearest: Self.names(like: name))
      }
      guard columns.insert(column).inserted else { throw .duplicateField(name) }
      guard name.count < word.count else { continue }
      guard column.takesKeyPrefix else { throw .prefixNotAllowed(word) }
      guard let lengths = PrefixLengths(word.dropFirst(name.count + 1)) else { throw .badPrefix(word) }
      prefixes[column] = lengths
    }
    guard !columns.isEmpty else { throw .noFields }
    try self.init(columns, prefixes: prefixes)
  }

  /// The words that `init(parsing:)` accepts, in column order.
  public var words: [String] {
    columns.sorted { $0.number < $1.number }.map { column in
      column.name + (prefixes[column].map { "/\($0)" } ?? "")
    }
  }

  /// Returns the names most similar to a word, or all if none is similar.
  static func names(like word: String) -> [String] {
    let names = FlowColumn.allCases.filter(\.isKey).map(\.name)
    let nearest = Spelling.nearest(to: word, among: names)
    return nearest.isEmpty ? names : nearest
  }
}

extension FlowKey: CustomStringConvertible {
  public var description: String { words.joined(separator: ", ") }
}

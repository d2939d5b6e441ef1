/// A column of a ClickHouse table.
package struct TableColumn: Hashable, Sendable {
  /// The value of rows inserted without the column.
  package enum Expression: Hashable, Sendable {
    case defaultValue(String)
    /// Computed on read; not stored.
    case alias(String)
  }

  package var name: String
  package var type: String
  package var codec: String?
  package var expression: Expression?

  package init(_ name: String, _ type: String, codec: String? = nil, _ expression: Expression? = nil) {
    self.name = name
    self.type = type
    self.codec = codec
    self.expression = expression
  }

  package var isAlias: Bool {
    if case .alias = expression { true } else { false }
  }

  /// Declaration in CREATE and ALTER.
  package var declaration: String {
    let expression =
      switch expression {
      case .defaultValue(let text): " DEFAULT \(text)"
      case .alias(let text): " ALIAS \(text)"
      case nil: ""
      }
    return "\(name) \(type)\(expression)\(codec.map { " CODEC(\($0))" } ?? "")"
  }
}

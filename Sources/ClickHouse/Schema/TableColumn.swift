/// A column of a table in ClickHouse.
package struct TableColumn: Hashable, Sendable {
  /// What a row has that was inserted without the column.
  package enum Expression: Hashable, Sendable {
    case defaultValue(String)
    /// Computed when it is read; not stored.
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

  /// As it is declared in CREATE and ALTER.
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

/// A column of a table in ClickHouse.
struct TableColumn: Hashable, Sendable {
  /// What a row has that was inserted without the column.
  enum Expression: Hashable, Sendable {
    case defaultValue(String)
    /// Computed when it is read; not stored.
    case alias(String)
  }

  var name: String
  var type: String
  var codec: String?
  var expression: Expression?

  init(_ name: String, _ type: String, codec: String? = nil, _ expression: Expression? = nil) {
    self.name = name
    self.type = type
    self.codec = codec
    self.expression = expression
  }

  var isAlias: Bool {
    if case .alias = expression { true } else { false }
  }

  /// As it is declared in CREATE and ALTER.
  var declaration: String {
    let expression =
      switch expression {
      case .defaultValue(let text): " DEFAULT \(text)"
      case .alias(let text): " ALIAS \(text)"
      case nil: ""
      }
    return "\(name) \(type)\(expression)\(codec.map { " CODEC(\($0))" } ?? "")"
  }
}

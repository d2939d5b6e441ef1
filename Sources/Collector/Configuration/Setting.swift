/// One key of the configuration: where it stands, how it is written, what it changes.
///
/// Values travel as text, one element for a plain value and several for a list or a map, because that is what a file, an
/// environment variable and an option have in common. An element of a map is `name=value`.
public struct Setting: Sendable {
  public enum Shape: Sendable {
    case value, list, map
  }

  /// When a changed value takes effect.
  public enum Change: Sendable {
    /// On reload, while the collector runs.
    case live
    /// When the collector starts again.
    case restart
  }

  /// Dotted path in the file: `aggregation.activeTimeout`.
  public let key: String
  public let shape: Shape
  public let change: Change
  /// What it means, in a line.
  public let comment: String
  /// What one element may be.
  public let expected: String

  /// The place of the first element that is wrong and what was expected there; nil if all are right. The place is nil
  /// where the elements as a whole are wrong.
  let fault: @Sendable ([String]) -> Fault?
  /// Puts elements without fault in their place.
  let apply: @Sendable ([String], inout CollectorConfiguration) -> Void
  let elements: @Sendable (CollectorConfiguration) -> [String]
  let copy: @Sendable (_ from: CollectorConfiguration, _ to: inout CollectorConfiguration) -> Void

  struct Fault: Equatable {
    var element: Int?
    var expected: String
  }

  /// Whether its lines mean something: it is a filter, which may have comments.
  var keepsLines: Bool { key == "filter" }

  public var components: [String] { key.split(separator: ".").map(String.init) }

  /// The value in `configuration` as one line of YAML.
  public func text(in configuration: CollectorConfiguration) -> String {
    let elements = elements(configuration)
    switch shape {
    case .value: return elements.first ?? ""
    case .list: return "[" + elements.map(Self.quoted).joined(separator: ", ") + "]"
    case .map:
      let pairs = elements.map { element in
        let (name, value) = Self.pair(element) ?? (element, "")
        return "\"\(name)\": \(value)"
      }
      return "{" + pairs.joined(separator: ", ") + "}"
    }
  }

  /// Quoted where a plain scalar of a flow sequence would be read as something else.
  private static func quoted(_ text: String) -> String {
    text.contains(where: { ":[]{},#\"'".contains($0) }) ? "\"\(text)\"" : text
  }

  /// The two sides of `name=value`; nil if there is no `=`.
  static func pair(_ element: String) -> (name: String, value: String)? {
    guard let sign = element.firstIndex(of: "=") else { return nil }
    return (String(element[..<sign]), String(element[element.index(after: sign)...]))
  }
}

extension Setting {
  typealias Path<Value> = WritableKeyPath<CollectorConfiguration, Value> & Sendable

  static func value<Value>(
    _ key: String, _ path: any Path<Value>, _ form: ValueForm<Value>, _ change: Change, _ comment: String
  ) -> Setting {
    Setting(
      key: key, shape: .value, change: change, comment: comment, expected: form.expected,
      fault: { elements in
        guard let first = elements.first, elements.count == 1, form.parse(first) != nil else {
          return Fault(element: 0, expected: form.expected)
        }
        return nil
      },
      apply: { elements, configuration in
        if let value = elements.first.flatMap(form.parse) { configuration[keyPath: path] = value }
      },
      elements: { [form.text($0[keyPath: path])] },
      copy: { $1[keyPath: path] = $0[keyPath: path] })
  }

  /// A list of at least one element unless it may be empty, none twice.
  static func list<Value: Hashable>(
    _ key: String, _ path: any Path<[Value]>, _ form: ValueForm<Value>, mayBeEmpty: Bool = false, _ change: Change,
    _ comment: String
  ) -> Setting {
    Setting(
      key: key, shape: .list, change: change, comment: comment, expected: form.expected,
      fault: { elements in
        if elements.isEmpty, !mayBeEmpty { return Fault(element: nil, expected: "at least one: \(form.expected)") }
        var seen: Set<Value> = []
        for (index, element) in elements.enumerated() {
          guard let value = form.parse(element) else { return Fault(element: index, expected: form.expected) }
          if !seen.insert(value).inserted { return Fault(element: index, expected: "each once") }
        }
        return nil
      },
      apply: { $1[keyPath: path] = $0.compactMap(form.parse) },
      elements: { $0[keyPath: path].map(form.text) },
      copy: { $1[keyPath: path] = $0[keyPath: path] })
  }

  /// A map, which may be empty; `expected` says what a pair is, as for `ValueForm`.
  static func map<Name: Hashable & LosslessStringConvertible & Comparable & Sendable, Value>(
    _ key: String, _ path: any Path<[Name: Value]>, _ form: ValueForm<Value>, names: String, _ change: Change,
    _ comment: String
  ) -> Setting {
    let expected = "\(names) and \(form.expected)"
    let parse: @Sendable (String) -> (Name, Value)? = { element in
      guard let pair = pair(element), let name = Name(pair.name), let value = form.parse(pair.value) else { return nil }
      return (name, value)
    }
    return Setting(
      key: key, shape: .map, change: change, comment: comment, expected: expected,
      fault: { elements in
        var seen: Set<Name> = []
        for (index, element) in elements.enumerated() {
          guard let pair = parse(element) else { return Fault(element: index, expected: expected) }
          if !seen.insert(pair.0).inserted { return Fault(element: index, expected: "each once") }
        }
        return nil
      },
      apply: { elements, configuration in
        configuration[keyPath: path] = Dictionary(elements.compactMap(parse)) { $1 }
      },
      elements: { configuration in
        configuration[keyPath: path].sorted { $0.key < $1.key }.map { "\($0.key)=\(form.text($0.value))" }
      },
      copy: { $1[keyPath: path] = $0[keyPath: path] })
  }
}

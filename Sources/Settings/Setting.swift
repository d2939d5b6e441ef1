/// A key of the configuration: its name, form and effect.
///
/// Values are represented as text, one element for a plain value and several for a list or a map, which is what files,
/// environment variables and options have in common. An element of a map is `name=value`.
public struct Setting: Sendable {
  public enum Shape: Sendable {
    case value, list, map
    /// A list of maps with their own keys.
    case records
  }

  /// When a changed value takes effect.
  public enum Change: Sendable {
    /// On reload, while the collector runs.
    case live
    /// After a restart.
    case restart
  }

  /// Dotted path in the file: `aggregation.activeTimeout`.
  public let key: String
  public let shape: Shape
  public let change: Change
  /// One-line description.
  public let comment: String
  /// Valid values of an element.
  public let expected: String

  /// Returns the index of the first invalid element and what was expected; nil if all are valid. The index is nil if
  /// the elements as a whole are invalid.
  let fault: @Sendable ([String]) -> Fault?
  /// Stores valid elements.
  ///
  /// - Parameter directory: base of relative file names in them.
  /// - Returns: a problem that shows only now; then the setting is unchanged.
  let apply: @Sendable (_ elements: [String], _ directory: String, inout CollectorConfiguration) -> String?
  let elements: @Sendable (CollectorConfiguration) -> [String]
  /// For a list of records.
  var form: RecordForm?
  /// For a setting that names a file: returns whether two configurations have read the same content.
  var hasSameContent: @Sendable (CollectorConfiguration, CollectorConfiguration) -> Bool = { _, _ in true }

  struct Fault: Equatable {
    var element: Int?
    var expected: String
  }

  /// Whether line breaks are significant: a filter may contain comments.
  var keepsLines: Bool { key == "filter" }

  public var components: [String] { key.split(separator: ".").map(String.init) }

  /// Formats the value in `configuration` as one line of YAML.
  public func text(in configuration: CollectorConfiguration) -> String {
    let elements = elements(configuration)
    switch shape {
    case .value: return elements.first ?? ""
    case .records: return "[" + elements.joined(separator: ", ") + "]"
    case .list: return "[" + elements.map(Self.quoted).joined(separator: ", ") + "]"
    case .map:
      let pairs = elements.map { element in
        let (name, value) = Self.pair(element) ?? (element, "")
        return "\"\(name)\": \(value)"
      }
      return "{" + pairs.joined(separator: ", ") + "}"
    }
  }

  /// Quotes text that would be misread as a plain scalar of a flow sequence.
  private static func quoted(_ text: String) -> String {
    text.contains(where: { ":[]{},#\"'".contains($0) }) ? "\"\(text)\"" : text
  }

  /// Splits `name=value`; returns nil if there is no `=`.
  static func pair(_ element: String) -> (name: String, value: String)? {
    guard let sign = element.firstIndex(of: "=") else { return nil }
    return (String(element[..<sign]), String(element[element.index(after: sign)...]))
  }
}

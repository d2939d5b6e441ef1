/// One key of the configuration: where it stands, how it is written, what it changes.
///
/// Values travel as text, one element for a plain value and several for a list or a map, because that is what a file, an
/// environment variable and an option have in common. An element of a map is `name=value`.
public struct Setting: Sendable {
  public enum Shape: Sendable {
    case value, list, map
    /// A list of maps with keys of their own.
    case records
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
  ///
  /// - Parameter directory: what names of files in them are relative to.
  /// - Returns: what is wrong all the same, where that shows only now; the setting is left as it was.
  let apply: @Sendable (_ elements: [String], _ directory: String, inout CollectorConfiguration) -> String?
  let elements: @Sendable (CollectorConfiguration) -> [String]
  /// Of records.
  var form: RecordForm?
  /// Of a setting that names a file: whether two configurations have read the same from it.
  var hasSameContent: @Sendable (CollectorConfiguration, CollectorConfiguration) -> Bool = { _, _ in true }

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

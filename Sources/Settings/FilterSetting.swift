public import FlowFilter

/// A filter and its text. It is parsed on initialization, so that every instance is valid.
public struct FilterSetting: Hashable, Sendable {
  /// As written, with included files expanded.
  public let text: String
  public let filter: FlowFilter

  /// Matches every record.
  public init() {
    text = ""
    filter = .any
  }

  /// - Parameters:
  ///   - text: in the filter language; empty for every record.
  ///   - directory: base of included file names; empty, or ending with a slash.
  public init(_ text: String, directory: String = "") throws(FilterError) {
    let text = try FilterText(text, directory: directory)
    filter = try text.filter()
    self.text = text.text
  }
}

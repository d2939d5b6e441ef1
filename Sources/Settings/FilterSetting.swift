public import FlowFilter

/// A filter and its text. It is parsed when it is made, so that there is none with a text that is wrong.
public struct FilterSetting: Hashable, Sendable {
  /// As it was written, with the files that it includes in their places.
  public let text: String
  public let filter: FlowFilter

  /// Every record.
  public init() {
    text = ""
    filter = .any
  }

  /// - Parameters:
  ///   - text: in the filter language; empty: every record.
  ///   - directory: what names of included files are relative to; empty, or with a slash at its end.
  public init(_ text: String, directory: String = "") throws(FilterError) {
    let text = try FilterText(text, directory: directory)
    filter = try text.filter()
    self.text = text.text
  }
}

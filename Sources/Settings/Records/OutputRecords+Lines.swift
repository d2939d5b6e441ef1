import FlowLines
import FlowModel
import FlowText

// Outputs that write rows as lines.

extension OutputRecords {
  private static let place = ValueForm<String>.line("the path of a file, or - for standard output")

  static let names = ValueForm<FieldNames>.choice

  static let lineFields: [Field] = [
    ([.jsonl, .csv], .value("path", place, "For jsonl and csv: the file to which lines are appended.")),
    (
      [.jsonl, .csv, .kafka],
      .value(
        "names", names,
        "For jsonl, csv, and kafka with format: json: the names of columns; default sagflow.")
    ),
  ]

  static func lines(_ text: RecordText, _ format: RowFormat, _ report: Report) -> LineOptions {
    var options = LineOptions()
    options.format = format
    if let value = text.value("path", place) {
      options.path = value
    } else {
      report("path", "is missing; expected \(place.expected)")
    }
    if let value = text.value("names", names) { options.names = value }
    return options
  }

  /// Finds outputs with the same file, as far as paths show it.
  static func samePaths(_ texts: [RecordText]) -> [RecordProblem] {
    var seen: Set<String> = []
    return texts.enumerated().compactMap { index, text in
      guard let path = text.value("path", place), !seen.insert(plain(path)).inserted else { return nil }
      let message = "'\(path)' is the path of another output; choose another"
      return RecordProblem(index: index, field: "path", message: message)
    }
  }

  /// Returns the path without redundant parts.
  private static func plain(_ path: String) -> String {
    let parts = path.split(separator: "/").filter { $0 != "." }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }

  static func text(_ output: LineSetting) -> RecordText {
    let standard = LineOptions()
    var text = RecordText(values: ["name": [output.name], "type": [output.kind.rawValue]])
    text.values["path"] = [output.options.path]
    text.put("names", output.options.names.rawValue, unless: standard.names.rawValue)
    return text
  }
}

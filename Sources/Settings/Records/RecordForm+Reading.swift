import Alerts

extension RecordForm {
  /// Reads records, and stores the result if all are valid.
  ///
  /// - Parameters:
  ///   - reserved: names that no record may have.
  ///   - read: returns a record's meaning, or nil; reports problems by field.
  static func apply<Value>(
    _ texts: [RecordText], _ reserved: Set<String> = [], to place: inout [Value],
    _ read: (RecordText, _ report: (String?, String) -> Void) -> Value?
  ) -> [RecordProblem] {
    var problems: [RecordProblem] = []
    let values = texts.enumerated().compactMap { index, text in
      read(text) { problems.append(RecordProblem(index: index, field: $0, message: $1)) }
    }
    problems += duplicates(texts, reserved)
    if problems.isEmpty { place = values }
    return problems.sorted { $0.index < $1.index }
  }

  private static func duplicates(_ texts: [RecordText], _ reserved: Set<String>) -> [RecordProblem] {
    var seen: Set<String> = []
    return texts.enumerated().compactMap { index, text in
      let name = text.values["name"]?.first ?? ""
      if reserved.contains(name) {
        return RecordProblem(index: index, field: "name", message: "'\(name)' is built in; choose another name")
      }
      if seen.insert(name).inserted { return nil }
      return RecordProblem(index: index, field: "name", message: "'\(name)' is a duplicate name; choose another")
    }
  }
}

// Value forms shared by records of several lists.
extension ValueForm where Value == String {
  static var recordName: Self {
    ValueForm(expected: "a name of letters, digits, -, _ and ., at most 64") {
      AlertRule.isName($0) ? $0 : nil
    } text: {
      $0
    }
  }

  /// Text on one line, quoted.
  static func line(_ expected: String, _ isRight: @escaping @Sendable (String) -> Bool = { _ in true }) -> Self {
    ValueForm(expected: expected) { text in
      let isPrintable = !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
      return isPrintable && !text.isEmpty && isRight(text) ? text : nil
    } text: {
      "\"" + $0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
  }

  static var url: Self {
    line("a URL, https://… or http://…, without user and password") { text in
      guard let scheme = ["https://", "http://"].first(where: { text.lowercased().hasPrefix($0) }) else { return false }
      let host = text.dropFirst(scheme.utf8.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
      return !host.isEmpty && !host.contains("@") && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }
  }
}

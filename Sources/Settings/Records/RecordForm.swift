/// How the records of a list are written: a setting such as `alerts.rules`, each of whose elements is a map with keys of its own.
/// Such a list is in the configuration file alone: no variable and no option has room for it.
struct RecordForm: Sendable {
  /// In the order in which they are shown.
  let fields: [RecordField]
  /// Puts records in their place whose fields are each right.
  ///
  /// - Returns: what is wrong all the same; then the setting is left as it was.
  let apply: @Sendable ([RecordText], _ directory: String, inout CollectorConfiguration) -> [RecordProblem]
  /// The fields of each record that are not at their default.
  let texts: @Sendable (CollectorConfiguration) -> [RecordText]

  func field(_ name: String) -> RecordField? { fields.first { $0.name == name } }

  /// A record as one line of YAML.
  func text(_ record: RecordText) -> String {
    let pairs = fields.compactMap { field -> String? in
      guard let elements = record.values[field.name] else { return nil }
      let values = elements.map(field.written)
      return "\(field.name): " + (field.isList ? "[\(values.joined(separator: ", "))]" : values.joined())
    }
    return "{" + pairs.joined(separator: ", ") + "}"
  }
}

/// One key of a record.
struct RecordField: Sendable {
  let name: String
  let isList: Bool
  let isRequired: Bool
  /// What one element may be.
  let expected: String
  /// What it means, in a line.
  let comment: String
  /// Whether its lines mean something, as those of a filter.
  let keepsLines: Bool
  /// Whether an element is right.
  let isValid: @Sendable (String) -> Bool
  /// An element as it is written in YAML.
  let written: @Sendable (String) -> String

  static func value<Value>(
    _ name: String, _ form: ValueForm<Value>, isRequired: Bool = false, keepsLines: Bool = false, _ comment: String
  ) -> RecordField {
    RecordField(
      name: name, isList: false, isRequired: isRequired, expected: form.expected, comment: comment,
      keepsLines: keepsLines, isValid: { form.parse($0) != nil }, written: { form.parse($0).map(form.text) ?? $0 })
  }

  static func list<Value>(_ name: String, _ form: ValueForm<Value>, _ comment: String) -> RecordField {
    RecordField(
      name: name, isList: true, isRequired: false, expected: form.expected, comment: comment, keepsLines: false,
      isValid: { form.parse($0) != nil }, written: { form.parse($0).map(form.text) ?? $0 })
  }
}

/// A record's fields as text: one element for a plain value, several for a list.
struct RecordText: Hashable, Sendable {
  var values: [String: [String]] = [:]

  /// The value of a field that has one element, read by `form`; nil if it is absent.
  func value<Value>(_ name: String, _ form: ValueForm<Value>) -> Value? {
    values[name].flatMap { $0.count == 1 ? form.parse($0[0]) : nil }
  }
}

/// What is wrong with a record although each of its fields is right.
struct RecordProblem: Hashable, Sendable {
  var index: Int
  /// Nil: the record as a whole.
  var field: String?
  var message: String
}

extension Setting {
  /// A list of records, which may be empty.
  static func records(_ key: String, _ change: Change, _ form: RecordForm, _ comment: String) -> Setting {
    let expected = "maps of " + form.fields.map(\.name).joined(separator: ", ")
    return Setting(
      key: key, shape: .records, change: change, comment: comment, expected: expected,
      fault: { _ in Fault(element: nil, expected: "\(expected) in the configuration file") },
      apply: { _, _, _ in nil }, elements: { form.texts($0).map(form.text) }, form: form)
  }
}

/// The form of records in a list such as `alerts.rules`, whose elements are maps with their own keys. Such lists exist
/// only in the configuration file, not as variables or options.
struct RecordForm: Sendable {
  /// In display order.
  let fields: [RecordField]
  /// Stores records whose fields are individually valid.
  ///
  /// - Returns: remaining problems; then the setting is unchanged.
  let apply: @Sendable ([RecordText], _ directory: String, inout CollectorConfiguration) -> [RecordProblem]
  /// Returns the fields of each record that differ from their defaults.
  let texts: @Sendable (CollectorConfiguration) -> [RecordText]

  func field(_ name: String) -> RecordField? { fields.first { $0.name == name } }

  /// Formats a record as one line of YAML.
  func text(_ record: RecordText) -> String {
    let pairs = fields.compactMap { field -> String? in
      guard let elements = record.values[field.name] else { return nil }
      let values = elements.map(field.written)
      return "\(field.name): " + (field.isList ? "[\(values.joined(separator: ", "))]" : values.joined())
    }
    return "{" + pairs.joined(separator: ", ") + "}"
  }
}

/// A key of a record.
struct RecordField: Sendable {
  let name: String
  let isList: Bool
  let isRequired: Bool
  /// Valid values of an element.
  let expected: String
  /// One-line description.
  let comment: String
  /// Whether line breaks are significant, as in a filter.
  let keepsLines: Bool
  /// Returns whether an element is valid.
  let isValid: @Sendable (String) -> Bool
  /// Formats an element for YAML.
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

  /// Returns the value of a field with one element, parsed by `form`; nil if it is absent.
  func value<Value>(_ name: String, _ form: ValueForm<Value>) -> Value? {
    values[name].flatMap { $0.count == 1 ? form.parse($0[0]) : nil }
  }
}

/// A problem of a record whose fields are individually valid.
struct RecordProblem: Hashable, Sendable {
  var index: Int
  /// Nil for the record as a whole.
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

import Yams

/// A record from a file: its fields and their places.
struct LayerRecord: Sendable {
  var text = RecordText()
  var origin: ConfigurationOrigin
  /// Place of each field's value.
  var places: [String: ConfigurationOrigin] = [:]

  /// Returns the place of a problem.
  func place(_ field: String?) -> ConfigurationOrigin { field.flatMap { places[$0] } ?? origin }
}

extension ConfigurationLayer {
  /// Returns the name of a record's field for messages: `alerts.rules[2].filter`, counted from 0.
  static func key(_ setting: Setting, _ index: Int, _ field: String? = nil) -> String {
    "\(setting.key)[\(index)]" + (field.map { ".\($0)" } ?? "")
  }

  /// Applies the records of a list to the configuration, if the layer has any.
  ///
  /// - Returns: problems found.
  func apply(
    _ setting: Setting, _ form: RecordForm, to values: inout CollectorConfiguration
  ) -> [ConfigurationProblem] {
    guard let records = records[setting.key] else { return [] }
    let directory = origins[setting.key]?.directory ?? ""
    return form.apply(records.map(\.text), directory, &values).map { problem in
      ConfigurationProblem(
        origin: records[problem.index].place(problem.field), key: Self.key(setting, problem.index, problem.field),
        message: problem.message)
    }
  }

  /// Reads the records of a list; reports every invalid field.
  ///
  /// - Returns: nil if any is invalid.
  mutating func records(
    _ sequence: Node.Sequence, for setting: Setting, _ form: RecordForm, _ walk: Walk
  ) -> [LayerRecord]? {
    let before = problems.count
    var records: [LayerRecord] = []
    for (index, node) in sequence.enumerated() {
      guard let mapping = node.mapping else {
        report(
          "expected \(setting.expected), found \(Self.kind(of: node))", key: Self.key(setting, index),
          at: walk.origin(node.mark))
        continue
      }
      records.append(record(mapping, at: walk.origin(node.mark), index, setting, form, walk))
    }
    return problems.count == before ? records : nil
  }

  private mutating func record(
    _ mapping: Node.Mapping, at origin: ConfigurationOrigin, _ index: Int, _ setting: Setting, _ form: RecordForm,
    _ walk: Walk
  ) -> LayerRecord {
    var record = LayerRecord(origin: origin)
    for (nameNode, node) in mapping {
      let origin = walk.origin(nameNode.mark)
      let name = nameNode.scalar?.string ?? ""
      guard let field = form.field(name) else {
        reportUnknown(key: Self.printable(Self.key(setting, index, name)), at: origin) {
          ConfigurationSchema.nearest(to: name, among: form.fields.map(\.name))
        }
        continue
      }
      // An absent value has no mark.
      let place = Self.isNull(node) ? origin : walk.origin(node.mark)
      record.places[name] = place
      if let elements = elements(node, of: field, key: Self.key(setting, index, name), at: place, walk) {
        record.text.values[name] = elements
      }
    }
    for field in form.fields where field.isRequired && record.places[field.name] == nil {
      report("is missing; expected \(field.expected)", key: Self.key(setting, index, field.name), at: origin)
    }
    return record
  }

  /// Returns a field's elements if they are valid; otherwise reports the problem.
  private mutating func elements(
    _ node: Node, of field: RecordField, key: String, at place: ConfigurationOrigin, _ walk: Walk
  ) -> [String]? {
    let list = field.isList ? "a list of " : ""
    var nodes = [node]
    if field.isList {
      guard let sequence = node.sequence else {
        report("expected \(list)\(field.expected), found \(Self.kind(of: node))", key: key, at: place)
        return nil
      }
      nodes = Array(sequence)
    }
    var elements: [String] = []
    for node in nodes {
      guard let scalar = node.scalar, !Self.isNull(node) else {
        report("expected \(field.expected), found \(Self.kind(of: node))", key: key, at: place)
        return nil
      }
      let text = (field.keepsLines ? walk.source.lines(of: scalar) : nil) ?? scalar.string
      guard field.isValid(text) else {
        report(Self.message(expected: field.expected, found: text), key: key, at: place)
        return nil
      }
      elements.append(text)
    }
    return elements
  }
}

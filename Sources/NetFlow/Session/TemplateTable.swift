/// The templates of one session, by id, within bounds.
struct TemplateTable {
  private struct Entry {
    var template: Template
    /// Orders templates by when they were last defined.
    var defined: UInt64
  }

  private var entries: [UInt16: Entry] = [:]
  /// Definitions so far.
  private var definitions: UInt64 = 0
  /// Fields of all templates together: what the table's memory grows with.
  private(set) var fieldCount = 0

  @inline(__always)
  subscript(id: UInt16) -> Template? { entries[id]?.template }

  var ids: some Collection<UInt16> { entries.keys }

  /// Whether records of any of these templates tell a sampling rate or a sampler.
  var tellSampling: Bool { entries.values.contains { $0.template.plan.tellsSampling } }

  /// Takes a definition.
  ///
  /// - Returns: the template, if it changes what is known: exporters repeat theirs all the time.
  mutating func define(_ definition: TemplateDefinition) -> Template? {
    definitions &+= 1
    if let known = entries[definition.id]?.template, known.definition == definition {
      entries[definition.id]?.defined = definitions
      return nil
    }
    guard let template = Template(definition) else { return nil }
    let old = entries.updateValue(Entry(template: template, defined: definitions), forKey: definition.id)
    fieldCount += template.fields.count - (old?.template.fields.count ?? 0)
    return template
  }

  func exceeds(_ limits: SessionLimits) -> Bool {
    entries.count > limits.templatesPerSession || fieldCount > limits.templateFieldsPerSession
  }

  /// Forgets the templates that were defined longest ago, but for `id`: a sixteenth of all, for finding them costs a pass
  /// over all, and more if that does not bring the table within its bounds.
  ///
  /// - Returns: their ids.
  mutating func evict(_ limits: SessionLimits, keeping id: UInt16) -> [UInt16] {
    let oldest = entries.filter { $0.key != id }.sorted { $0.value.defined < $1.value.defined }
    var evicted: [UInt16] = []
    for (id, entry) in oldest where evicted.count < oldest.count / 16 || exceeds(limits) {
      entries[id] = nil
      fieldCount -= entry.template.fields.count
      evicted.append(id)
    }
    return evicted
  }
}

extension TemplateTable: Codable {
  private struct Known: Codable {
    var definition: TemplateDefinition
    var defined: UInt64
  }

  init(from decoder: any Decoder) throws {
    for known in try [Known](from: decoder) {
      guard let template = Template(known.definition), entries[template.id] == nil else {
        throw DecodingError.dataCorrupted(
          .init(codingPath: decoder.codingPath, debugDescription: "template \(known.definition.id) is none"))
      }
      entries[template.id] = Entry(template: template, defined: known.defined)
      fieldCount += template.fields.count
      definitions = max(definitions, known.defined)
    }
  }

  func encode(to encoder: any Encoder) throws {
    try entries.values.map { Known(definition: $0.template.definition, defined: $0.defined) }.encode(to: encoder)
  }

  /// All templates, those defined longest ago first.
  var all: [Template] { entries.values.sorted { $0.defined < $1.defined }.map(\.template) }
}

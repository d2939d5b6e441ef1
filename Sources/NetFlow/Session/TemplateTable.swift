/// The templates of one session, by id, within bounds.
struct TemplateTable {
  private struct Entry {
    var template: Template
    /// Orders templates by when they were last defined.
    var defined: UInt64
    /// When it was last defined, and the longest time between two definitions, milliseconds; 0: it was defined once.
    var refreshed: Int64
    var interval: Int64 = 0
    /// Which of the session's messages defined it last, and the most messages between two definitions: exporters repeat
    /// templates by time, after so many messages, or both (RFC 3954 §9).
    var message: UInt64
    var messages: UInt64 = 0
  }

  private var entries: [UInt16: Entry] = [:]
  /// Definitions so far.
  private(set) var definitions: UInt64 = 0
  /// Fields of all templates together: what the table's memory grows with.
  private(set) var fieldCount = 0

  @inline(__always)
  subscript(id: UInt16) -> Template? { entries[id]?.template }

  var ids: some Collection<UInt16> { entries.keys }

  /// Whether records of any of these templates tell a sampling rate or a sampler.
  var tellSampling: Bool { entries.values.contains { $0.template.plan.tellsSampling } }
  /// Whether those of any name their sampler.
  var nameSamplers: Bool { entries.values.contains { $0.template.plan.namesSampler } }

  /// Takes a definition.
  ///
  /// - Parameters:
  ///   - time: when it came, milliseconds since 1970 UTC.
  ///   - message: which of the session's messages it came in, counted from 1.
  /// - Returns: the template, if it changes what is known: exporters repeat theirs all the time.
  mutating func define(_ definition: TemplateDefinition, at time: Int64, message: UInt64) -> Template? {
    definitions &+= 1
    if var known = entries[definition.id], known.template.definition == definition {
      known.defined = definitions
      known.interval = max(known.interval, time - known.refreshed)
      known.refreshed = time
      if message > known.message { known.messages = max(known.messages, message - known.message - 1) }
      known.message = message
      entries[definition.id] = known
      return nil
    }
    guard let template = Template(definition) else { return nil }
    let old = entries.updateValue(
      Entry(template: template, defined: definitions, refreshed: time, message: message), forKey: definition.id)
    fieldCount += template.fields.count - (old?.template.fields.count ?? 0)
    return template
  }

  /// Forgets the templates that were repeated and have not been for three of their intervals (RFC 7011 §8.4), `lifetime` at
  /// least, nor for three times as many messages as there were between two definitions: an exporter that counts messages
  /// takes hours for them when it has little to send.
  ///
  /// - Parameters:
  ///   - time: milliseconds since 1970 UTC.
  ///   - message: the session's messages so far.
  /// - Returns: their ids.
  mutating func expire(_ time: Int64, message: UInt64, _ lifetime: Int64) -> [UInt16] {
    let expired = entries.filter {
      $0.value.interval > 0 && time - $0.value.refreshed > max(3 * $0.value.interval, lifetime)
        && message > $0.value.message && message - $0.value.message > 3 * $0.value.messages
    }
    for (id, entry) in expired {
      entries[id] = nil
      fieldCount -= entry.template.fields.count
    }
    return Array(expired.keys)
  }

  /// Whether a template was defined, or repeated, after so many definitions.
  func isDefined(_ id: UInt16, since definitions: UInt64) -> Bool {
    entries[id].map { $0.defined > definitions } ?? false
  }

  /// Forgets the templates whose last definition was among the first so many.
  ///
  /// - Returns: their ids.
  mutating func forget(definedBefore definitions: UInt64) -> [UInt16] {
    let old = entries.filter { $0.value.defined <= definitions }
    for (id, entry) in old {
      entries[id] = nil
      fieldCount -= entry.template.fields.count
    }
    return Array(old.keys)
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

extension TemplateTable: Decodable {
  /// A template as it is kept over a restart.
  struct Known: Decodable {
    var definition: TemplateDefinition
    var defined: UInt64
    var refreshed: Int64
    var interval: Int64
    /// Nil in checkpoints of versions that did not count messages.
    var message: UInt64?
    var messages: UInt64?
  }

  init(from decoder: any Decoder) throws {
    for known in try [Known](from: decoder) where !restore(known) {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "template \(known.definition.id) is none"))
    }
  }

  /// Takes over a template that an earlier run knew.
  ///
  /// - Returns: false if it is none, or its id is taken.
  mutating func restore(_ known: Known) -> Bool {
    guard let template = Template(known.definition), entries[template.id] == nil else { return false }
    entries[template.id] = Entry(
      template: template, defined: known.defined, refreshed: known.refreshed, interval: known.interval,
      message: known.message ?? 0, messages: known.messages ?? 0)
    fieldCount += template.fields.count
    definitions = max(definitions, known.defined)
    return true
  }

  /// What is kept of all templates.
  var known: some Collection<Known> {
    entries.values.lazy.map {
      Known(
        definition: $0.template.definition, defined: $0.defined, refreshed: $0.refreshed, interval: $0.interval,
        message: $0.message, messages: $0.messages)
    }
  }

  /// All templates, those defined longest ago first.
  var all: [Template] { entries.values.sorted { $0.defined < $1.defined }.map(\.template) }
}

import DequeModule

/// Templates of a session by id, within limits.
struct TemplateTable {
  fileprivate struct Entry {
    var template: Template
    /// Orders templates by their latest definition.
    var defined: UInt64
    /// Time of the latest definition, and the longest interval between two definitions, milliseconds; 0 if defined
    /// once.
    var refreshed: Int64
    var interval: Int64 = 0
    /// Number of the message with the latest definition, and the maximum number of messages between two definitions:
    /// exporters repeat templates by time, by number of messages, or both (RFC 3954 §9).
    var message: UInt64
    var messages: UInt64 = 0
  }

  private var entries: [UInt16: Entry] = [:]
  /// Templates to be evicted next, in order of their definitions; empty until the table has reached its limits. Those
  /// repeated or redefined since then are skipped, so that a repetition, the usual case, need not keep an order.
  private var eldest = Deque<(id: UInt16, defined: UInt64)>()
  /// Number of definitions so far.
  private(set) var definitions: UInt64 = 0
  /// Fields of all templates together, as counted by `Template.weight`: a measure of the table's memory.
  private(set) var fieldCount = 0

  @inline(__always)
  subscript(id: UInt16) -> Template? { entries[id]?.template }

  var ids: some Collection<UInt16> { entries.keys }

  /// Whether any of these templates' records have contained a sampling rate or a sampler.
  var tellSampling: Bool { entries.values.contains { $0.template.usedPlan?.tellsSampling == true } }
  /// Whether any of them have named their sampler.
  var nameSamplers: Bool { entries.values.contains { $0.template.usedPlan?.namesSampler == true } }

  /// Records the repetition of a template.
  ///
  /// - Parameters:
  ///   - time: Time of arrival, milliseconds since 1970 UTC.
  ///   - message: Number of its message in the session, counted from 1.
  ///   - isUnchanged: Whether the known template is the one repeated.
  /// - Returns: False if there is none, or if it has changed.
  mutating func refresh(
    _ id: UInt16, at time: Int64, message: UInt64, if isUnchanged: (Template) -> Bool
  ) -> Bool {
    // Moved out and back: changing it in place would allocate.
    guard var known = entries[id], isUnchanged(known.template) else { return false }
    definitions &+= 1
    known.refresh(definitions, at: time, message: message)
    entries[id] = known
    return true
  }

  /// Stores a definition.
  ///
  /// - Parameters:
  ///   - time: Time of arrival, milliseconds since 1970 UTC.
  ///   - message: Number of its message in the session, counted from 1.
  /// - Returns: The template if the definition is new or changed; exporters repeat theirs continually.
  mutating func define(_ definition: TemplateDefinition, at time: Int64, message: UInt64) -> Template? {
    if refresh(definition.id, at: time, message: message, if: { $0.definition == definition }) { return nil }
    definitions &+= 1
    guard let template = Template(definition) else { return nil }
    let old = entries.updateValue(
      Entry(template: template, defined: definitions, refreshed: time, message: message), forKey: definition.id)
    fieldCount += template.weight - (old?.template.weight ?? 0)
    return template
  }

  /// Removes templates that have been repeated before, but not for three of their intervals (RFC 7011 §8.4), at least
  /// `lifetime`, nor for three times as many messages as between two definitions: an exporter that counts messages
  /// takes hours for these when it has little to send.
  ///
  /// - Parameters:
  ///   - time: Milliseconds since 1970 UTC.
  ///   - message: Number of the session's messages so far.
  /// - Returns: Ids of the removed templates.
  mutating func expire(_ time: Int64, message: UInt64, _ lifetime: Int64) -> [UInt16] {
    let expired = entries.filter {
      $0.value.interval > 0 && time - $0.value.refreshed > max(3 * $0.value.interval, lifetime)
        && message > $0.value.message && message - $0.value.message > 3 * $0.value.messages
    }
    for (id, entry) in expired {
      entries[id] = nil
      fieldCount -= entry.template.weight
    }
    return Array(expired.keys)
  }

  /// Removes a template, or all of a kind if `id` is nil.
  ///
  /// - Returns: Whether there were any.
  mutating func withdraw(_ id: UInt16?, of kind: TemplateDefinition.Kind) -> Bool {
    let withdrawn = entries.filter { (id == nil || $0.key == id) && $0.value.template.kind == kind }
    for (id, entry) in withdrawn {
      entries[id] = nil
      fieldCount -= entry.template.weight
    }
    return !withdrawn.isEmpty
  }

  /// Returns whether a template has been defined or repeated after this number of definitions.
  func isDefined(_ id: UInt16, since definitions: UInt64) -> Bool {
    entries[id].map { $0.defined > definitions } ?? false
  }

  /// Removes the templates whose latest definition is among the first `definitions`.
  ///
  /// - Returns: Ids of the removed templates.
  mutating func forget(definedBefore definitions: UInt64) -> [UInt16] {
    let old = entries.filter { $0.value.defined <= definitions }
    for (id, entry) in old {
      entries[id] = nil
      fieldCount -= entry.template.weight
    }
    return Array(old.keys)
  }

  func exceeds(_ limits: SessionLimits) -> Bool {
    entries.count > limits.templatesPerSession || fieldCount > limits.templateFieldsPerSession
  }

  /// Removes the templates defined longest ago, except `id`, until the table is within its limits.
  ///
  /// - Returns: Ids of the removed templates.
  mutating func evict(_ limits: SessionLimits, keeping id: UInt16) -> [UInt16] {
    var evicted: [UInt16] = []
    while exceeds(limits), entries.count > 1 {
      if eldest.isEmpty { eldest = Deque(entries.map { ($0.key, $0.value.defined) }.sorted { $0.1 < $1.1 }) }
      guard let oldest = eldest.popFirst(), oldest.id != id, let entry = entries[oldest.id],
        entry.defined == oldest.defined
      else { continue }
      entries[oldest.id] = nil
      fieldCount -= entry.template.weight
      evicted.append(oldest.id)
    }
    return evicted
  }
}

extension TemplateTable.Entry {
  fileprivate mutating func refresh(_ definition: UInt64, at time: Int64, message new: UInt64) {
    defined = definition
    interval = max(interval, time - refreshed)
    refreshed = time
    if new > message { messages = max(messages, new - message - 1) }
    message = new
  }
}

extension TemplateTable: Decodable {
  /// Template as kept across a restart.
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

  /// Restores a template of an earlier run.
  ///
  /// - Returns: False if it is invalid or its id is in use.
  mutating func restore(_ known: Known) -> Bool {
    guard let template = Template(known.definition), entries[template.id] == nil else { return false }
    entries[template.id] = Entry(
      template: template, defined: known.defined, refreshed: known.refreshed, interval: known.interval,
      message: known.message ?? 0, messages: known.messages ?? 0)
    fieldCount += template.weight
    definitions = max(definitions, known.defined)
    return true
  }

  /// State of all templates to be kept.
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

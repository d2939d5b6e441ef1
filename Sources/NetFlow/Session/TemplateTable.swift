import DequeModule

/// The templates of one session, by id, within bounds.
struct TemplateTable {
  fileprivate struct Entry {
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
  /// Templates in the order of their definitions. One that was defined again is found again further back, and forgotten is
  /// passed over: see `Entry.defined`.
  private var order = Deque<(id: UInt16, defined: UInt64)>()
  /// Definitions so far.
  private(set) var definitions: UInt64 = 0
  /// Fields of all templates together, as `Template.weight` counts them: what the table's memory grows with.
  private(set) var fieldCount = 0

  @inline(__always)
  subscript(id: UInt16) -> Template? { entries[id]?.template }

  var ids: some Collection<UInt16> { entries.keys }

  /// Whether records of any of these templates told a sampling rate or a sampler.
  var tellSampling: Bool { entries.values.contains { $0.template.usedPlan?.tellsSampling == true } }
  /// Whether those of any named their sampler.
  var nameSamplers: Bool { entries.values.contains { $0.template.usedPlan?.namesSampler == true } }

  /// Takes note that a template was repeated as it is known.
  ///
  /// - Parameters:
  ///   - time: when it came, milliseconds since 1970 UTC.
  ///   - message: which of the session's messages it came in, counted from 1.
  mutating func refresh(_ id: UInt16, at time: Int64, message: UInt64) {
    definitions &+= 1
    // Taken out and put back: changing it in place would allocate.
    if var known = entries[id] {
      known.refresh(definitions, at: time, message: message)
      entries[id] = known
    }
    note(id)
  }

  /// Takes a definition.
  ///
  /// - Parameters:
  ///   - time: when it came, milliseconds since 1970 UTC.
  ///   - message: which of the session's messages it came in, counted from 1.
  /// - Returns: the template, if it changes what is known: exporters repeat theirs all the time.
  mutating func define(_ definition: TemplateDefinition, at time: Int64, message: UInt64) -> Template? {
    if self[definition.id]?.definition == definition {
      refresh(definition.id, at: time, message: message)
      return nil
    }
    definitions &+= 1
    guard let template = Template(definition) else { return nil }
    let old = entries.updateValue(
      Entry(template: template, defined: definitions, refreshed: time, message: message), forKey: definition.id)
    fieldCount += template.weight - (old?.template.weight ?? 0)
    note(definition.id)
    return template
  }

  /// The template was defined last of all.
  private mutating func note(_ id: UInt16) {
    order.append((id, definitions))
    // What was passed over is let go once it is the greater part.
    if order.count > 2 * entries.count + 64 {
      let entries = entries
      order.removeAll { entries[$0.id]?.defined != $0.defined }
    }
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
      fieldCount -= entry.template.weight
    }
    return Array(expired.keys)
  }

  /// Forgets a template, or all of a kind if there is no id.
  ///
  /// - Returns: whether there was any.
  mutating func withdraw(_ id: UInt16?, of kind: TemplateDefinition.Kind) -> Bool {
    let withdrawn = entries.filter { (id == nil || $0.key == id) && $0.value.template.kind == kind }
    for (id, entry) in withdrawn {
      entries[id] = nil
      fieldCount -= entry.template.weight
    }
    return !withdrawn.isEmpty
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
      fieldCount -= entry.template.weight
    }
    return Array(old.keys)
  }

  func exceeds(_ limits: SessionLimits) -> Bool {
    entries.count > limits.templatesPerSession || fieldCount > limits.templateFieldsPerSession
  }

  /// Forgets the templates that were defined longest ago, but for `id`, until the table is within its bounds.
  ///
  /// - Returns: their ids.
  mutating func evict(_ limits: SessionLimits, keeping id: UInt16) -> [UInt16] {
    var evicted: [UInt16] = []
    var kept: (id: UInt16, defined: UInt64)?
    while exceeds(limits), let oldest = order.popFirst() {
      guard let entry = entries[oldest.id], entry.defined == oldest.defined else { continue }
      if oldest.id == id {
        kept = oldest
        continue
      }
      entries[oldest.id] = nil
      fieldCount -= entry.template.weight
      evicted.append(oldest.id)
    }
    if let kept { order.append(kept) }
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
    endRestoring()
  }

  /// Takes over a template that an earlier run knew.
  ///
  /// - Returns: false if it is none, or its id is taken.
  mutating func restore(_ known: Known) -> Bool {
    guard let template = Template(known.definition), entries[template.id] == nil else { return false }
    entries[template.id] = Entry(
      template: template, defined: known.defined, refreshed: known.refreshed, interval: known.interval,
      message: known.message ?? 0, messages: known.messages ?? 0)
    fieldCount += template.weight
    definitions = max(definitions, known.defined)
    return true
  }

  /// To be called behind the last `restore`.
  mutating func endRestoring() {
    for template in all { order.append((template.id, entries[template.id]?.defined ?? 0)) }
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

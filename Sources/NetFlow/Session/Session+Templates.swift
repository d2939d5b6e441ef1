import NetworkBytes

extension Session {
  /// The template that records of set `id` follow: the session's own, or what its exporter's other sessions agree on once
  /// that has been needed. Nil, too, for what came before a restart that may have happened.
  @inline(__always)
  mutating func template(_ id: UInt16, directory: ExporterDirectory?) -> Template? {
    if suspect != nil { return suspectedTemplate(id) }
    return templates[id] ?? (agreed.isEmpty ? nil : agreedTemplate(id, directory))
  }

  private func suspectedTemplate(_ id: UInt16) -> Template? {
    guard let suspect, !templates.isDefined(id, since: suspect.definitions) else { return templates[id] }
    return nil
  }

  private mutating func agreedTemplate(_ id: UInt16, _ directory: ExporterDirectory?) -> Template? {
    guard let directory, let known = agreed[id] else { return nil }
    let generation = directory.templateGeneration(place)
    if generation == agreedGeneration { return known }
    agreedGeneration = generation
    agreed = agreed.filter {
      directory.agreedTemplate($0.key, for: key, boot: boot?.byHeader)?.definition == $0.value.definition
    }
    return agreed[id]
  }

  /// Whether a template is repeated as it is known, which exporters do all the time: then that is all there is to note.
  mutating func repeats(_ outline: TemplateOutline, _ set: RawSpan) -> Bool {
    guard let known = templates[outline.id], outline.isOutline(of: known.definition, in: set) else { return false }
    counters.templates &+= 1
    templates.refresh(outline.id, at: lastSeen / 1_000_000, message: counters.datagrams)
    return true
  }

  /// Stores a template; the newest definition of an id holds from here on (RFC 7011 §8.4). Tells the exporter's other
  /// sessions what changes.
  mutating func learn(_ definition: TemplateDefinition, _ rules: SessionRules, _ directory: ExporterDirectory?) {
    counters.templates &+= 1
    guard let template = templates.define(definition, at: lastSeen / 1_000_000, message: counters.datagrams) else {
      return
    }
    learnt &+= 1
    agreed[template.id] = nil
    early.serve(template)
    publish(template, directory)
    guard templates.exceeds(rules.limits) else { return }
    let evicted = templates.evict(rules.limits, keeping: definition.id)
    counters[.templateEvicted] &+= UInt64(evicted.count)
    withdraw(evicted, directory)
  }

  /// Forgets a template that the exporter withdraws, or all of a kind. Over UDP withdrawals are not to be obeyed (RFC 7011
  /// §8.4), and what is not known cannot be withdrawn (§8.1).
  mutating func withdraw(_ id: UInt16, _ kind: TemplateDefinition.Kind, _ directory: ExporterDirectory?) {
    let isAll = id == 2 || id == 3
    let isObeyed = key.transport == .tcp && templates.withdraw(isAll ? nil : id, of: kind)
    if !isObeyed, !(isAll && key.transport == .tcp) { counters.count(.withdrawalIgnored) }
  }

  mutating func publish(_ template: Template, _ directory: ExporterDirectory?) {
    // A template is of its connection alone (RFC 7011 §8).
    guard key.transport == .udp, let directory else { return }
    let trail = self.trail ?? SessionTrail(key)
    if self.trail == nil {
      trail.tell(next: sequence.next, boot: boot?.byHeader, seen: lastSeen)
      self.trail = trail
    }
    directory.publish(template, of: trail)
  }

  func withdraw(_ ids: [UInt16], _ directory: ExporterDirectory?) {
    if let trail, !ids.isEmpty { directory?.withdraw(ids, of: trail) }
  }

  /// Tells other sessions of the templates and flows of a session that an earlier run knew. What that run had not decoded
  /// yet has its template already.
  mutating func publishAll(_ directory: ExporterDirectory) {
    for template in templates.all { publish(template, directory) }
    if let trail { directory.follow(trail) }
    early.serve(all: templates.all)
    if origin != nil { noteFlows(directory) }
  }

  /// Takes over the templates of the session that this one provably continues.
  mutating func continueOther(_ rules: SessionRules, _ directory: ExporterDirectory?) {
    guard key.transport == .udp, rules.sharesTemplates, let first, let directory,
      let known = directory.templates(continuedBy: first, of: key)
    else { return }
    counters.count(.sessionContinued)
    for template in known where templates[template.id] == nil {
      guard
        let template = templates.define(
          template.definition, at: lastSeen / 1_000_000, message: counters.datagrams)
      else { continue }
      early.serve(template)
      publish(template, directory)
    }
  }

  /// Forgets the templates that the exporter has stopped repeating.
  ///
  /// - Returns: whether there were any.
  mutating func expireTemplates(_ lifetime: Int64, _ directory: ExporterDirectory) -> Bool {
    // Over TCP templates are not repeated: they hold until the connection ends (RFC 7011 §8.1).
    if key.transport == .tcp { return false }
    // By when the exporter was last heard: one that is silent may come back as it was.
    let expired = templates.expire(lastSeen / 1_000_000, message: counters.datagrams, lifetime)
    if expired.isEmpty { return false }
    counters[.templateExpired] &+= UInt64(expired.count)
    withdraw(expired, directory)
    return true
  }
}

import NetworkBytes

extension Session {
  /// Returns the template for records of set `id`: the session's own, or the one on which its exporter's other sessions
  /// agree if that has been needed before. Nil also for templates from before a possible restart.
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

  /// Returns whether a template is a repetition of the known one, the usual case; then only its repetition is recorded.
  mutating func repeats(_ outline: TemplateOutline, _ set: RawSpan) -> Bool {
    let isRepeated = templates.refresh(outline.id, at: lastSeen / 1_000_000, message: counters.datagrams) {
      outline.isOutline(of: $0.definition, in: set)
    }
    if isRepeated { counters.templates &+= 1 }
    return isRepeated
  }

  /// Stores a template; the newest definition of an id is valid (RFC 7011 §8.4). Informs the exporter's other sessions
  /// of changes.
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

  /// Handles the withdrawal of a template or of all of a kind. Over UDP, withdrawals must be ignored (RFC 7011 §8.4),
  /// and unknown templates cannot be withdrawn (§8.1).
  mutating func withdraw(_ id: UInt16, _ kind: TemplateDefinition.Kind, _ directory: ExporterDirectory?) {
    let isAll = id == 2 || id == 3
    let isObeyed = key.transport == .tcp && templates.withdraw(isAll ? nil : id, of: kind)
    if !isObeyed, !(isAll && key.transport == .tcp) { counters.count(.withdrawalIgnored) }
  }

  mutating func publish(_ template: Template, _ directory: ExporterDirectory?) {
    // A template applies to its connection only (RFC 7011 §8).
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

  /// Publishes the templates and flows of a session restored from an earlier run. Data not decoded by that run already
  /// has its template.
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

  /// Removes templates that the exporter no longer repeats.
  ///
  /// - Returns: Whether there were any.
  mutating func expireTemplates(_ lifetime: Int64, _ directory: ExporterDirectory) -> Bool {
    // Over TCP, templates are not repeated; they remain valid until the connection ends (RFC 7011 §8.1).
    if key.transport == .tcp { return false }
    // Measured by when the exporter was last heard: a silent one may resume unchanged.
    let expired = templates.expire(lastSeen / 1_000_000, message: counters.datagrams, lifetime)
    if expired.isEmpty { return false }
    counters[.templateExpired] &+= UInt64(expired.count)
    withdraw(expired, directory)
    return true
  }
}

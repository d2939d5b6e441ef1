import NetworkBytes

extension FlowDecoder {
  /// Learns sampling rates, names and the exporter's start from the records of one options data set.
  mutating func learn(_ set: RawSpan, _ template: Template, _ session: inout Session) {
    variable.beginWithoutPadding(set)
    while let place = variable.next(set, template, &session.counters) {
      session.counters.optionsRecords &+= 1
      var facts = OptionsFacts()
      for (index, field) in template.sizedFields.enumerated() {
        let start = place.lowerBound + variable.layout.offsets[index]
        facts.note(field, set.extracting(start..<(start + variable.layout.lengths[index])))
      }
      if let rate = facts.samplingRate { directory.setRate(rate, for: facts.scope, of: session.key) }
      for (name, kind, number) in facts.names { directory.setName(name, kind, number, of: session.key) }
      if let start = facts.systemInit { session.learnSystemInit(start, directory) }
    }
  }
}

/// What one options record says that the decoder uses.
private struct OptionsFacts {
  private var sampler: UInt64?
  private var interface: UInt32?
  private var sampling = SamplingFacts()
  private(set) var systemInit: UInt64?

  private var vrf: UInt64?
  private var application: UInt64?
  private var interfaceTexts = Texts()
  private var vrfTexts = Texts()
  private var applicationTexts = Texts()
  private var samplerTexts = Texts()

  /// What a thing is called, and how it is described.
  private struct Texts {
    var name = ""
    var description = ""
    var best: String? { !name.isEmpty ? name : !description.isEmpty ? description : nil }
  }

  mutating func note(_ field: FieldSpecifier, _ bytes: RawSpan) {
    guard field.element.enterprise == 0 else { return }
    if !field.isV9Scope, noteText(field.element.number, bytes) { return }
    if !field.isV9Scope, noteApplication(field.element.number, bytes) { return }
    guard (1...8).contains(bytes.byteCount) else { return }
    let value = bytes.unsigned(0, count: bytes.byteCount)
    if field.isV9Scope {
      // The scope "interface" of RFC 3954 §6.1; system, line card, cache and template stand for the domain.
      if field.element.number == 2 { interface = UInt32(truncatingIfNeeded: value) }
      return
    }
    switch field.element.number {
    case 48, 302: sampler = value
    case 10, 14, 252, 253: interface = interface ?? UInt32(truncatingIfNeeded: value)
    case 234, 235: vrf = vrf ?? value
    case 160: systemInit = value
    default: sampling.note(field.element.number, value, width: bytes.byteCount)
    }
  }

  /// - Returns: whether the element is an application's identifier, of any length.
  private mutating func noteApplication(_ element: UInt16, _ bytes: RawSpan) -> Bool {
    guard element == 95 else { return false }
    if let identifier = ApplicationIdentifier(bytes) {
      application = ExporterNames.applicationNumber(engine: identifier.engine, selector: identifier.selector)
    }
    return true
  }

  /// - Returns: whether the element is text.
  private mutating func noteText(_ element: UInt16, _ bytes: RawSpan) -> Bool {
    switch element {
    case 82: interfaceTexts.name = ExporterNames.text(bytes)
    case 83: interfaceTexts.description = ExporterNames.text(bytes)
    case 236: vrfTexts.name = ExporterNames.text(bytes)
    case 96: applicationTexts.name = ExporterNames.text(bytes)
    case 94: applicationTexts.description = ExporterNames.text(bytes)
    case 84, 335: samplerTexts.name = ExporterNames.text(bytes)
    default: return false
    }
    return true
  }

  /// What has a number and a name.
  var names: [(name: String, kind: ExporterNames.Kind, number: UInt64)] {
    let all: [(Texts, ExporterNames.Kind, UInt64?)] = [
      (interfaceTexts, .interface, interface.map(UInt64.init)), (vrfTexts, .vrf, vrf),
      (applicationTexts, .application, application), (samplerTexts, .sampler, sampler),
    ]
    return all.compactMap { texts, kind, number in
      guard let name = texts.best, let number else { return nil }
      return (name, kind, number)
    }
  }

  /// One packet in how many is sampled; nil if the record does not say.
  var samplingRate: UInt32? { sampling.rate }

  var scope: SamplingRates.Scope {
    if let sampler { return .sampler(sampler) }
    if let interface { return .interface(interface) }
    return .domain
  }
}

import FlowModel
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
      if template.reportsElements { learnElement(set, at: place.lowerBound, template, &session) }
      if let rate = facts.samplingRate { directory.setRate(rate, for: facts.scope, of: session.key) }
      for (name, kind, number) in facts.names { directory.setName(name, kind, number, of: session.key) }
      if let start = facts.systemInit { session.learnSystemInit(start, directory) }
    }
  }
}

extension FlowDecoder {
  /// Learns from an options record how one of the exporter's own elements is called and read.
  private func learnElement(_ set: RawSpan, at start: Int, _ template: Template, _ session: inout Session) {
    var offset = start
    var reader = FieldReader(directory: nil, elements: ElementNames())
    guard let fields = reader.record(template, in: set, at: &offset, &session) else { return }
    if let report = ElementReport(fields) { session.learn(report) }
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
    if let element = field.iana, noteText(element, bytes) || noteApplication(element, bytes) { return }
    guard (1...8).contains(bytes.byteCount) else { return }
    let value = bytes.unsigned(0, count: bytes.byteCount)
    guard let element = field.iana else {
      // System, line card, cache and template stand for the domain.
      if field.v9Scope == .interface { interface = UInt32(truncatingIfNeeded: value) }
      return
    }
    switch element {
    case .samplerId, .selectorId: sampler = value
    case .ingressInterface, .egressInterface, .ingressPhysicalInterface, .egressPhysicalInterface:
      interface = interface ?? UInt32(truncatingIfNeeded: value)
    case .ingressVRFID, .egressVRFID: vrf = vrf ?? value
    case .systemInitTimeMilliseconds: systemInit = value
    default: sampling.note(element, value, width: bytes.byteCount)
    }
  }

  /// - Returns: whether the element is an application's identifier, of any length.
  private mutating func noteApplication(_ element: InformationElementID, _ bytes: RawSpan) -> Bool {
    guard element == .applicationId else { return false }
    if let identifier = ApplicationIdentifier(bytes) {
      application = ExporterNames.applicationNumber(engine: identifier.engine, selector: identifier.selector)
    }
    return true
  }

  /// - Returns: whether the element is text.
  private mutating func noteText(_ element: InformationElementID, _ bytes: RawSpan) -> Bool {
    switch element {
    case .interfaceName: interfaceTexts.name = ExporterNames.text(bytes)
    case .interfaceDescription: interfaceTexts.description = ExporterNames.text(bytes)
    case .VRFname: vrfTexts.name = ExporterNames.text(bytes)
    case .applicationName: applicationTexts.name = ExporterNames.text(bytes)
    case .applicationDescription: applicationTexts.description = ExporterNames.text(bytes)
    case .samplerName, .selectorName: samplerTexts.name = ExporterNames.text(bytes)
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

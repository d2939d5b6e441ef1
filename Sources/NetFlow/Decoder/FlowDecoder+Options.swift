import NetworkBytes

extension FlowDecoder {
  /// Learns sampling rates and the exporter's start from the records of one options data set.
  mutating func learn(_ set: RawSpan, _ template: Template, _ session: inout Session) {
    variable.begin()
    while let place = variable.next(set, template, &session.counters) {
      session.counters.optionsRecords &+= 1
      var facts = OptionsFacts()
      for (index, field) in template.sizedFields.enumerated()
      where (1...8).contains(variable.layout.lengths[index]) {
        let start = place.lowerBound + variable.layout.offsets[index]
        facts.note(field, set.unsigned(start, count: variable.layout.lengths[index]))
      }
      if let rate = facts.samplingRate { directory.setRate(rate, for: facts.scope, of: session.key) }
      if let start = facts.systemInit { session.systemInit = Int64(truncatingIfNeeded: start) }
    }
  }
}

/// What one options record says that the decoder uses.
private struct OptionsFacts {
  private var sampler: UInt64?
  private var interface: UInt32?
  private var interval: UInt64?
  private var packetInterval: UInt64?
  private var packetSpace: UInt64?
  private var size: UInt64?
  private var population: UInt64?
  private(set) var systemInit: UInt64?

  mutating func note(_ field: FieldSpecifier, _ value: UInt64) {
    guard field.element.enterprise == 0 else { return }
    if field.isV9Scope {
      // The scope "interface" of RFC 3954 §6.1; system, line card, cache and template stand for the domain.
      if field.element.number == 2 { interface = UInt32(truncatingIfNeeded: value) }
      return
    }
    switch field.element.number {
    case 48, 302: sampler = value
    case 10, 14, 252, 253: interface = interface ?? UInt32(truncatingIfNeeded: value)
    case 34, 50: if value > 0 { interval = value }
    case 305: packetInterval = value
    case 306: packetSpace = value
    case 309: size = value
    case 310: population = value
    case 160: systemInit = value
    default: break
    }
  }

  /// One packet in how many is sampled; nil if the record does not say.
  var samplingRate: UInt32? {
    if let interval { return UInt32(clamping: interval) }
    if let packetInterval, packetInterval > 0 {
      guard let packetSpace else { return UInt32(clamping: packetInterval) }
      return SamplingRates.rate(interval: UInt32(clamping: packetInterval), space: packetSpace)
    }
    if let size, let population, size > 0 { return UInt32(clamping: max(1, population / size)) }
    return nil
  }

  var scope: SamplingRates.Scope {
    if let sampler { return .sampler(sampler) }
    if let interface { return .interface(interface) }
    return .domain
  }
}

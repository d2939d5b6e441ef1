/// A template compiled once: which octets of its records go where in a flow record.
struct FlowPlan: Sendable {
  struct Step: Sendable, BitwiseCopyable {
    var field: FlowField
    /// Which of the template's sized fields, for records whose layout varies.
    var index: Int
    /// Where it stands in the record, and its octets; meaningful in templates of fixed length.
    var offset: Int
    var width: Int
    /// The element's number: the depth of an MPLS label.
    var element: UInt16
  }

  /// Run one after the other, each over all records of a set.
  private(set) var steps: [Step] = []
  /// Into the extension, record by record.
  private(set) var rareSteps: [Step] = []
  /// The original exporter's address, IPv4 before IPv6.
  private(set) var exporterSteps: [Step] = []
  /// Whether records have to be looked at one by one.
  var hasRare: Bool { !rareSteps.isEmpty || !exporterSteps.isEmpty }
  /// Places among the sized fields of those that no step reads: they go into `extra` where that is kept.
  private(set) var unmapped: [Int] = []
  /// When the exporter started (element 160), where the record's stamps reckon from in IPFIX.
  private(set) var systemInitStep: Step?
  /// Whether the records themselves tell a sampling rate or a sampler.
  private(set) var tellsSampling = false
  /// Whether ICMP type and code have to be read from the destination port, where v5 and many v9 exporters put them.
  private(set) var takesICMPFromPort = false
  /// Running totals and counts of connections, which take what was counted before; nil if there are none.
  private(set) var totals: TotalsPlan?

  /// - Parameters:
  ///   - fields: of a template, but for those of no length.
  ///   - version: 9 or 10.
  init(fields: [FieldSpecifier], version: UInt16) {
    var places: [UInt16: Step] = [:]
    var offset = 0
    for (index, field) in fields.enumerated() {
      let width = Int(field.length)
      if field.element.enterprise == 0, !field.isV9Scope, places[field.element.number] == nil {
        places[field.element.number] = Step(
          field: .octets, index: index, offset: offset, width: width, element: field.element.number)
      }
      offset += field.isVariable ? 0 : width
    }
    totals = TotalsPlan(fields: fields)
    var used = select(from: places, hasUpTime: version != 10 || places[160] != nil)
    used.formUnion(totals?.totalFields ?? [])
    unmapped = fields.indices.filter { !used.contains($0) && fields[$0].element != Self.padding }
  }

  private static let padding = InformationElementID(210)

  /// Picks the best candidate for each place.
  ///
  /// - Parameter hasUpTime: whether the uptime is known that stamps of it reckon from. IPFIX does not send it, but for
  ///   element 160: then these stamps are the last choice.
  /// - Returns: the places that are read.
  private mutating func select(from places: [UInt16: Step], hasUpTime: Bool) -> Set<Int> {
    var chosen: [FlowField.Group: Step] = [:]
    for (group, elements) in hasUpTime ? FlowField.candidates : FlowField.candidatesWithoutUpTime {
      for (number, field) in elements {
        guard var step = places[number], step.width == 0xffff || field.accepts(width: step.width) else { continue }
        step.field = field
        chosen[group] = step
        break
      }
    }
    completeTimes(&chosen)
    if chosen[.one(.samplingInterval)]?.element != 305 { chosen[.one(.samplingSpace)] = nil }
    var all = Array(chosen.values)
    for number in UInt16(70)...79 {
      guard var step = places[number], step.width == 0xffff || step.width == 3 else { continue }
      step.field = .mplsLabel
      all.append(step)
    }
    all.sort { ($0.field.rawValue, $0.element) < ($1.field.rawValue, $1.element) }
    steps = all.filter { !$0.field.isRare && !$0.field.isExporter }
    rareSteps = all.filter(\.field.isRare)
    exporterSteps = all.filter(\.field.isExporter)
    let fields = Set(steps.map(\.field))
    tellsSampling = !fields.isDisjoint(with: [.samplerID, .samplingInterval])
    if let step = places[160], fields.contains(.startUpTime) { systemInitStep = step }
    takesICMPFromPort =
      fields.contains(.destinationPort)
      && fields.isDisjoint(with: [.icmpTypeCodeV4, .icmpTypeCodeV6, .icmpType, .icmpCode])
    return Set(all.map(\.index))
  }

  /// A record with one time has it as start and end, unless a duration tells the other.
  private func completeTimes(_ chosen: inout [FlowField.Group: Step]) {
    let durations: [FlowField.Group] = [.one(.durationMilliseconds), .one(.durationMicroseconds)]
    switch (chosen[.start], chosen[.end]) {
    case (var time?, nil):
      time.field = time.field.counterpart ?? time.field
      chosen[.end] = time
    case (nil, var time?):
      time.field = time.field.counterpart ?? time.field
      chosen[.start] = time
      for group in durations {
        guard let duration = chosen[group] else { continue }
        chosen[group]?.field = duration.field.backwards
      }
    default:
      for group in durations { chosen[group] = nil }
    }
  }
}

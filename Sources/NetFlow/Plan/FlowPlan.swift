import FlowModel

/// Compiled template: which octets of its records are stored where in a flow record.
struct FlowPlan: Sendable {
  struct Step: Sendable, BitwiseCopyable {
    var field: FlowField
    /// Index among the template's sized fields, for records of variable layout.
    var index: Int
    /// Offset in the record and length; valid for templates of fixed length.
    var offset: Int
    var width: Int
    /// Source element, from which the depth of an MPLS label and the kind of sampling value follow.
    var element: InformationElementID
    /// Whether a zero does not override the value of an element of lower rank.
    var skipsZero = false
  }

  /// Executed one after the other, each over all records of a set.
  private(set) var steps: [Step] = []
  /// The same without postOctetDeltaCount and postPacketDeltaCount, for exporters that use them for the other
  /// direction.
  private(set) var stepsWithoutOut: [Step] = []
  /// Steps to the extension, record by record.
  private(set) var rareSteps: [Step] = []
  /// Steps for the original exporter's address, IPv4 before IPv6.
  private(set) var exporterSteps: [Step] = []
  /// Elements that together yield a sampling rate: n of N packets, and a probability.
  private(set) var samplingSteps: [Step] = []
  /// Whether records must be processed individually.
  var hasRare: Bool { !rareSteps.isEmpty || !exporterSteps.isEmpty || !samplingSteps.isEmpty }
  /// Start and end of flows.
  private(set) var times = TimePlan()
  /// Indices of sized fields that no step reads; they are stored in `extra` if that is kept.
  private(set) var unmapped: [Int] = []
  /// Start of the exporter (systemInitTimeMilliseconds), to which IPFIX uptime timestamps are relative.
  private(set) var systemInitStep: Step?
  /// Whether the records themselves have a sampling rate or sampler.
  private(set) var tellsSampling = false
  /// Whether the records name a sampler, possibly none.
  private(set) var namesSampler = false
  /// Whether ICMP type and code may have to be read from the ports, where v5 and many v9 exporters store them.
  private(set) var takesICMPFromPort = false
  /// Whether there are also dedicated elements for ICMP type and code: the ports are then used where these are zero.
  private(set) var tellsICMP = false
  /// Whether a firewall's events report ICMP type and code of IPv4 in separate elements: zeros are then an echo reply
  /// (RFC 792), not absence.
  private(set) var tellsEchoReplies = false
  /// Running totals and counts of connections, which need earlier counts; nil if there are none.
  private(set) var totals: TotalsPlan?
  /// Other direction of the flow; nil if the records do not count it.
  private(set) var reverse: ReversePlan?
  /// Sections of sampled packets; nil if there are none.
  private(set) var sections: SectionPlan?
  /// Whether there is any of the last three. They are large: to look at one is to copy it.
  private(set) var hasFurtherPlans = false

  /// - Parameters:
  ///   - fields: Fields of a template, without those of zero length.
  ///   - version: 9 or 10.
  init(fields: [FieldSpecifier], version: UInt16) {
    var places = ElementPlaces()
    var reversePlaces = ElementPlaces()
    var offset = 0
    for (index, field) in fields.enumerated() {
      let width = Int(field.length)
      if !field.isV9Scope, let element = field.element.forward {
        let step = Step(field: .octets, index: index, offset: offset, width: width, element: element)
        if field.element.isReverse {
          reversePlaces.add(step)
        } else {
          places.add(step)
        }
      }
      offset += field.isVariable ? 0 : width
    }
    let knowsUpTime = version != 10 || places[.systemInitTimeMilliseconds] != nil
    times = TimePlan(places, knowsUpTime: knowsUpTime)
    totals = TotalsPlan(fields: fields)
    sections = SectionPlan(places)
    reverse = ReversePlan(
      places, reverse: reversePlaces, knowsUpTime: knowsUpTime, countsTotals: totals?.hasReverseTotals == true)
    hasFurtherPlans = totals != nil || reverse != nil || sections != nil
    var isRead = fields.map { $0.element == FieldElement(.paddingOctets) }
    let read = select(from: places) + times.places + (totals?.totalFields ?? []) + (reverse?.places ?? [])
    for index in read { isRead[index] = true }
    unmapped = isRead.indices.filter { !isRead[$0] }
  }

  /// Returns steps for all candidates of each target, the best last: each overrides with a non-zero value.
  static func steps(
    for candidates: [(field: FlowField, elements: [InformationElementID])], from places: borrowing ElementPlaces
  ) -> [Step] {
    var steps: [Step] = []
    for (field, elements) in candidates {
      let present = elements.compactMap { places[$0] }.filter { $0.width == 0xffff || field.accepts(width: $0.width) }
      for var step in present.reversed() {
        step.field = field
        step.skipsZero = step.element != present.last?.element
        steps.append(step)
      }
    }
    if steps.contains(where: { $0.field == .typeOfService }) {
      steps.removeAll { $0.field == .differentiatedServices }
    }
    return steps
  }

  /// - Returns: Indices of the fields that are read.
  private mutating func select(from places: borrowing ElementPlaces) -> [Int] {
    var all = Self.steps(for: FlowField.candidates(among: places.elements), from: places)
    for element in FlowField.mplsLabels {
      guard var step = places[element], step.width == 0xffff || step.width == 3 else { continue }
      step.field = .mplsLabel
      all.append(step)
    }
    func fills(_ field: FlowField) -> Bool { all.contains { $0.field == field } }
    func reads(_ element: InformationElementID) -> Bool { all.contains { $0.element == element } }
    // The space between samples applies to samplingPacketInterval only.
    if places[.samplingInterval] != nil || places[.samplingPacketInterval] == nil {
      all.removeAll { $0.field == .samplingSpace }
    }
    steps = all.filter { !$0.field.isRare && !$0.field.isExporter && !$0.field.isSamplingShare }
    // Shared where there is nothing to leave out.
    let countsOut = reads(.postOctetDeltaCount) || reads(.postPacketDeltaCount)
    stepsWithoutOut =
      countsOut
      ? steps.filter { $0.element != .postOctetDeltaCount && $0.element != .postPacketDeltaCount } : steps
    rareSteps = all.filter(\.field.isRare)
    exporterSteps = all.filter(\.field.isExporter)
    samplingSteps = all.filter(\.field.isSamplingShare)
    namesSampler = fills(.samplerID)
    tellsSampling = namesSampler || fills(.samplingInterval) || !samplingSteps.isEmpty
    if let step = places[.systemInitTimeMilliseconds], times.usesUpTime { systemInitStep = step }
    takesICMPFromPort = fills(.destinationPort)
    tellsICMP = all.contains { $0.field.isICMP }
    tellsEchoReplies = reads(.firewallEvent) && reads(.icmpTypeIPv4) && reads(.icmpCodeIPv4)
    return all.map(\.index)
  }
}

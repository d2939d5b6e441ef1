import FlowModel
import NetworkBytes

extension FlowDecoder {
  /// Decodes the fields of the records' extensions, and the original exporter that a mediator reports, record by
  /// record.
  mutating func decodeRare(
    _ set: RawSpan, _ template: Template, _ plan: FlowPlan, _ session: inout Session, from first: Int,
    into batch: inout FlowBatch
  ) {
    variable.begin(set)
    var ignored = DecodeCounters()
    var reader = FieldReader(directory: directory, elements: options.elements)
    for index in first..<batch.count {
      guard let place = variable.next(set, template, &ignored) else { return }
      let bytes = set.extracting(place)
      for step in plan.exporterSteps {
        setExporter(&batch.records[index], bytes, step, session)
      }
      if !plan.samplingSteps.isEmpty { setRate(&batch.records[index], bytes, plan) }
      var fields = FlowExtension()
      var isPresent = false
      for step in plan.rareSteps where step.field.accepts(width: variable.layout.lengths[step.index]) {
        fields.set(
          step, bytes, at: variable.layout.offsets[step.index], width: variable.layout.lengths[step.index])
        isPresent = true
      }
      if options.keepsExtra, !plan.unmapped.isEmpty {
        fields.extra = extra(bytes, template, plan, &reader, &session)
        isPresent = isPresent || !fields.extra.isEmpty
      }
      guard isPresent else { continue }
      batch.extensions.append(fields)
      batch.records[index].extensionNumber = UInt32(batch.extensions.count)
    }
  }

  /// Sets a sampling rate that follows from several elements.
  private func setRate(_ record: inout FlowRecord, _ bytes: RawSpan, _ plan: FlowPlan) {
    var facts = SamplingFacts()
    for step in plan.samplingSteps {
      let width = variable.layout.lengths[step.index]
      guard step.field.accepts(width: width) else { continue }
      facts.note(step.element, bytes.unsigned(variable.layout.offsets[step.index], count: width), width: width)
    }
    if let rate = facts.rate { record.samplingRate = rate }
  }

  /// Sets the record's exporter to exporterIPv4Address or exporterIPv6Address (RFC 6183 §5.2: a mediator's original
  /// exporter).
  private mutating func setExporter(
    _ record: inout FlowRecord, _ bytes: RawSpan, _ step: FlowPlan.Step, _ session: borrowing Session
  ) {
    guard step.field.accepts(width: variable.layout.lengths[step.index]) else { return }
    let address = bytes.address(at: variable.layout.offsets[step.index], isV4: step.field == .exporterV4)
    guard !address.isNone, address != session.key.exporter.address else { return }
    let origin = FlowOrigin(exporter: address, domain: session.key.domain, version: session.key.version)
    record.origin = origins.number(of: options.origin(origin), from: session.key.exporter.address)
  }

  /// Returns a JSON object of the record's unmapped fields; empty if there are none. Zero-length fields, of which a
  /// template can have thousands, are omitted.
  private func extra(
    _ bytes: RawSpan, _ template: Template, _ plan: FlowPlan, _ reader: inout FieldReader, _ session: inout Session
  ) -> String {
    let fields = reader.fields(at: plan.unmapped, of: template, in: bytes, variable.layout, &session)
    if fields.isEmpty { return "" }
    var json: [UInt8] = []
    DecodedField.appendJSON(fields, to: &json)
    return String(decoding: json, as: UTF8.self)
  }
}

extension FlowExtension {
  fileprivate mutating func set(_ step: FlowPlan.Step, _ bytes: RawSpan, at offset: Int, width: Int) {
    switch step.field {
    case .postNATSourceV4, .postNATSourceV6:
      let address = bytes.address(at: offset, isV4: step.field == .postNATSourceV4)
      if !address.isNone { postNATSource = address }
    case .postNATDestinationV4, .postNATDestinationV6:
      let address = bytes.address(at: offset, isV4: step.field == .postNATDestinationV4)
      if !address.isNone { postNATDestination = address }
    case .postNATSourcePort: postNATSourcePort = UInt16(truncatingIfNeeded: bytes.unsigned(offset, count: width))
    case .postNATDestinationPort:
      postNATDestinationPort = UInt16(truncatingIfNeeded: bytes.unsigned(offset, count: width))
    case .portBlockStart: portBlockStart = UInt16(truncatingIfNeeded: bytes.unsigned(offset, count: width))
    case .portBlockEnd: portBlockEnd = UInt16(truncatingIfNeeded: bytes.unsigned(offset, count: width))
    case .mplsTopLabelV4, .mplsTopLabelV6:
      let address = bytes.address(at: offset, isV4: step.field == .mplsTopLabelV4)
      if !address.isNone { mplsTopLabelAddress = address }
    case .application:
      guard let application = ApplicationIdentifier(bytes.extracting(offset..<(offset + width))) else { return }
      applicationEngine = application.engine
      applicationSelector = application.selector
    case .mplsLabel:
      let depth = step.element.rawValue - InformationElementID.mplsTopLabelStackSection.rawValue
      mplsStack[Int(depth)] = UInt32(bytes.unsigned(offset, count: 3))
    default: break
    }
  }
}

extension RawSpan {
  fileprivate func address(at offset: Int, isV4: Bool) -> IPAddress {
    isV4 ? IPAddress(v4: be32(offset)) : IPAddress(high: be64(offset), low: be64(offset + 8))
  }
}

extension IPAddress {
  /// 0.0.0.0 and ::, which represent no address.
  var isNone: Bool { isUnspecified || self == IPAddress(v4: 0) }
}

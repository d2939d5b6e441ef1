public import NetworkBytes

/// Lossless decoder that turns datagrams into complete records, including those of options, for inspecting what
/// exporters send.
///
/// Processes messages like `FlowDecoder`, with the same sessions, templates and counters, but creates a value for every
/// field, which allocates. A decoder must be used by one thread only.
public struct RecordDecoder: ~Copyable {
  private var sessions: SessionTable
  private let directory: ExporterDirectory?
  private let elements: ElementNames
  private var variable = VariableRecordReader()
  private var budget = LearningBudget()

  /// - Parameters:
  ///   - directory: Provides templates from the exporter's other source ports to sessions that lack them; nil for none.
  ///   - elements: Names of elements that are missing in the registry.
  public init(
    limits: SessionLimits = .capture, directory: ExporterDirectory? = nil, elements: ElementNames = ElementNames()
  ) {
    self.directory = directory
    self.elements = elements
    var rules = SessionRules()
    rules.limits = limits
    // Data is decoded with the newest definition, even after a restart of the exporter.
    rules.detectsRestarts = false
    sessions = SessionTable(rules)
  }

  /// Counters of all sessions.
  public var counters: DecodeCounters { sessions.counters }

  /// Decodes a datagram and passes on its records one by one in wire order, followed by those of earlier datagrams that
  /// were waiting for a template in it.
  ///
  /// - Parameters:
  ///   - message: UDP payload.
  ///   - exporter: Source of the datagram.
  ///   - arrival: Time of arrival, nanoseconds since 1970 UTC.
  ///   - take: Receives the records. An error ends decoding of the datagram.
  public mutating func decode<Failure: Error>(
    _ message: RawSpan, from exporter: Endpoint, arrival: UnixNanoseconds,
    _ take: (DecodedRecord) throws(Failure) -> Void
  ) throws(Failure) {
    guard let header = sessions.readHeader(of: message) else { return }
    let place = sessions.place(of: header, from: exporter, to: 0, arrival: arrival, directory)
    defer { sessions.close(place, directory) }
    try decode(message, header, &place.session, arrival: arrival, take)
    if place.session.early.isReady { try decodeEarly(&place.session, at: arrival, take) }
  }

  /// Ends decoding and discards data sets that still wait for their template.
  public mutating func finish() {
    sessions.endEarlyData(directory)
  }

  private mutating func decode<Failure: Error>(
    _ message: RawSpan, _ header: MessageHeader, _ session: inout Session, arrival: UnixNanoseconds,
    _ take: (DecodedRecord) throws(Failure) -> Void
  ) throws(Failure) {
    session.open(header, arrival: arrival, sessions.rules, directory)
    let before = session.counters
    if header.version == 5 {
      try decodeV5(message, header, &session, take)
    } else {
      try decodeSets(message, header, &session, take)
    }
    session.close(header, since: before)
  }

  private mutating func decodeSets<Failure: Error>(
    _ message: RawSpan, _ header: MessageHeader, _ session: inout Session,
    _ take: (DecodedRecord) throws(Failure) -> Void
  ) throws(Failure) {
    var sets = SetReader(header)
    var fields = FieldReader(directory: directory, elements: elements)
    while let set = sets.next(message, &session, sessions.rules, directory, &budget) {
      try decode(message.extracting(set.content), of: header, set.template, &session, &fields, take)
    }
  }

  private mutating func decodeEarly<Failure: Error>(
    _ session: inout Session, at now: Int64, _ take: (DecodedRecord) throws(Failure) -> Void
  ) throws(Failure) {
    session.serveEarly(at: now, sessions.rules, directory)
    while let (set, template) = session.takeEarly(sessions.rules).map({ ($0.set, $0.template) }) {
      var fields = FieldReader(directory: directory, elements: elements)
      try decode(set.content.rawSpan, of: set.header, template, &session, &fields, take)
    }
  }

  /// Decodes the records of a data set.
  private mutating func decode<Failure: Error>(
    _ set: RawSpan, of header: MessageHeader, _ template: Template, _ session: inout Session,
    _ fields: inout FieldReader, _ take: (DecodedRecord) throws(Failure) -> Void
  ) throws(Failure) {
    variable.begin(set)
    while let place = variable.next(set, template, &session.counters) {
      var offset = place.lowerBound
      guard let (decoded, emptyLeftOut) = fields.boundedRecord(template, in: set, at: &offset, &session) else { break }
      session.counters.countRecord(template.kind)
      if template.reportsElements, let report = ElementReport(decoded) { session.learn(report) }
      try take(
        DecodedRecord(
          exporter: session.key.exporter, header: header, template: template.id, kind: template.kind, fields: decoded,
          emptyLeftOut: emptyLeftOut))
    }
  }

  /// Decodes a datagram and appends its records to `records`.
  public mutating func decode(
    _ message: RawSpan, from exporter: Endpoint, arrival: UnixNanoseconds, into records: inout [DecodedRecord]
  ) {
    decode(message, from: exporter, arrival: arrival) { records.append($0) }
  }

  private func decodeV5<Failure: Error>(
    _ message: RawSpan, _ header: MessageHeader, _ session: inout Session,
    _ take: (DecodedRecord) throws(Failure) -> Void
  ) throws(Failure) {
    let count = header.countV5Records(in: message, &session.counters)
    for index in 0..<count {
      let start = header.headerLength + index * MessageHeader.v5RecordLength
      let record = message.extracting(start..<(start + MessageHeader.v5RecordLength))
      session.counters.countRecord(.flow)
      try take(
        DecodedRecord(
          exporter: session.key.exporter, header: header, template: 0, kind: .flow,
          fields: V5Layout.fields(of: record, header)))
    }
  }
}

extension DecodeCounters {
  fileprivate mutating func countRecord(_ kind: TemplateDefinition.Kind) {
    switch kind {
    case .flow: flowRecords &+= 1
    case .options: optionsRecords &+= 1
    }
  }
}

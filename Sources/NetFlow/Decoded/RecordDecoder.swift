public import NetworkBytes

/// Datagrams in, whole records out, those of options too: the lossless way of decoding, to look at what exporters send.
///
/// Walks messages as `FlowDecoder` does, through the same sessions, templates and counters; but makes a value of every
/// field, which allocates. One decoder belongs to one thread.
public struct RecordDecoder: ~Copyable {
  private var sessions: SessionTable
  private let directory: ExporterDirectory?
  private let elements: ElementNames
  private var variable = VariableRecordReader()
  private var budget = LearningBudget()

  /// - Parameters:
  ///   - directory: lets templates of an exporter's other source ports serve a session that lacks its own; nil: each
  ///     session has its own only.
  ///   - elements: what elements are called that the registry does not have.
  public init(
    limits: SessionLimits = .capture, directory: ExporterDirectory? = nil, elements: ElementNames = ElementNames()
  ) {
    self.directory = directory
    self.elements = elements
    var rules = SessionRules()
    rules.limits = limits
    // What exporters sent is decoded by the newest definition, whatever became of them.
    rules.detectsRestarts = false
    sessions = SessionTable(rules)
  }

  /// What was decoded and what was wrong, over all sessions.
  public var counters: DecodeCounters { sessions.counters }

  /// Decodes one datagram and hands its records over, one by one in wire order; behind them those of earlier datagrams
  /// that waited for a template which it brought.
  ///
  /// - Parameters:
  ///   - message: the UDP payload.
  ///   - exporter: where it came from.
  ///   - arrival: when it came, nanoseconds since 1970 UTC.
  ///   - take: what it throws ends the decoding; the rest of the datagram is left.
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

  /// Ends decoding: data sets that still wait for their template are given up.
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

  /// Decodes the records of one data set.
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

  /// Decodes one datagram and appends its records to `records`.
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

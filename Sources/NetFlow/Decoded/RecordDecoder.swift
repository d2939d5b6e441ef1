import NetworkBytes

/// Datagrams in, whole records out, those of options too: the lossless way of decoding, to look at what exporters send.
///
/// Walks messages as `FlowDecoder` does, through the same sessions, templates and counters; but makes a value of every
/// field, which allocates. One decoder belongs to one thread.
public struct RecordDecoder: ~Copyable {
  private var sessions: SessionTable
  private let directory: ExporterDirectory?
  private var variable = VariableRecordReader()

  /// - Parameter directory: lets templates of an exporter's other source ports serve a session that lacks its own;
  ///   nil: each session has its own only.
  public init(limits: SessionLimits = SessionLimits(), directory: ExporterDirectory? = nil) {
    self.directory = directory
    sessions = SessionTable(limits: limits)
  }

  /// What was decoded and what was wrong, over all sessions.
  public var counters: DecodeCounters { sessions.counters }

  /// Decodes one datagram and hands its records over, one by one in wire order.
  ///
  /// - Parameters:
  ///   - message: the UDP payload.
  ///   - exporter: where it came from.
  ///   - arrival: when it came, nanoseconds since 1970 UTC.
  ///   - take: what it throws ends the decoding; the rest of the datagram is left.
  public mutating func decode<Failure: Error>(
    _ message: RawSpan, from exporter: Endpoint, arrival: Int64, _ take: (DecodedRecord) throws(Failure) -> Void
  ) throws(Failure) {
    guard let (header, session) = sessions.open(message, from: exporter, arrival: arrival, directory: directory) else {
      return
    }
    if header.version == 5 {
      let count = try decodeV5(message, header, session, take)
      session.close(header, units: count)
      return
    }
    let unreadable = session.counters.unreadable
    var sets = SetReader(header)
    var fields = FieldReader(session: session, directory: directory)
    var count = 0
    while let set = sets.next(
      message, session: session, table: sessions, directory: directory, borrowing: directory != nil)
    {
      let content = message.extracting(set.content)
      variable.begin()
      while let place = nextRecord(content, set.template, session) {
        var offset = place.lowerBound
        guard let decoded = fields.record(set.template, in: content, at: &offset) else { break }
        count += 1
        session.counters.countRecord(set.template.kind)
        try take(
          DecodedRecord(
            exporter: exporter, header: header, template: set.template.id, kind: set.template.kind, fields: decoded))
      }
    }
    let isWhole = session.counters.unreadable == unreadable
    session.close(header, units: header.version == 9 ? 1 : isWhole ? count : nil)
  }

  /// Decodes one datagram and appends its records to `records`.
  public mutating func decode(
    _ message: RawSpan, from exporter: Endpoint, arrival: Int64, into records: inout [DecodedRecord]
  ) {
    decode(message, from: exporter, arrival: arrival) { records.append($0) }
  }

  private mutating func nextRecord(_ set: RawSpan, _ template: Template, _ session: Session) -> Range<Int>? {
    variable.next(set, template, &session.counters)
  }

  private func decodeV5<Failure: Error>(
    _ message: RawSpan, _ header: MessageHeader, _ session: Session,
    _ take: (DecodedRecord) throws(Failure) -> Void
  ) throws(Failure) -> Int {
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
    return count
  }
}

extension DecodeCounters {
  fileprivate mutating func countRecord(_ kind: TemplateDefinition.Kind) {
    switch kind {
    case .flow: flowRecords &+= 1
    case .options: optionsRecords &+= 1
    }
  }

  /// Times that data records were passed over, so that nobody knows how many the message had.
  fileprivate var unreadable: UInt64 {
    self[.unknownTemplate] &+ self[.truncatedRecord] &+ self[.badSetLength]
  }
}

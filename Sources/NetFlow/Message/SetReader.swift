import NetworkBytes

/// A data set and the template its records follow.
struct DataSet {
  var template: Template
  /// Where the records stand in the message, without the set header.
  var content: Range<Int>
}

/// Walks the sets of one v9 or IPFIX message: learns templates on the way, hands out data sets.
///
/// Pulled by whoever wants the records: `while let set = sets.next(...)`.
struct SetReader {
  private let header: MessageHeader
  private var offset: Int
  /// Flow records of the session before the set that was handed out last, where these are to be counted, and how often: see
  /// `Template.isOfShortRecords`.
  private var recordsBefore: UInt64?
  private var timesCounted = 1

  init(_ header: MessageHeader) {
    self.header = header
    offset = header.headerLength
  }

  /// The next data set whose template is known, or nil at the end of what can be read (RFC 7011 §3.3, RFC 3954 §5).
  /// The session keeps those whose template may still come.
  mutating func next(
    _ message: RawSpan, _ session: inout Session, _ rules: SessionRules, _ directory: ExporterDirectory?,
    _ budget: inout LearningBudget
  ) -> DataSet? {
    if let before = recordsBefore.take() {
      _ = budget.spend(
        Int(truncatingIfNeeded: session.counters.flowRecords &- before) * timesCounted, of: .shortRecords, &session)
    }
    while let set = nextSet(message, &session.counters) {
      let content = set.content
      switch (set.id, header.version) {
      case (0, 9), (2, 10):
        learn(.flow, message.extracting(content), &session, rules, directory, &budget)
      case (1, 9), (3, 10):
        learn(.options, message.extracting(content), &session, rules, directory, &budget)
      case (256..., _):
        if let template = session.template(set.id, directory: directory) {
          if template.isOfShortRecords {
            guard budget.spend(0, of: .shortRecords, &session) else {
              session.counters.count(.recordsOverBudget)
              continue
            }
            recordsBefore = session.counters.flowRecords
            timesCounted = template.isFixedLength ? 1 : 2
          }
          return DataSet(template: template, content: content)
        }
        session.holdEarly(set.id, message.extracting(content), of: header, rules, directory)
      default:
        session.counters.count(.reservedSet)
      }
    }
    return nil
  }

  /// Frames the next set; nil at the end of the message or where its framing is broken.
  private mutating func nextSet(
    _ message: RawSpan, _ counters: inout DecodeCounters
  ) -> (id: UInt16, content: Range<Int>)? {
    let remaining = header.messageLength - offset
    guard remaining > 0 else { return nil }
    let length = remaining >= 4 ? Int(message.be16(offset + 2)) : 0
    guard length >= 4, length <= remaining else {
      // Zeros to the end are an exporter's padding of the whole message.
      if !message.extracting(first: header.messageLength).isZero(from: offset) {
        counters.count(.badSetLength)
      }
      offset = header.messageLength
      return nil
    }
    let id = message.be16(offset)
    let content = (offset + 4)..<(offset + length)
    offset += length
    return (id, content)
  }

  private func learn(
    _ kind: TemplateDefinition.Kind, _ set: RawSpan, _ session: inout Session, _ rules: SessionRules,
    _ directory: ExporterDirectory?, _ budget: inout LearningBudget
  ) {
    guard budget.spend(0, of: .templates, &session) else { return session.counters.count(.templatesOverBudget) }
    var templates = TemplateReader(version: header.version, kind: kind)
    while let record = templates.next(set) {
      switch record {
      case .template(let outline):
        if session.repeats(outline, set) { continue }
        guard budget.spend(1, of: .templates, &session),
          budget.spend(outline.fieldCount, of: .templateFields, &session)
        else { return session.counters.count(.templatesOverBudget) }
        session.learn(outline.definition(in: set), rules, directory)
      case .withdrawal(let id): session.withdraw(id, kind, directory)
      case .bad: session.counters.count(.badTemplate)
      }
    }
  }
}

/// Walks the records of one data set whose lengths vary; one value serves set after set.
struct VariableRecordReader {
  private(set) var layout = RecordLayout()
  private var offset = 0
  /// Where the set ends for this walk.
  private var end = 0
  /// Whether the layout is that of all records of the set.
  private var isMeasured = false

  /// Goes to the first record of a set.
  mutating func begin(_ set: RawSpan) {
    offset = 0
    end = set.byteCount
    isMeasured = false
  }

  /// Goes to the first record of a set whose records of zeros at the end are padding.
  mutating func beginWithoutPadding(_ set: RawSpan) {
    offset = 0
    isMeasured = false
    // A set has a record at least (RFC 7011 §3.4.3).
    end = max(set.countWithoutTrailingZeros(), min(1, set.byteCount))
  }

  /// Measures the next record of `set` into `layout`.
  ///
  /// - Returns: the record's octets, or nil at the end of the set, where what is left is padding (RFC 7011 §3.3.1), octets
  ///   that are too few for a record and are counted if they are not zero, or a record that runs past it, which is counted.
  mutating func next(_ set: RawSpan, _ template: Template, _ counters: inout DecodeCounters) -> Range<Int>? {
    guard offset < end else { return nil }
    guard set.byteCount - offset >= template.minimumLength else {
      counters.countLeftover(set, from: offset)
      offset = set.byteCount
      return nil
    }
    if isMeasured {
      defer { offset += template.minimumLength }
      return offset..<(offset + template.minimumLength)
    }
    guard let length = layout.measure(template.sizedFields, in: set, at: offset) else {
      counters.count(.truncatedRecord)
      offset = set.byteCount
      return nil
    }
    isMeasured = template.isFixedLength
    defer { offset += length }
    return offset..<(offset + length)
  }
}

extension RawSpan {
  /// Octets up to the last one that is not zero.
  @inline(__always)
  func countWithoutTrailingZeros() -> Int {
    var count = byteCount
    while count >= 8, be64(count &- 8) == 0 { count &-= 8 }
    while count > 0, octet(count &- 1) == 0 { count &-= 1 }
    return count
  }
}

extension DecodeCounters {
  /// Counts what a set has behind its last record, if it is not padding.
  mutating func countLeftover(_ set: RawSpan, from offset: Int) {
    if !set.isZero(from: offset) { self[.leftoverOctets] &+= UInt64(set.byteCount - offset) }
  }
}

import NetworkBytes

/// Data set and the template of its records.
struct DataSet {
  var template: Template
  /// Range of the records in the message, without the set header.
  var content: Range<Int>
}

/// Iterates over the sets of a v9 or IPFIX message: learns templates and returns data sets.
///
/// Used as `while let set = sets.next(...)`.
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

  /// Returns the next data set with a known template, or nil at the end of the readable part (RFC 7011 §3.3, RFC 3954
  /// §5). The session keeps data sets whose template may still arrive.
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
            // Each is measured, and its fields are found anew.
            timesCounted = template.isFixedLength ? 1 : 3
          }
          return DataSet(template: template, content: content)
        }
        session.holdEarly(set.id, message.extracting(content), of: header, rules, directory, &budget)
      default:
        session.counters.count(.reservedSet)
      }
    }
    return nil
  }

  /// Frames the next set; nil at the end of the message or of valid framing.
  private mutating func nextSet(
    _ message: RawSpan, _ counters: inout DecodeCounters
  ) -> (id: UInt16, content: Range<Int>)? {
    let remaining = header.messageLength - offset
    guard remaining > 0 else { return nil }
    let length = remaining >= 4 ? Int(message.be16(offset + 2)) : 0
    guard length >= 4, length <= remaining else {
      // Zeros up to the end are padding of the message.
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

/// Iterates over the records of a data set with variable length; reusable for many sets.
struct VariableRecordReader {
  private(set) var layout = RecordLayout()
  private var offset = 0
  /// End of the set for this iteration.
  private var end = 0
  /// Whether the layout applies to all records of the set.
  private var isMeasured = false

  /// Moves to the first record of a set.
  mutating func begin(_ set: RawSpan) {
    offset = 0
    end = set.byteCount
    isMeasured = false
  }

  /// Moves to the first record of a set in which trailing records of zeros are padding.
  mutating func beginWithoutPadding(_ set: RawSpan) {
    offset = 0
    isMeasured = false
    // A set has at least one record (RFC 7011 §3.4.3).
    end = max(set.countWithoutTrailingZeros(), min(1, set.byteCount))
  }

  /// Measures the next record of `set` into `layout`.
  ///
  /// - Returns: Range of the record, or nil at the end of the set. The rest may be padding (RFC 7011 §3.3.1), octets
  ///   too few for a record, which are counted unless zero, or a record that exceeds the set, which is counted.
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
  /// Returns the number of octets up to the last non-zero one.
  @inline(__always)
  func countWithoutTrailingZeros() -> Int {
    var count = byteCount
    while count >= 8, be64(count &- 8) == 0 { count &-= 8 }
    while count > 0, octet(count &- 1) == 0 { count &-= 1 }
    return count
  }
}

extension DecodeCounters {
  /// Counts octets after the last record of a set unless they are padding.
  mutating func countLeftover(_ set: RawSpan, from offset: Int) {
    if !set.isZero(from: offset) { self[.leftoverOctets] &+= UInt64(set.byteCount - offset) }
  }
}

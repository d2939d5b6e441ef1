import NetworkBytes

/// The issues of whoever wrote a checkpoint, in the order that its counters number them in: by their names, so that versions
/// of the program understand one another.
struct IssueNumbers {
  private let issues: [DecodeIssue?]

  /// Appends the names of this version's.
  static func append(to octets: inout OctetWriter) {
    octets.append(count: DecodeIssue.allCases.count)
    for issue in DecodeIssue.allCases { octets.append(issue.name) }
  }

  /// Reads what `append` wrote; an issue that this version does not know is passed over.
  init(_ octets: inout OctetReader) throws(OctetFault) {
    let known = Dictionary(uniqueKeysWithValues: DecodeIssue.allCases.map { ($0.name, $0) })
    var issues: [DecodeIssue?] = []
    for _ in 0..<(try octets.count()) { issues.append(known[try octets.text()]) }
    self.issues = issues
  }

  func issue(_ number: Int) throws(OctetFault) -> DecodeIssue? {
    guard issues.indices.contains(number) else { throw .badValue }
    return issues[number]
  }
}

extension DecodeCounters {
  private var plain: [UInt64] {
    [
      datagrams, rejectedDatagrams, flowRecords, optionsRecords, reverseRecords, templates, clockCorrected,
      earlyDecoded,
      earlyGivenUp,
    ]
  }

  /// Appends them as a checkpoint keeps them: of the issues those that were met, by number.
  func append(to octets: inout OctetWriter) {
    for count in plain { octets.append(count) }
    sequence.append(to: &octets)
    let met = DecodeIssue.allCases.enumerated().filter { self[$0.element] > 0 }
    octets.append(count: met.count)
    for (number, issue) in met {
      octets.append(count: number)
      octets.append(self[issue])
    }
  }

  /// Reads what `append` wrote.
  init(_ octets: inout OctetReader, _ numbers: IssueNumbers) throws(OctetFault) {
    self.init()
    datagrams = try octets.word()
    rejectedDatagrams = try octets.word()
    flowRecords = try octets.word()
    optionsRecords = try octets.word()
    reverseRecords = try octets.word()
    templates = try octets.word()
    clockCorrected = try octets.word()
    earlyDecoded = try octets.word()
    earlyGivenUp = try octets.word()
    sequence = try SequenceCounters(&octets)
    for _ in 0..<(try octets.count(of: 2)) {
      let number: UInt16 = try octets.number()
      let count = try octets.word()
      if let issue = try numbers.issue(Int(number)) { self[issue] = count }
    }
  }
}

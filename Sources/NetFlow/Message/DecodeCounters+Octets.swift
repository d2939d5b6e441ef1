import NetworkBytes

/// Issue numbers in a checkpoint, mapped by the names it contains, so that versions of the program are compatible.
struct IssueNumbers {
  private let issues: [DecodeIssue?]

  /// Appends the names of this version's issues.
  static func append(to octets: inout OctetWriter) {
    octets.append(count: DecodeIssue.allCases.count)
    for issue in DecodeIssue.allCases { octets.append(issue.name) }
  }

  /// Reads the names; issues unknown to this version are skipped.
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

  /// Appends the counters to a checkpoint; of issues only those that occurred, by number.
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

  /// Reads the counters.
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

/// Problems with datagrams and the resulting corrections; each has a counter of this name.
public enum DecodeIssue: Int, Error, CaseIterable {
  /// A payload shorter than its header, or an invalid IPFIX length. The datagram is rejected.
  case shortDatagram
  /// Neither v5, v9 nor IPFIX. The datagram is rejected.
  case badVersion
  /// A v5 count of 0, above 30, or below the number of records present.
  case badCount
  /// A set length below 4 or beyond the message; the rest of the message is skipped.
  case badSetLength
  /// A data set whose template is unknown on arrival; it may be decoded later (see `earlyDecoded`).
  case unknownTemplate
  case badTemplate
  /// A record that exceeds its set, or fewer v5 records than announced in the header.
  case truncatedRecord
  /// Malformed structured data (counted only when records are decoded in full).
  case badList
  /// A set id reserved by RFC 7011 §3.3.2 and RFC 3954 §5.2; the set is skipped.
  case reservedSet
  case withdrawalIgnored
  /// A template evicted because of a memory limit.
  case templateEvicted
  /// A session evicted because of a memory limit.
  case sessionEvicted
  /// A template that its exporter no longer repeats.
  case templateExpired
  /// Octets at the end of a set that are too few for a record and not padding; the template may not fit.
  case leftoverOctets
  /// A record of zeros at the end of a set: padding.
  case paddingRecord
  /// A row whose end precedes its start; the start was set to the end.
  case endBeforeStart
  /// An implausible uptime timestamp; the row ends at the export time and keeps its duration.
  case implausibleTime
  /// A session that took over the templates of the session it continues from another port.
  case sessionContinued
  /// A template used for data without one because all other sessions of the exporter agree on it.
  case templateAgreed
  /// A set of options data, or the rest of one, skipped because its sender exceeded its budget for this second (see
  /// `LearningBudget`).
  case optionsOverBudget
  /// The same for a template set.
  case templatesOverBudget
  /// A rate, name or start that contradicts a statement of another source port of the exporter.
  case contradiction
  /// A message whose session did not take over yet what options data of the exporter had changed, because comparing what its
  /// domains say had used up the budget for this second.
  case ratesDelayed
  /// A data set of very short records that was passed over: see `LearningBudget`.
  case recordsOverBudget

  /// Name of the counter in the ledger and in `replay --counters`.
  public var name: String {
    switch self {
    case .shortDatagram: "short_datagram"
    case .badVersion: "bad_version"
    case .badCount: "bad_count"
    case .badSetLength: "bad_set_length"
    case .unknownTemplate: "unknown_template"
    case .badTemplate: "bad_template"
    case .truncatedRecord: "truncated_record"
    case .badList: "bad_list"
    case .reservedSet: "reserved_set"
    case .withdrawalIgnored: "withdrawal_ignored"
    case .templateEvicted: "template_evicted"
    case .sessionEvicted: "session_evicted"
    case .templateExpired: "template_expired"
    case .leftoverOctets: "leftover_octets"
    case .paddingRecord: "padding_record"
    case .endBeforeStart: "end_before_start"
    case .implausibleTime: "implausible_time"
    case .sessionContinued: "session_continued"
    case .templateAgreed: "template_agreed"
    case .optionsOverBudget: "options_over_budget"
    case .templatesOverBudget: "templates_over_budget"
    case .contradiction: "contradiction"
    case .ratesDelayed: "rates_delayed"
    case .recordsOverBudget: "records_over_budget"
    }
  }
}

/// Counters of a decoder.
public struct DecodeCounters: Sendable, Equatable, Decodable {
  /// Datagrams passed to the decoder: decoded plus rejected.
  public var datagrams: UInt64 = 0
  public var rejectedDatagrams: UInt64 = 0
  public var flowRecords: UInt64 = 0
  public var optionsRecords: UInt64 = 0
  /// Records created for the other direction of biflows, in addition to `flowRecords`, which are as sent.
  public var reverseRecords: UInt64 {
    get { reverse ?? 0 }
    set { reverse = newValue }
  }
  /// Nil if there are none or an earlier version wrote it.
  private var reverse: UInt64?
  public var templates: UInt64 = 0
  /// Datagrams whose header clock was off by more than the limit, and whose flow times were corrected.
  public var clockCorrected: UInt64 = 0
  /// Data sets that preceded their template and were decoded after its arrival.
  public var earlyDecoded: UInt64 = 0
  /// Data sets that preceded their template and were discarded because of a timeout or a limit.
  public var earlyGivenUp: UInt64 = 0
  public var sequence = SequenceCounters()
  private var issues = IssueCounts()

  public init() {}

  public var decodedDatagrams: UInt64 { datagrams &- rejectedDatagrams }

  public subscript(issue: DecodeIssue) -> UInt64 {
    get { issues[issue.rawValue] }
    set { issues[issue.rawValue] = newValue }
  }

  /// Number of times that data records were skipped, so that a message's number of records is unknown.
  var unreadable: UInt64 {
    self[.unknownTemplate] &+ self[.truncatedRecord] &+ self[.badSetLength] &+ self[.optionsOverBudget]
      &+ self[.recordsOverBudget]
  }

  public mutating func count(_ issue: DecodeIssue) {
    self[issue] &+= 1
  }

  public static func += (sum: inout Self, other: Self) {
    sum.datagrams &+= other.datagrams
    sum.rejectedDatagrams &+= other.rejectedDatagrams
    sum.flowRecords &+= other.flowRecords
    sum.optionsRecords &+= other.optionsRecords
    sum.reverseRecords &+= other.reverseRecords
    sum.templates &+= other.templates
    sum.clockCorrected &+= other.clockCorrected
    sum.earlyDecoded &+= other.earlyDecoded
    sum.earlyGivenUp &+= other.earlyGivenUp
    sum.sequence += other.sequence
    for issue in DecodeIssue.allCases { sum[issue] &+= other[issue] }
  }

  public static func == (a: Self, b: Self) -> Bool {
    a.datagrams == b.datagrams && a.rejectedDatagrams == b.rejectedDatagrams && a.flowRecords == b.flowRecords
      && a.optionsRecords == b.optionsRecords && a.reverseRecords == b.reverseRecords && a.templates == b.templates
      && a.clockCorrected == b.clockCorrected
      && a.earlyDecoded == b.earlyDecoded && a.earlyGivenUp == b.earlyGivenUp && a.sequence == b.sequence
      && DecodeIssue.allCases.allSatisfy { a[$0] == b[$0] }
  }
}

/// How often each issue was met. Of 64 bits the upper ones are held once one needs them: each session has these counters.
private struct IssueCounts: Sendable, Decodable {
  private var low: [24 of UInt32] = .init(repeating: 0)
  private var high = Seldom<[24 of UInt32]>()

  init() {}

  @inline(__always)
  subscript(number: Int) -> UInt64 {
    get { UInt64(low[number]) | (high.isEmpty ? 0 : upper(number)) }
    set {
      low[number] = UInt32(truncatingIfNeeded: newValue)
      if newValue > UInt64(UInt32.max) || !high.isEmpty { setUpper(number, newValue) }
    }
  }

  @inline(never)
  private func upper(_ number: Int) -> UInt64 { high.value.map { UInt64($0[number]) << 32 } ?? 0 }

  @inline(never)
  private mutating func setUpper(_ number: Int, _ count: UInt64) {
    var upper = high.value ?? .init(repeating: 0)
    upper[number] = UInt32(truncatingIfNeeded: count >> 32)
    high.value = upper
  }

  /// By name, so that versions of the program understand one another.
  init(from decoder: any Decoder) throws {
    let named = try [String: UInt64](from: decoder)
    for issue in DecodeIssue.allCases { self[issue.rawValue] = named[issue.name] ?? 0 }
  }
}

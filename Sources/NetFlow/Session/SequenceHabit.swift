import NetworkBytes

/// Properties of a message that are relevant to sequence numbers.
struct SequencedMessage: Sendable, BitwiseCopyable, Decodable {
  /// As sent.
  var number: UInt32
  /// Decoded data records, those of flows and those of options.
  var flowRecords: UInt32
  var optionsRecords: UInt32
  /// Whether these are all records of the message.
  var isWhole: Bool
}

/// What an exporter's sequence numbers count, and whether a message's number includes the message itself.
struct SequenceHabit: Sendable, BitwiseCopyable, Equatable {
  enum Unit: Sendable {
    case dataRecords
    case flowRecords
    case messages
    /// Open vSwitch adds two per IPFIX message.
    case messagesTwice
  }

  var unit: Unit
  var includesItself: Bool

  /// All known habits. Where messages are counted, each counts the same, so it makes no difference whether a number
  /// includes its own.
  static let all: InlineArray<6, SequenceHabit> = [
    SequenceHabit(unit: .dataRecords, includesItself: false), SequenceHabit(unit: .dataRecords, includesItself: true),
    SequenceHabit(unit: .flowRecords, includesItself: false), SequenceHabit(unit: .flowRecords, includesItself: true),
    SequenceHabit(unit: .messages, includesItself: false), SequenceHabit(unit: .messagesTwice, includesItself: false),
  ]

  init(unit: Unit, includesItself: Bool) {
    self.unit = unit
    self.includesItself = includesItself
  }

  /// Standard habit: data records sent before the message in IPFIX (RFC 7011 §3.1), flows in v5, messages in v9 (RFC
  /// 3954 §5.1).
  init(version: UInt16) {
    self.init(unit: version == 9 ? .messages : .dataRecords, includesItself: false)
  }

  /// Returns the increment of the number by the message; nil if unknown.
  @inline(__always)
  func units(of message: SequencedMessage) -> UInt32? {
    switch unit {
    case .messages: 1
    case .messagesTwice: 2
    case .dataRecords: message.isWhole ? message.flowRecords &+ message.optionsRecords : nil
    case .flowRecords: message.isWhole ? message.flowRecords : nil
    }
  }

  /// Returns the zero-based number of the message's first unit.
  @inline(__always)
  func start(of message: SequencedMessage) -> UInt32? {
    includesItself ? units(of: message).map { message.number &- $0 } : message.number
  }

  /// Returns the number of the first unit after the message.
  @inline(__always)
  func end(of message: SequencedMessage) -> UInt32? {
    includesItself ? message.number : units(of: message).map { message.number &+ $0 }
  }
}

/// Determines an exporter's habit: a habit fits two messages if the second's units begin where the first's end.
///
/// The standard is assumed initially. A rival that fits where the assumed habit does not gains a point; in the opposite
/// case it loses one, down to a floor. Loss and reordering fit no habit and do not count. A lead of three points
/// refutes the assumed habit: the rival is assumed from then on, and what was counted for these messages is reverted. A
/// habit that has fitted for long is not refuted by a few coincidences, since its rivals have fallen to the floor.
struct HabitTrial: Sendable {
  /// Set of the habits that fit, a bit for each of `SequenceHabit.all`.
  struct Fit: OptionSet, Sendable, BitwiseCopyable {
    var rawValue: UInt8
  }

  private static let pointsToSwitch: Int8 = 3
  private static let floor: Int8 = -12

  private(set) var habit: SequenceHabit
  private var believedNumber: UInt8
  private var believed: Int { Int(believedNumber) }
  private var points: [6 of Int8] = .init(repeating: 0)
  /// Counted on messages that only a rival explains, since the believed habit last stood alone.
  private var suspect = Seldom<SequenceCounters>()

  init(standard: SequenceHabit) {
    habit = standard
    believedNumber = UInt8(SequenceHabit.all.indices.first { SequenceHabit.all[$0] == standard } ?? 0)
  }

  /// Returns the habits in which `message` directly follows `newest`; both are whole. A repeated number fits none,
  /// since the message may be a duplicate.
  @inline(__always)
  func fit(of message: SequencedMessage, after newest: SequencedMessage) -> Fit {
    let step = message.number &- newest.number
    guard message.isWhole, step != 0 else { return [] }
    let flows = (newest.flowRecords, message.flowRecords)
    let records = (newest.flowRecords &+ newest.optionsRecords, message.flowRecords &+ message.optionsRecords)
    var fit: UInt8 = step == records.0 ? 1 : 0
    fit |= step == records.1 ? 2 : 0
    fit |= step == flows.0 ? 4 : 0
    fit |= step == flows.1 ? 8 : 0
    fit |= step == 1 ? 16 : 0
    fit |= step == 2 ? 32 : 0
    return Fit(rawValue: fit)
  }

  /// Adjusts the points for a message that some habit explains.
  @inline(__always)
  mutating func note(_ fit: Fit, counted: SequenceCounters, since before: SequenceCounters) {
    let believedFits = fit.rawValue &>> UInt8(truncatingIfNeeded: believed) & 1 == 1
    if believedFits, fit.rawValue & (fit.rawValue &- 1) == 0, !suspect.isEmpty { suspect.value = nil }
    for index in points.indices where index != believed {
      let rivalFits = fit.rawValue &>> UInt8(truncatingIfNeeded: index) & 1 == 1
      if rivalFits == believedFits { continue }
      points[index] = rivalFits ? points[index] + 1 : max(points[index] - 1, Self.floor)
    }
    if believedFits || counted == before { return }
    var sum = suspect.value ?? SequenceCounters()
    sum.add(counted, since: before)
    suspect.value = sum
  }

  /// Switches to a rival that has gained enough points and reverts the counts of its messages.
  ///
  /// - Returns: Whether the assumed habit has changed.
  mutating func switchHabit(_ counters: inout SequenceCounters) -> Bool {
    guard let rival = points.indices.first(where: { points[$0] >= Self.pointsToSwitch }) else { return false }
    believedNumber = UInt8(truncatingIfNeeded: rival)
    habit = SequenceHabit.all[rival]
    points = .init(repeating: 0)
    if let counted = suspect.value { counters.takeBack(counted) }
    suspect.value = nil
    return true
  }
}

extension HabitTrial: Decodable {
  private enum CodingKeys: CodingKey {
    case believed, points, suspect
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let believed = try container.decode(Int.self, forKey: .believed)
    let known = try container.decode([Int8].self, forKey: .points)
    guard SequenceHabit.all.indices.contains(believed), known.count == points.count else {
      throw DecodingError.dataCorruptedError(forKey: .believed, in: container, debugDescription: "no such habit")
    }
    believedNumber = UInt8(truncatingIfNeeded: believed)
    habit = SequenceHabit.all[believed]
    for index in points.indices { points[index] = known[index] }
    suspect.value = try container.decode(SequenceCounters.self, forKey: .suspect)
  }
}

extension HabitTrial {
  func append(to octets: inout OctetWriter) {
    octets.append(octet: believedNumber)
    for index in points.indices { octets.append(octet: UInt8(bitPattern: points[index])) }
    (suspect.value ?? SequenceCounters()).append(to: &octets)
  }

  init(_ octets: inout OctetReader) throws(OctetFault) {
    believedNumber = try octets.octet()
    let believed = Int(believedNumber)
    guard SequenceHabit.all.indices.contains(believed) else { throw .badValue }
    habit = SequenceHabit.all[believed]
    for index in points.indices {
      points[index] = Int8(bitPattern: try octets.octet())
      guard points[index] >= Self.floor, points[index] <= Self.pointsToSwitch else { throw .badValue }
    }
    let counted = try SequenceCounters(&octets)
    if counted != SequenceCounters() { suspect.value = counted }
  }
}

extension SequencedMessage {
  func append(to octets: inout OctetWriter) {
    octets.append(number)
    octets.append(flowRecords)
    octets.append(optionsRecords)
    octets.append(isWhole)
  }

  init(_ octets: inout OctetReader) throws(OctetFault) {
    number = try octets.number()
    flowRecords = try octets.number()
    optionsRecords = try octets.number()
    isWhole = try octets.flag()
  }
}

extension SequenceCounters {
  fileprivate mutating func add(_ counted: Self, since before: Self) {
    lost &+= counted.lost &- before.lost
    gaps &+= counted.gaps &- before.gaps
    restarts &+= counted.restarts &- before.restarts
  }

  fileprivate mutating func takeBack(_ suspect: Self) {
    // Late messages may have reverted some of it already.
    lost -= min(lost, suspect.lost)
    gaps -= min(gaps, suspect.gaps)
    restarts -= min(restarts, suspect.restarts)
  }
}

import NetworkBytes

/// Results of tracking sequence numbers of a domain, in the exporter's units: usually flows (v5), datagrams (v9) or
/// data records (IPFIX).
public struct SequenceCounters: Sendable, Equatable, Decodable {
  /// Units that never arrived.
  public var lost: UInt64 = 0
  /// Number of gaps found.
  public var gaps: UInt64 = 0
  /// Messages that arrived late and filled a gap; their units are no longer `lost`.
  public var reordered: UInt64 = 0
  public var duplicates: UInt64 = 0
  /// Number of times that the exporter restarted its numbers.
  public var restarts: UInt64 = 0

  public init() {}

  public static func += (sum: inout Self, other: Self) {
    sum.lost &+= other.lost
    sum.gaps &+= other.gaps
    sum.reordered &+= other.reordered
    sum.duplicates &+= other.duplicates
    sum.restarts &+= other.restarts
  }
}

/// Tracks the sequence numbers of a session and distinguishes loss, reordering, duplicates, restarts and 32-bit
/// wraparound.
///
/// Not all exporters count as specified (softflowd's IPFIX numbers include the message itself). Therefore, each message
/// is interpreted in every `SequenceHabit`, and the one that consistently explains the messages is assumed: see
/// `HabitTrial`.
struct SequenceTracker: Sendable, Decodable {
  private struct Gap: Decodable {
    var first: UInt32
    var count: UInt32
  }

  /// A larger jump ahead is considered a restart rather than loss.
  private static let widestGap: Int64 = 1 << 24
  private static let rememberedGaps = 16

  /// Newest message, unless its units are unknown.
  private var newest: SequencedMessage?
  /// Expected first unit of the next message.
  private var expected: UInt32?
  private var newestExportTime: UInt32 = 0
  /// Missing ranges, oldest first: they identify late messages.
  private var missing: [Gap] = []
  private var trial: HabitTrial
  /// Whether the newest number was 0.
  private var isZero: Bool?
  /// Whether the number is always 0 and carries no information.
  private var isAlwaysZero: Bool?

  /// - Parameter version: NetFlow version, which determines what numbers should count.
  init(version: UInt16) {
    trial = HabitTrial(standard: SequenceHabit(version: version))
  }

  /// Expected number of the next message; nil if unknown or if the numbers carry no information.
  var next: UInt32? { isAlwaysZero == true ? nil : expected }

  /// Returns the distance of a number from the expected one; nil if unknown.
  func distance(to number: UInt32) -> Int? { next.map { Int(Int32(bitPattern: number &- $0)) } }

  /// Returns whether a number is far from the expected one, possibly because it belongs to another stream.
  func isFar(_ number: UInt32) -> Bool { distance(to: number).map { abs($0) > RestartSuspect.distance } ?? false }

  /// Returns whether a number is closer to the expected one than in another stream, or this one has none yet.
  func isNearer(_ number: UInt32, than other: SequenceTracker) -> Bool {
    guard let own = distance(to: number) else { return true }
    return other.distance(to: number).map { abs(own) < abs($0) } ?? true
  }

  /// Returns whether the number is 0 like the one before, and so carries no information.
  func repeatsZero(_ number: UInt32) -> Bool { number == 0 && isZero == true }

  /// Resumes from the first message of a restarted exporter.
  mutating func restart(at message: SequencedMessage?, _ counters: inout SequenceCounters) {
    restart(&counters)
    newest = message?.isWhole == true ? message : nil
    expected = message.flatMap { trial.habit.end(of: $0) }
  }

  /// Processes a message.
  mutating func observe(_ message: SequencedMessage, exportTime: UInt32, counters: inout SequenceCounters) {
    if standsStill(message.number, exportTime) { return }
    let fit = newest.map { trial.fit(of: message, after: $0) } ?? []
    let before = counters
    follow(message, exportTime, isExplained: !fit.isEmpty, &counters)
    guard !fit.isEmpty else { return }
    trial.note(fit, counted: counters, since: before)
    if trial.switchHabit(&counters) {
      missing.removeAll(keepingCapacity: true)
      expected = trial.habit.end(of: message)
    }
  }

  /// Returns whether a number is 0 again in a later second, so that it is not a sequence number. Within a second, the
  /// message may be a duplicate.
  private mutating func standsStill(_ number: UInt32, _ exportTime: UInt32) -> Bool {
    let isRepeated = number == 0 && isZero == true
    isZero = number == 0
    isAlwaysZero = isRepeated && (isAlwaysZero == true || Int32(bitPattern: exportTime &- newestExportTime) > 0)
    guard isAlwaysZero == true else { return false }
    newest = nil
    expected = nil
    return true
  }

  /// Interprets the message in the assumed habit.
  ///
  /// - Parameter isExplained: Whether the message follows the newest one in some habit.
  private mutating func follow(
    _ message: SequencedMessage, _ exportTime: UInt32, isExplained: Bool, _ counters: inout SequenceCounters
  ) {
    guard let expected, let first = trial.habit.start(of: message) else {
      advance(to: message, exportTime)
      return
    }
    // The signed difference is correct across wraparound.
    let ahead = Int64(Int32(bitPattern: first &- expected))
    if ahead < 0, !isExplained {
      let units = trial.habit.units(of: message) ?? 1
      if takeFromGap(first, units: units, &counters) { return }
      // A late or duplicate message was exported no later than the newest one; that of a restarted exporter was.
      if Int32(bitPattern: exportTime &- newestExportTime) <= 0 {
        counters.duplicates &+= 1
        return
      }
      restart(&counters)
    } else if ahead > Self.widestGap {
      restart(&counters)
    } else if ahead > 0 {
      counters.gaps &+= 1
      counters.lost &+= UInt64(ahead)
      if missing.count == Self.rememberedGaps { missing.removeFirst() }
      missing.append(Gap(first: expected, count: UInt32(ahead)))
    }
    advance(to: message, exportTime)
  }

  private mutating func advance(to message: SequencedMessage, _ exportTime: UInt32) {
    newest = message.isWhole ? message : nil
    expected = trial.habit.end(of: message)
    newestExportTime = exportTime
  }

  private mutating func restart(_ counters: inout SequenceCounters) {
    counters.restarts &+= 1
    missing.removeAll(keepingCapacity: true)
  }

  /// Fills the gap that contains `first`, if there is one.
  private mutating func takeFromGap(_ first: UInt32, units: UInt32, _ counters: inout SequenceCounters) -> Bool {
    guard let index = missing.firstIndex(where: { first &- $0.first < $0.count }) else { return false }
    let gap = missing.remove(at: index)
    let before = first &- gap.first
    let taken = min(units, gap.count - before)
    let after = gap.count - before - taken
    if after > 0 { missing.insert(Gap(first: first &+ taken, count: after), at: index) }
    if before > 0 { missing.insert(Gap(first: gap.first, count: before), at: index) }
    // Each late message may split a gap in two.
    if missing.count > Self.rememberedGaps { missing.removeFirst() }
    counters.reordered &+= 1
    counters.lost &-= min(UInt64(taken), counters.lost)
    return true
  }
}

// MARK: In a checkpoint

extension SequenceTracker {
  func append(to octets: inout OctetWriter) {
    octets.append(newest) { $0.append(to: &$1) }
    octets.append(expected) { $1.append($0) }
    octets.append(newestExportTime)
    octets.append(count: missing.count)
    for gap in missing {
      octets.append(gap.first)
      octets.append(gap.count)
    }
    trial.append(to: &octets)
    octets.append(isZero) { $1.append($0) }
    octets.append(isAlwaysZero) { $1.append($0) }
  }

  init(_ octets: inout OctetReader) throws(OctetFault) {
    newest = try octets.optional { reader throws(OctetFault) in try SequencedMessage(&reader) }
    expected = try octets.optional { reader throws(OctetFault) in try reader.number() }
    newestExportTime = try octets.number()
    let count = try octets.count(of: 2)
    guard count <= Self.rememberedGaps else { throw .badValue }
    for _ in 0..<count { missing.append(Gap(first: try octets.number(), count: try octets.number())) }
    trial = try HabitTrial(&octets)
    isZero = try octets.optional { reader throws(OctetFault) in try reader.flag() }
    isAlwaysZero = try octets.optional { reader throws(OctetFault) in try reader.flag() }
  }
}

extension SequenceCounters {
  func append(to octets: inout OctetWriter) {
    for count in [lost, gaps, reordered, duplicates, restarts] { octets.append(count) }
  }

  init(_ octets: inout OctetReader) throws(OctetFault) {
    lost = try octets.word()
    gaps = try octets.word()
    reordered = try octets.word()
    duplicates = try octets.word()
    restarts = try octets.word()
  }
}

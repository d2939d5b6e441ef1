/// What sequence numbers say about one exporter's domain; units as the version counts them: flows (v5), datagrams (v9),
/// data records (IPFIX).
public struct SequenceCounters: Sendable, Equatable {
  /// Units that never came.
  public var lost: UInt64 = 0
  /// Times that something was found missing.
  public var gaps: UInt64 = 0
  /// Messages that came late, into a gap; their units are no longer `lost`.
  public var reordered: UInt64 = 0
  public var duplicates: UInt64 = 0
  /// Times that the exporter began to count anew.
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

/// Follows the sequence numbers of one session: tells loss, reordering, duplicates, restarts and the 32-bit wrap apart.
struct SequenceTracker: Sendable {
  /// A jump ahead by more than this is taken for a restart, not for a loss.
  private static let widestGap: Int64 = 1 << 24
  private static let rememberedGaps = 16

  private var expected: UInt32?
  private var newestExportTime: UInt32 = 0
  /// Ranges still missing, oldest first: a late message is recognised by them.
  private var missing: [(first: UInt32, count: UInt32)] = []

  /// Takes note of one message.
  ///
  /// - Parameter units: what the message adds to the sequence number; nil if that cannot be known, because a set had no
  ///   template: then the next message is taken as it comes.
  mutating func observe(
    _ sequence: UInt32, units: Int?, exportTime: UInt32, counters: inout SequenceCounters
  ) {
    guard let expected else {
      advance(to: sequence, by: units, exportTime)
      return
    }
    // The signed difference is right across the wrap.
    let ahead = Int64(Int32(bitPattern: sequence &- expected))
    if ahead < 0 {
      if takeFromGap(sequence, units: UInt32(clamping: units ?? 1), &counters) { return }
      // A late or repeated message was exported no later than the newest one; a restarted exporter's was.
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
      missing.append((expected, UInt32(ahead)))
    }
    advance(to: sequence, by: units, exportTime)
  }

  private mutating func advance(to sequence: UInt32, by units: Int?, _ exportTime: UInt32) {
    expected = units.map { sequence &+ UInt32(truncatingIfNeeded: $0) }
    newestExportTime = exportTime
  }

  private mutating func restart(_ counters: inout SequenceCounters) {
    counters.restarts &+= 1
    missing.removeAll(keepingCapacity: true)
  }

  /// Fills the gap that `sequence` falls into, if there is one.
  private mutating func takeFromGap(_ sequence: UInt32, units: UInt32, _ counters: inout SequenceCounters) -> Bool {
    guard let index = missing.firstIndex(where: { sequence &- $0.first < $0.count }) else { return false }
    let gap = missing.remove(at: index)
    let before = sequence &- gap.first
    let taken = min(units, gap.count - before)
    let after = gap.count - before - taken
    if after > 0 { missing.insert((sequence &+ taken, after), at: index) }
    if before > 0 { missing.insert((gap.first, before), at: index) }
    counters.reordered &+= 1
    counters.lost &-= UInt64(taken)
    return true
  }
}

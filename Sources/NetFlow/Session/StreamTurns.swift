/// Finds out that two streams take turns in one session, each with sequence numbers of its own, where RFC 3954 §5.1 and RFC
/// 7011 §3.1 have one counter for a session: again and again a number far off comes, and then the very one that should have
/// come in its place. Neither loss nor a restart nor a late message does that often.
struct StreamTurns: Sendable {
  /// Where a stream stood when a number far off came, with what had been counted by then.
  private struct Paused {
    var sequence: SequenceTracker
    var counters: SequenceCounters
    var message: UInt64
  }

  fileprivate struct History {
    /// Times that a stream went on exactly where it stood.
    var turns = 0
    var lastTurn: UInt64 = 0
    /// Counted between a number far off and the stream's next message.
    var suspect = (lost: Int64(0), gaps: Int64(0), restarts: Int64(0))
  }

  private var paused = Seldom<Paused>()
  private var history = Seldom<History>()

  /// Turns that prove two streams.
  private static let enough = 8
  /// Messages of one stream before the other takes its turn, and between two turns that count together.
  private static let longestTurn: UInt64 = 64
  private static let longestPause: UInt64 = 4096

  /// Looks at a message's number before `sequence` follows it.
  ///
  /// - Parameter message: which of the session's messages it is.
  /// - Returns: whether there are two streams. Then what their turns were taken for is no longer counted, and `sequence` is
  ///   that of the stream that the message belongs to.
  @inline(__always)
  mutating func areProven(
    by number: UInt32, message: UInt64, _ sequence: inout SequenceTracker, _ counters: inout SequenceCounters
  ) -> Bool {
    let isFar = sequence.isFar(number)
    guard isFar || !paused.isEmpty else { return false }
    return take(number, isFar: isFar, message, &sequence, &counters)
  }

  @inline(never)
  private mutating func take(
    _ number: UInt32, isFar: Bool, _ message: UInt64, _ sequence: inout SequenceTracker,
    _ counters: inout SequenceCounters
  ) -> Bool {
    if let stream = paused.value {
      if stream.sequence.next == number {
        var history = history.value ?? History()
        history.countTurn(message, since: stream.counters, counters, longestPause: Self.longestPause)
        self.history.value = history
        paused.value = nil
        if history.turns == Self.enough {
          sequence = stream.sequence
          history.takeBack(from: &counters)
          return true
        }
      } else if message - stream.message > Self.longestTurn {
        paused.value = nil
      }
    }
    if isFar { paused.value = Paused(sequence: sequence, counters: counters, message: message) }
    return false
  }
}

extension StreamTurns.History {
  fileprivate mutating func countTurn(
    _ message: UInt64, since before: SequenceCounters, _ counters: SequenceCounters, longestPause: UInt64
  ) {
    if message - lastTurn > longestPause { self = Self() }
    turns += 1
    lastTurn = message
    suspect.lost &+= Int64(truncatingIfNeeded: counters.lost &- before.lost)
    suspect.gaps &+= Int64(truncatingIfNeeded: counters.gaps &- before.gaps)
    suspect.restarts &+= Int64(truncatingIfNeeded: counters.restarts &- before.restarts)
  }

  fileprivate func takeBack(from counters: inout SequenceCounters) {
    counters.lost -= min(counters.lost, UInt64(max(suspect.lost, 0)))
    counters.gaps -= min(counters.gaps, UInt64(max(suspect.gaps, 0)))
    counters.restarts -= min(counters.restarts, UInt64(max(suspect.restarts, 0)))
  }
}

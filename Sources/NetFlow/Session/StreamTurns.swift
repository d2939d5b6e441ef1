/// Detects two streams that alternate in one session, each with sequence numbers of its own, although RFC 3954 §5.1 and
/// RFC 7011 §3.1 require one counter per session: repeatedly, a number far off arrives, followed by exactly the one
/// expected before it. Neither loss nor restarts nor late messages cause that often.
struct StreamTurns: Sendable {
  /// Position of a stream when a number far off arrived, with the counts at that time.
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

  /// Number of turns that prove two streams.
  private static let enough = 8
  /// Maximum messages of a stream before the other takes its turn, and between two turns counted together.
  private static let longestTurn: UInt64 = 64
  private static let longestPause: UInt64 = 4096

  /// Examines a message's number before `sequence` processes it.
  ///
  /// - Parameter message: Number of the message in the session.
  /// - Returns: Whether there are two streams. If so, the counts caused by their turns are reverted, and `sequence` is
  ///   that of the message's stream.
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

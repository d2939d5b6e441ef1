import Capture
import Foundation
import NetworkBytes
import StreamReception

/// What a worker takes from its queue of messages: one batch after the other, a message at a time.
struct StreamIntake: ~Copyable {
  /// What became of a turn.
  enum Turn {
    /// Nothing waits.
    case idle
    /// There is more.
    case more
    /// The store or the journal has no room, and messages wait for it: exporters are slowed down rather than rows lost.
    case blocked

    /// Longest wait for datagrams until the next turn, milliseconds; nil: no message waits for it.
    var timeout: Int32? {
      switch self {
      case .idle: nil
      case .more: 0
      case .blocked: 10
      }
    }
  }

  let queue: StreamQueue
  private(set) var batch = StreamBatch()
  private(set) var next = 0

  /// Messages of a turn: datagrams are looked at in between.
  static let turn = 64

  init(_ queue: StreamQueue) { self.queue = queue }

  /// Goes to the next message, in the next batch if this one is done.
  ///
  /// - Returns: false if there is none.
  mutating func advance() -> Bool {
    if next < batch.count { return true }
    next = 0
    return queue.take(&batch)
  }

  /// The message has been taken.
  mutating func consume() { next += 1 }

  /// Where its connection was made to.
  var local: Endpoint { batch.local(next) }

  /// The message that `advance` has gone to, as of now.
  var datagram: Datagram {
    @_lifetime(borrow self) get {
      batch.datagram(next, arrival: Int64(Date().timeIntervalSince1970 * 1e9))
    }
  }
}

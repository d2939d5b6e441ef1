import Capture
import Foundation
import NetworkBytes
import StreamReception

/// Reads a worker's message queue: batch by batch, message by message.
struct StreamIntake: ~Copyable {
  /// The outcome of a turn.
  enum Turn {
    /// The queue is empty.
    case idle
    /// The queue has more messages.
    case more
    /// Store or journal is full, and messages wait: exporters are slowed down instead of rows lost.
    case blocked

    /// Maximum wait for datagrams until the next turn, milliseconds; nil if no message waits.
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

  /// Messages per turn; datagrams are processed in between.
  static let turn = 64

  init(_ queue: StreamQueue) { self.queue = queue }

  /// Advances to the next message, loading the next batch if necessary.
  ///
  /// - Returns: false if there is none.
  mutating func advance() -> Bool {
    if next < batch.count { return true }
    next = 0
    return queue.take(&batch)
  }

  /// Marks the message as processed.
  mutating func consume() { next += 1 }

  /// Local endpoint of its connection.
  var local: Endpoint { batch.local(next) }

  /// The current message, with the present time as arrival.
  var datagram: Datagram {
    @_lifetime(borrow self) get {
      batch.datagram(next, arrival: Int64(Date().timeIntervalSince1970 * 1e9))
    }
  }
}

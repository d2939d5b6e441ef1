import NIOCore
import NetworkBytes

/// A connection and its data not yet passed to a worker. Confined to the event loop.
final class Connection {
  let number: UInt32
  let source: Endpoint
  let local: Endpoint
  /// The worker that it is assigned to.
  let worker: Int
  let channel: any Channel
  var framer = MessageFramer()
  /// Octets of messages passed on, modulo 2^32.
  private var position: UInt32 = 0
  /// Whether it has passed a message to its worker.
  private(set) var hasBegun = false
  /// Whether it may send messages: at once, or after the handshake.
  var isOpen: Bool
  /// Whether the collector has closed it; further data is discarded.
  var isRefused = false
  var isPaused = false
  /// Whether the channel is closed; the framer may still hold messages.
  var isClosed = false
  /// When it was accepted or last received data.
  var lastActive = NIODeadline.now()
  /// When an incomplete message began.
  var messageBegan: NIODeadline?

  init(
    _ number: UInt32, _ channel: any Channel, from source: Endpoint, to local: Endpoint, worker: Int, isSecure: Bool
  ) {
    self.number = number
    self.channel = channel
    self.source = source
    self.local = local
    self.worker = worker
    isOpen = !isSecure
  }

  /// Passes complete messages to the worker.
  ///
  /// - Returns: false if its queue is full.
  /// - Throws: `MessageFramer.Fault`.
  func deliver(to queue: StreamQueue, isForced: Bool = false) throws(MessageFramer.Fault) -> Bool {
    while let message = try framer.next() {
      let part = StreamPart(connection: number, event: hasBegun ? .next : .first, position: position)
      guard queue.append(message, part, from: source, to: local, isForced: isForced) else { return false }
      hasBegun = true
      position &+= UInt32(message.count)
      framer.drop(message.count)
      messageBegan = nil
    }
    if framer.count > 0, messageBegan == nil { messageBegan = lastActive }
    return true
  }

  /// Notifies the worker that the connection has ended, if the worker knows it.
  func end(in queue: StreamQueue) {
    guard hasBegun else { return }
    let part = StreamPart(connection: number, event: .end, position: position)
    _ = queue.append(nil, part, from: source, to: local, isForced: true)
  }
}

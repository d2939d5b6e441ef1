import NIOCore
import NetworkBytes

/// One connection: what has come and is not with its worker yet. Belongs to the event loop.
final class Connection {
  let number: UInt32
  let source: Endpoint
  let local: Endpoint
  /// Which worker's it is.
  let worker: Int
  let channel: any Channel
  var framer = MessageFramer()
  /// Octets of messages that were handed over, modulo 2^32.
  private var position: UInt32 = 0
  /// Whether its worker knows of it: it has brought a message.
  private(set) var hasBegun = false
  /// Whether messages may come: at once, or after the handshake.
  var isOpen: Bool
  /// Whether the collector has closed it: what still comes is not taken.
  var isRefused = false
  var isPaused = false
  /// Whether the channel is closed; what the framer has may still be waiting.
  var isClosed = false
  /// When it was accepted, or brought something last.
  var lastActive = NIODeadline.now()
  /// When the message began that is not whole.
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

  /// Hands whole messages to the worker.
  ///
  /// - Returns: false if its queue has no room.
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

  /// Tells the worker that it has ended. A connection that is not known to it costs nothing.
  func end(in queue: StreamQueue) {
    guard hasBegun else { return }
    let part = StreamPart(connection: number, event: .end, position: position)
    _ = queue.append(nil, part, from: source, to: local, isForced: true)
  }
}

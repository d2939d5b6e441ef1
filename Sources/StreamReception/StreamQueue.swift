public import Capture
import NIOCore
import NetworkBytes
import Synchronization

/// A bounded queue of messages for one worker. The event loop appends; while it is full, connections are not read.
public final class StreamQueue: Sendable {
  /// Requests of the worker to the event loop.
  struct Requests: Sendable {
    /// Called when there is room again.
    var resume: @Sendable () -> Void
    var close: @Sendable (Set<UInt32>) -> Void
  }

  private struct State {
    var batch = StreamBatch()
    /// Whether connections wait for room.
    var isShort = false
    var requests: Requests?
    var worker: WakeUp?
  }

  private let state = Mutex(State())
  private let capacity: Int

  /// - Parameter capacity: maximum octets, except that one message may exceed it.
  public init(capacity: Int) { self.capacity = capacity }

  /// Registers the worker to wake when a message arrives.
  public func attach(_ worker: WakeUp) { state.withLock { $0.worker = worker } }

  /// Octets waiting.
  public var waiting: Int { state.withLock { $0.batch.size } }

  func connect(_ requests: Requests) { state.withLock { $0.requests = requests } }

  /// Called when the event loop has ended.
  func disconnect() { state.withLock { $0.requests = nil } }

  /// Appends a message, or a connection's end.
  ///
  /// - Parameter isForced: whether to ignore the capacity, because data already received must not be lost.
  /// - Returns: false if the queue is full; then `Requests.resume` is called once there is room.
  func append(
    _ message: ByteBufferView?, _ part: StreamPart, from source: Endpoint, to local: Endpoint, isForced: Bool
  ) -> Bool {
    let (isTaken, worker): (Bool, WakeUp?) = state.withLock { state in
      let size = state.batch.size
      if size > 0, size + StreamBatch.overhead + (message?.count ?? 0) > capacity, !isForced {
        state.isShort = true
        return (false, nil)
      }
      state.batch.append(message, part, from: source, to: local)
      return (true, size == 0 ? state.worker : nil)
    }
    worker?.wake()
    return isTaken
  }

  /// Moves all waiting messages into `batch`, replacing its content. Called by the worker.
  ///
  /// - Returns: false if nothing waits.
  public func take(_ batch: inout StreamBatch) -> Bool {
    batch.removeAll()
    state.withLock { state in
      swap(&batch, &state.batch)
      guard state.isShort else { return }
      state.isShort = false
      // Under the lock, because no receiver is left after `disconnect`. It only schedules a task on the event loop.
      state.requests?.resume()
    }
    return !batch.isEmpty
  }

  /// Closes connections whose messages are useless. Called by the worker.
  public func close(_ connections: Set<UInt32>) {
    if connections.isEmpty { return }
    state.withLock { $0.requests?.close(connections) }
  }
}

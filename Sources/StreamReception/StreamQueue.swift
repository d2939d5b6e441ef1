public import Capture
import NIOCore
import NetworkBytes
import Synchronization

/// Messages on their way to one worker: a bounded queue. The event loop appends; without room there its connections are not read
/// until the worker has taken what waits.
public final class StreamQueue: Sendable {
  /// What the worker asks of the event loop.
  struct Requests: Sendable {
    /// There is room again.
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

  /// - Parameter capacity: octets that wait at most, but for one message.
  public init(capacity: Int) { self.capacity = capacity }

  /// Has the worker's waiting end when a message comes.
  public func attach(_ worker: WakeUp) { state.withLock { $0.worker = worker } }

  /// Octets that wait.
  public var waiting: Int { state.withLock { $0.batch.size } }

  func connect(_ requests: Requests) { state.withLock { $0.requests = requests } }

  /// There is no event loop any longer.
  func disconnect() { state.withLock { $0.requests = nil } }

  /// Appends a message, or a connection's end.
  ///
  /// - Parameter isForced: whether it is taken although there is no room: what the process holds already is not to be lost.
  /// - Returns: false if there is no room; then `Requests.resume` is called once there is.
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

  /// Takes all that waits in place of what `batch` held. The worker's side.
  ///
  /// - Returns: false if nothing waits.
  public func take(_ batch: inout StreamBatch) -> Bool {
    batch.removeAll()
    state.withLock { state in
      swap(&batch, &state.batch)
      guard state.isShort else { return }
      state.isShort = false
      // Under the lock: after `disconnect` nobody listens. It only leaves a task with the event loop.
      state.requests?.resume()
    }
    return !batch.isEmpty
  }

  /// Has connections closed, whose messages serve nobody. The worker's side.
  public func close(_ connections: Set<UInt32>) {
    if connections.isEmpty { return }
    state.withLock { $0.requests?.close(connections) }
  }
}

import DequeModule
import Dispatch
import FlowOutput
import FlowPipeline
import FlowStore
import NetworkBytes
import Synchronization
import Waiting

/// Why there are no live flows.
enum LiveFailure: Error {
  case recovering, stopping, superseded
  /// The client uses another version of the protocol.
  case otherVersion
  /// The worker, or its store's thread, did not respond in time.
  case timeout
  case store(StoreError)

  /// For display.
  var reason: String {
    switch self {
    case .recovering: "the collector is reading the journal of an earlier run; retry later"
    case .stopping: "the collector is stopping"
    case .superseded: "another query was faster; retry"
    case .otherVersion: "this program and the running collector have different versions; restart the collector"
    case .timeout: "the collector is busy or its disk is slow; see its log and sagflow status"
    case .store(let error): "\(error)"
    }
  }
}

/// A snapshot of a worker's unpublished flows: filled by its thread and by its store's thread, and read by a third one.
final class WorkerCut: Sendable {
  private struct Progress {
    var failure: LiveFailure?
    var time: UnixMilliseconds = 0
    var longestSlice = Duration.zero
    /// Whether its store has processed it.
    var wasVisited = false
  }

  private let progress = Mutex(Progress())
  private let pieces = Mutex(UniqueDeque<CapturedFlows>())
  private let store = Mutex<StoreSnapshot?>(nil)
  /// Signaled with each piece, with the store's part, and with a failure.
  private let changed = TimedSemaphore()

  // MARK: The worker's thread

  func begin(at time: UnixMilliseconds) { progress.withLock { $0.time = time } }

  /// Records how long reception was delayed by a slice.
  func noteSlice(_ duration: Duration) {
    progress.withLock { $0.longestSlice = max($0.longestSlice, duration) }
  }

  func append(_ piece: consuming sending CapturedFlows) {
    let piece = Handoff(piece)
    pieces.withLock { pieces in
      if let piece = piece.take() { pieces.append(piece) }
    }
    changed.signal()
    // After appending, because `fail` may have been called in between.
    if hasFailed { removeAll() }
  }

  /// Whether the store has processed it.
  var wasVisited: Bool { progress.withLock { $0.wasVisited } }

  // MARK: Any thread

  /// Ends the snapshot because it is no longer needed or cannot be completed.
  func fail(_ failure: LiveFailure) {
    progress.withLock { $0.failure = failure }
    removeAll()
    changed.signal()
  }

  var hasFailed: Bool { progress.withLock { $0.failure != nil } }

  /// A stalled store keeps a failed snapshot while it is stalled; its flows are released.
  private func removeAll() {
    pieces.withLock { $0.removeAll() }
    store.withLock { $0 = nil }
  }

  // MARK: The thread of its store

  func noteVisit() { progress.withLock { $0.wasVisited = true } }

  func complete(_ snapshot: consuming sending StoreSnapshot) {
    let snapshot = Handoff(snapshot)
    store.withLock { $0 = snapshot.take() }
    changed.signal()
    if hasFailed { removeAll() }
  }

  // MARK: Waiting

  /// Waits for something to read.
  func wait(until deadline: DispatchTime) throws(LiveFailure) {
    let isInTime = changed.wait(until: deadline)
    if let failure = progress.withLock({ $0.failure }) { throw failure }
    if !isInTime { throw .timeout }
  }

  /// Removes and returns the worker's next flows, if any.
  func takePiece() -> CapturedFlows? { pieces.withLock { $0.popFirst() } }
  /// Returns the store's part on the first call.
  func takeStore() -> StoreSnapshot? { store.withLock { $0.take() } }

  /// When it was begun, milliseconds since 1970 UTC: everything received before is included.
  var time: UnixMilliseconds { progress.withLock { $0.time } }
  /// The longest delay of reception.
  var longestSlice: Duration { progress.withLock { $0.longestSlice } }
}

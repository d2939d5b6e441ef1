import DequeModule
import Dispatch
import FlowOutput
import FlowPipeline
import FlowStore
import NetworkBytes
import Synchronization

/// Why there are no live flows.
enum LiveFailure: Error {
  case recovering, stopping, superseded
  /// The client does not speak this version of the protocol.
  case otherVersion
  /// The worker, or the thread of its store, does not come to it in time.
  case timeout
  case store(StoreError)

  /// For people.
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

/// A worker's flows that no published file has, at one moment: filled by its thread and by that of its store, and waited for by
/// a third one.
final class WorkerCut: Sendable {
  private struct Progress {
    var failure: LiveFailure?
    var time: UnixMilliseconds = 0
    var longestSlice = Duration.zero
    /// Whether its store has come to it.
    var wasVisited = false
  }

  private let progress = Mutex(Progress())
  private let pieces = Mutex(UniqueDeque<CapturedFlows>())
  private let store = Mutex<StoreSnapshot?>(nil)
  /// Signalled with each piece, the store's part, and a failure.
  private let changed = DispatchSemaphore(value: 0)

  // MARK: The worker's thread

  func begin(at time: UnixMilliseconds) { progress.withLock { $0.time = time } }

  /// Reception has waited so long for a slice of it.
  func noteSlice(_ duration: Duration) {
    progress.withLock { $0.longestSlice = max($0.longestSlice, duration) }
  }

  func append(_ piece: consuming sending CapturedFlows) {
    let piece = Handoff(piece)
    pieces.withLock { pieces in
      if let piece = piece.take() { pieces.append(piece) }
    }
    changed.signal()
    // Behind the append: `fail` may have come in between.
    if hasFailed { removeAll() }
  }

  /// Whether the store has come to it.
  var wasVisited: Bool { progress.withLock { $0.wasVisited } }

  // MARK: Any thread

  /// Ends it: nobody will take what is in it, or there will be no more.
  func fail(_ failure: LiveFailure) {
    progress.withLock { $0.failure = failure }
    removeAll()
    changed.signal()
  }

  var hasFailed: Bool { progress.withLock { $0.failure != nil } }

  /// A stalled store keeps what has failed for as long as it is stalled: not with the flows of a whole cache.
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

  // MARK: Who waits for it

  /// Waits for something to take.
  func wait(until deadline: DispatchTime) throws(LiveFailure) {
    let isInTime = changed.wait(timeout: deadline) == .success
    if let failure = progress.withLock({ $0.failure }) { throw failure }
    if !isInTime { throw .timeout }
  }

  /// The next flows of the worker, if there are any.
  func takePiece() -> CapturedFlows? { pieces.withLock { $0.popFirst() } }
  /// What its store has, the first time.
  func takeStore() -> StoreSnapshot? { store.withLock { $0.take() } }

  /// When it was begun: all that was received before is in it; milliseconds since 1970 UTC.
  var time: UnixMilliseconds { progress.withLock { $0.time } }
  /// The longest time that reception waited for it.
  var longestSlice: Duration { progress.withLock { $0.longestSlice } }
}

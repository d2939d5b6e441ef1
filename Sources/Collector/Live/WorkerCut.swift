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
    case .recovering: "the collector reads the journal of an earlier run; ask again when that is done"
    case .stopping: "the collector is stopping"
    case .superseded: "another question was faster; ask again"
    case .otherVersion: "the program that asks is of another version than the running collector; restart the collector"
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
  }

  private let progress = Mutex(Progress())
  private let flows = Mutex<CapturedFlows?>(nil)
  private let store = Mutex<StoreSnapshot?>(nil)
  /// Signalled with each part, and with a failure.
  private let changed = DispatchSemaphore(value: 0)

  // MARK: The worker's thread

  func begin(at time: UnixMilliseconds) { progress.withLock { $0.time = time } }

  /// Reception has waited so long for a slice of it.
  func noteSlice(_ duration: Duration) {
    progress.withLock { $0.longestSlice = max($0.longestSlice, duration) }
  }

  func complete(_ captured: consuming sending CapturedFlows) {
    let captured = Handoff(captured)
    flows.withLock { $0 = captured.take() }
    changed.signal()
  }

  func fail(_ failure: LiveFailure) {
    progress.withLock { $0.failure = failure }
    changed.signal()
  }

  // MARK: The thread of its store

  func complete(_ snapshot: consuming sending StoreSnapshot) {
    let snapshot = Handoff(snapshot)
    store.withLock { $0 = snapshot.take() }
    changed.signal()
  }

  // MARK: Who waits for it

  /// Waits until both threads have given their part.
  func wait(until deadline: DispatchTime) throws(LiveFailure) {
    for _ in 0..<2 {
      let isInTime = changed.wait(timeout: deadline) == .success
      if let failure = progress.withLock({ $0.failure }) { throw failure }
      if !isInTime { throw .timeout }
    }
  }

  /// When it was begun: all that was received before is in it; milliseconds since 1970 UTC.
  var time: UnixMilliseconds { progress.withLock { $0.time } }
  /// The longest time that reception waited for it.
  var longestSlice: Duration { progress.withLock { $0.longestSlice } }

  /// What the worker has, the first time.
  func takeFlows() -> CapturedFlows? { flows.withLock { $0.take() } }
  /// What its store has, the first time.
  func takeStore() -> StoreSnapshot? { store.withLock { $0.take() } }
}

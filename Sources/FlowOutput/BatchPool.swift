import DequeModule
package import FlowModel
import Synchronization

/// Empty batches whose memory is used again: the one that came last first, because it may still be in a near cache.
///
/// As many as were of no use for a whole window are freed, but for two: a burst, or a slow disk, needs many more than usual.
package final class BatchPool: Sendable {
  private struct State: ~Copyable {
    var batches = UniqueDeque<FlowBatch>()
    /// The fewest that there were since the last `trim`.
    var unused = 0
  }

  private let capacity: Int
  private let state = Mutex(State())

  package init(capacity: Int) { self.capacity = capacity }

  /// Returns a batch, or creates one with memory for so many records.
  package func take(capacity: Int) -> FlowBatch {
    let batch = state.withLock { state -> FlowBatch? in
      let batch = state.batches.popLast()
      state.unused = min(state.unused, state.batches.count)
      return batch
    }
    return batch ?? FlowBatch(capacity: capacity)
  }

  /// Takes a batch's memory, unless there is enough.
  package func giveBack(_ batch: inout FlowBatch) {
    batch.removeAll()
    state.withLock { state in
      if state.batches.count >= capacity { return }
      var taken = FlowBatch()
      swap(&taken, &batch)
      state.batches.append(taken)
    }
  }

  /// Frees those that were not needed since the last call, but for two.
  package func trim() {
    state.withLock { state in
      for _ in 0..<max(0, min(state.unused, state.batches.count - 2)) { _ = state.batches.popFirst() }
      state.unused = state.batches.count
    }
  }
}

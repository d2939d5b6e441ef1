public import Logging
public import NetworkBytes
import Synchronization

/// Says when something begins and ends to be wrong with a target, once for all workers.
public final class RelayLog: Sendable {
  /// What can be wrong.
  enum Trouble: Int, CaseIterable {
    case failing, slow
  }

  private struct State {
    /// Workers that it is wrong for.
    var workers = 0
    /// Datagrams that it has cost those for which it has passed.
    var count: UInt64 = 0
  }

  private let targets: [Endpoint]
  private let states: Mutex<[State]>
  private let logger: Logger

  /// - Parameter targets: as the options have them.
  public init(_ targets: [Endpoint], _ logger: Logger) {
    self.targets = targets
    self.logger = logger
    states = Mutex(Array(repeating: State(), count: targets.count * Trouble.allCases.count))
  }

  private func place(_ target: Int, _ trouble: Trouble) -> Int { target * Trouble.allCases.count + trouble.rawValue }

  /// Something is wrong for one more worker.
  func begin(_ trouble: Trouble, _ target: Int, _ reason: String = "") {
    let isFirst = states.withLock { states in
      states[place(target, trouble)].workers += 1
      return states[place(target, trouble)].workers == 1
    }
    guard isFirst else { return }
    switch trouble {
    case .failing: logger.error("relay to \(targets[target]) failing: \(reason)")
    case .slow:
      logger.warning(
        "relay to \(targets[target]) is too slow, datagrams for it are dropped; raise relay.queue, or check the network"
      )
    }
  }

  /// It has passed for a worker.
  ///
  /// - Parameter count: datagrams that it has cost this worker.
  func end(_ trouble: Trouble, _ target: Int, count: UInt64) {
    let total: UInt64? = states.withLock { states in
      let index = place(target, trouble)
      states[index].workers -= 1
      states[index].count &+= count
      guard states[index].workers == 0 else { return nil }
      defer { states[index].count = 0 }
      return states[index].count
    }
    guard let total else { return }
    switch trouble {
    case .failing: logger.notice("relay to \(targets[target]) recovered; \(total) datagrams failed")
    case .slow: logger.notice("relay to \(targets[target]) keeps up again; \(total) datagrams were dropped")
    }
  }
}

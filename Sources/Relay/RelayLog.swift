public import Logging
public import NetworkBytes
import Synchronization

/// Logs when a problem with a target begins and ends, once for all workers.
public final class RelayLog: Sendable {
  /// Kinds of problems.
  enum Trouble: Int, CaseIterable {
    case failing, slow
  }

  private struct State {
    /// Number of workers affected.
    var workers = 0
    /// Datagrams lost by workers that have recovered.
    var count: UInt64 = 0
  }

  private let targets: [Endpoint]
  private let states: Mutex<[State]>
  private let logger: Logger

  /// - Parameter targets: in the order of the options.
  public init(_ targets: [Endpoint], _ logger: Logger) {
    self.targets = targets
    self.logger = logger
    states = Mutex(Array(repeating: State(), count: targets.count * Trouble.allCases.count))
  }

  private func place(_ target: Int, _ trouble: Trouble) -> Int { target * Trouble.allCases.count + trouble.rawValue }

  /// Reports a problem for one more worker.
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

  /// Reports the end of a problem for a worker.
  ///
  /// - Parameter count: datagrams that this worker lost.
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

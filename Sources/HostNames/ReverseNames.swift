// HostNames: names of addresses and addresses of names, asked for side by side and waited for no longer than a bound.

import Dispatch
import Foundation
public import NetworkBytes
import Synchronization

/// Names of addresses, for answers that show them: each is looked up once, many at the same time on threads of their own, and an
/// answer waits for them no longer than it may. Names that come later are there for the next answer. Answers come one after the
/// other.
public final class ReverseNames: Sendable {
  private enum Entry {
    /// Those who wait for it.
    case pending([DispatchGroup])
    /// Nil: it has no name.
    case known(String?, until: DispatchTime)
  }

  private struct State {
    var entries: [IPAddress: Entry] = [:]
    var queue: [IPAddress] = []
    var threads = 0
    /// Addresses that the present answer asked for.
    var asked = 0
    /// When nothing of the present answer is waited for any more; nil: it has not asked yet.
    var deadline: DispatchTime?
  }

  private let lookup: @Sendable (IPAddress) -> String?
  private let wait: Double
  private let lifetime: Double
  private let mostAddresses: Int
  private let mostThreads: Int
  private let state = Mutex(State())

  /// - Parameters:
  ///   - wait: seconds that an answer waits for names, from when it first asks.
  ///   - lifetime: seconds that answers are given what was found, also that there is no name.
  ///   - mostAddresses: looked up for one answer, and remembered.
  ///   - lookup: the name of an address; it may block.
  public init(
    wait: Double = 2, lifetime: Double = 86_400, mostAddresses: Int = 10_000, mostThreads: Int = 32,
    lookup: @escaping @Sendable (IPAddress) -> String? = SystemResolver.name
  ) {
    self.wait = wait
    self.lifetime = lifetime
    self.mostAddresses = mostAddresses
    self.mostThreads = mostThreads
    self.lookup = lookup
  }

  /// Begins another answer, which has its own time and may ask for as many addresses again. What nobody has looked up yet for
  /// the one before is not looked up any more.
  public func beginAnswer() {
    state.withLock { state in
      state.deadline = nil
      state.asked = 0
      for address in state.queue { Self.finish(address, nil, &state) }
      state.queue = []
      let (now, isFull) = (DispatchTime.now(), state.entries.count >= mostAddresses)
      state.entries = state.entries.filter { _, entry in
        switch entry {
        case .pending: true
        case .known(_, let until): !isFull && now < until
        }
      }
    }
  }

  /// The names that are known of some addresses, as soon as all are or the answer has waited long enough.
  ///
  /// It blocks: not for threads that others need.
  public func names(of addresses: some Sequence<IPAddress>) -> [IPAddress: String] {
    findings(of: addresses).compactMapValues { $0 }
  }

  /// The same, with nil for addresses that have no name; those that are not looked up yet are left out.
  public func findings(of addresses: some Sequence<IPAddress>) -> [IPAddress: String?] {
    let addresses = Set(addresses)
    let group = DispatchGroup()
    let (deadline, newThreads) = state.withLock { state in
      let now = DispatchTime.now()
      let deadline = state.deadline ?? now + wait
      state.deadline = deadline
      for address in addresses where !address.isUnspecified { ask(address, group, isInTime: now < deadline, &state) }
      let new = max(0, min(state.queue.count, mostThreads - state.threads))
      state.threads += new
      return (deadline, new)
    }
    for _ in 0..<newThreads { Thread.detachNewThread { [self] in work() } }
    _ = group.wait(timeout: deadline)
    return state.withLock { state in
      var names: [IPAddress: String?] = [:]
      for address in addresses {
        if case .known(let name, _) = state.entries[address] {
          names.updateValue(name, forKey: address)
        } else if address.isUnspecified {
          names.updateValue(nil, forKey: address)
        }
      }
      return names
    }
  }

  private func ask(_ address: IPAddress, _ group: DispatchGroup, isInTime: Bool, _ state: inout State) {
    switch state.entries[address] {
    case .known: return
    case .pending(let others):
      group.enter()
      state.entries[address] = .pending(others + [group])
    case nil:
      guard isInTime, state.asked < mostAddresses else { return }
      state.asked += 1
      group.enter()
      state.entries[address] = .pending([group])
      state.queue.append(address)
    }
  }

  /// Looks addresses up as long as any wait.
  private func work() {
    while let address = next() {
      let name = lookup(address)
      let until = DispatchTime.now() + lifetime
      state.withLock { Self.finish(address, .known(name, until: until), &$0) }
    }
  }

  private func next() -> IPAddress? {
    state.withLock { state in
      let address = state.queue.popLast()
      if address == nil { state.threads -= 1 }
      return address
    }
  }

  /// Ends waiting for an address.
  private static func finish(_ address: IPAddress, _ entry: Entry?, _ state: inout State) {
    guard case .pending(let groups) = state.entries[address] else { return }
    state.entries[address] = entry
    for group in groups { group.leave() }
  }
}

// HostNames: forward and reverse lookups, in parallel and with a time limit.

import Dispatch
import Foundation
public import NetworkBytes
import Synchronization

/// Names of addresses for query results. Each address is looked up once, many in parallel on separate threads, and a
/// result waits only for a limited time. Names that arrive later are available to the next result. Results are produced
/// one after the other.
public final class ReverseNames: Sendable {
  private enum Entry {
    /// Groups that wait for the lookup.
    case pending([DispatchGroup])
    /// Nil if the address has no name.
    case known(String?, until: DispatchTime)
  }

  private struct State {
    var entries: [IPAddress: Entry] = [:]
    var queue: [IPAddress] = []
    var threads = 0
    /// Addresses requested for the current result.
    var asked = 0
    /// When the current result stops waiting; nil before its first request.
    var deadline: DispatchTime?
  }

  private let lookup: @Sendable (IPAddress) -> String?
  private let wait: Double
  private let lifetime: Double
  private let mostAddresses: Int
  private let mostThreads: Int
  private let state = Mutex(State())

  /// - Parameters:
  ///   - wait: seconds that a result waits for names, from its first request.
  ///   - lifetime: seconds that a finding is cached, including the absence of a name.
  ///   - mostAddresses: maximum number of lookups for one result, and of cached addresses.
  ///   - lookup: returns the name of an address; may block.
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

  /// Begins another result with its own time and number of lookups. Lookups of the previous one that have not started
  /// are canceled.
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

  /// Returns the known names of some addresses, as soon as all are known or the result has waited long enough.
  ///
  /// Blocks: do not call it on cooperative threads.
  public func names(of addresses: some Sequence<IPAddress>) -> [IPAddress: String] {
    findings(of: addresses).compactMapValues { $0 }
  }

  /// The same, with nil for addresses that have no name; addresses not looked up yet are missing.
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

  /// Looks up addresses while any are waiting.
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

  /// Ends the wait for an address.
  private static func finish(_ address: IPAddress, _ entry: Entry?, _ state: inout State) {
    guard case .pending(let groups) = state.entries[address] else { return }
    state.entries[address] = entry
    for group in groups { group.leave() }
  }
}

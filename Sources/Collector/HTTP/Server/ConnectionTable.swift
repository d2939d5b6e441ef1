import NIOCore
import Synchronization

/// Open client connections, bounded so that no client locks out others: when the table is full, the connection that has
/// kept the server waiting longest is closed.
final class ConnectionTable: Sendable {
  /// What a connection waits for.
  enum Phase {
    /// The client has not sent a complete request.
    case request
    /// The server has not begun its response.
    case answer
    /// The client has not received the whole response.
    case delivery
  }

  private struct Entry {
    let channel: any Channel
    let client: ClientSignal
    let peer: String
    var phase = Phase.request
    var since = ContinuousClock.now
  }

  let maximum: Int
  /// Per address; the rest is reserved for others.
  let maximumOfPeer: Int
  private let entries = Mutex<[ObjectIdentifier: Entry]>([:])

  /// A client that receives its response faster is not slow.
  private static let delivery: Duration = .seconds(1)

  init(maximum: Int = 64, ofPeer maximumOfPeer: Int = 48) {
    self.maximum = maximum
    self.maximumOfPeer = maximumOfPeer
  }

  /// Adds a new connection; others may be closed for it, or itself if none may.
  ///
  /// - Returns: a signal that reports when its client has disconnected.
  func open(_ channel: any Channel) -> ClientSignal {
    let client = ClientSignal()
    let peer = channel.remoteAddress?.ipAddress ?? ""
    let closed: (any Channel)? = entries.withLock { entries in
      let own = entries.filter { $0.value.peer == peer }
      var closed: (any Channel)?
      if own.count >= maximumOfPeer || entries.count >= maximum {
        guard let last = Self.last(own.count >= maximumOfPeer ? own : Self.ofBusiestPeer(entries)) else {
          return channel
        }
        closed = entries.removeValue(forKey: last)?.channel
      }
      entries[ObjectIdentifier(channel)] = Entry(channel: channel, client: client, peer: peer)
      return closed
    }
    closed?.close(promise: nil)
    return client
  }

  func close(_ channel: any Channel) {
    let entry = entries.withLock { $0.removeValue(forKey: ObjectIdentifier(channel)) }
    entry?.client.leave()
  }

  func set(_ phase: Phase, of channel: any Channel) {
    entries.withLock { entries in
      entries[ObjectIdentifier(channel)]?.phase = phase
      entries[ObjectIdentifier(channel)]?.since = .now
    }
  }

  /// Returns the signal of a connection's client; one that has disconnected if the connection is not open.
  func client(of channel: any Channel) -> ClientSignal {
    if let client = entries.withLock({ $0[ObjectIdentifier(channel)]?.client }) { return client }
    let gone = ClientSignal()
    gone.leave()
    return gone
  }

  /// Returns the connection to close first; nil if the server owes a response on all of them, or they are fast.
  private static func last(_ entries: [ObjectIdentifier: Entry]) -> ObjectIdentifier? {
    func oldest(_ phase: Phase) -> (key: ObjectIdentifier, value: Entry)? {
      entries.filter { $0.value.phase == phase }.min { $0.value.since < $1.value.since }
    }
    if let waiting = oldest(.request) { return waiting.key }
    guard let slow = oldest(.delivery), .now - slow.value.since > delivery else { return nil }
    return slow.key
  }

  private static func ofBusiestPeer(_ entries: [ObjectIdentifier: Entry]) -> [ObjectIdentifier: Entry] {
    let byPeer = Dictionary(grouping: entries) { $0.value.peer }
    let busiest = byPeer.max { $0.value.count < $1.value.count }?.value ?? []
    let found = Dictionary(uniqueKeysWithValues: busiest.map { ($0.key, $0.value) })
    return last(found) == nil ? entries : found
  }
}

/// Reports when a client no longer waits for its response.
package final class ClientSignal: Sendable {
  private struct State {
    var isGone = false
    var nextID = 0
    var actions: [Int: @Sendable () -> Void] = [:]
  }

  private let state = Mutex(State())

  package init() {}

  var isGone: Bool { state.withLock { $0.isGone } }

  /// Marks the client as disconnected.
  package func leave() {
    let actions = state.withLock { state in
      state.isGone = true
      defer { state.actions = [:] }
      return state.actions.values
    }
    for action in actions { action() }
  }

  /// Registers an action for when the client disconnects; runs it at once if it already has.
  ///
  /// - Returns: a token for `forget`.
  func onLeave(_ action: @escaping @Sendable () -> Void) -> Int {
    let id: Int? = state.withLock { state in
      if state.isGone { return nil }
      state.nextID += 1
      state.actions[state.nextID] = action
      return state.nextID
    }
    if id == nil { action() }
    return id ?? 0
  }

  func forget(_ id: Int) { state.withLock { _ = $0.actions.removeValue(forKey: id) } }
}

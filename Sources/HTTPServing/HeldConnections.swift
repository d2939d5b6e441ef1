import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// The connections of an HTTP/1.1 server, each held from its setup until it is closed.
///
/// When the server's task is cancelled, or its listener fails, the library gives up connections that are accepted and that no task
/// has taken yet. NIO ends the program when the last reference to such a connection goes before its writer is finished. What is held
/// here does not go before: a closed connection's writer is finished.
struct HeldConnections: ServerChildChannel {
  typealias Value = HTTP1Channel.Value

  let http: HTTP1Channel
  let table: HeldConnectionTable

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    http.setup(channel: channel, logger: logger).map { [table] connection in
      table.hold(connection)
      return connection
    }
  }

  func handle(value: Value, logger: Logger) async { await http.handle(value: value, logger: logger) }
}

/// What `HeldConnections` hold.
final class HeldConnectionTable: Sendable {
  private struct State {
    var isClosed = false
    var connections: [ObjectIdentifier: HTTP1Channel.Value] = [:]
  }

  private let state = Mutex(State())

  /// Holds a connection until it is closed, which it is at once after `closeAll`.
  func hold(_ connection: HTTP1Channel.Value) {
    let channel = connection.channel
    let id = ObjectIdentifier(channel)
    let isClosed = state.withLock { state in
      state.connections[id] = connection
      return state.isClosed
    }
    channel.closeFuture.whenComplete { _ in self.release(id) }
    if isClosed { channel.close(promise: nil) }
  }

  /// Closes all connections, and those to come.
  func closeAll() {
    let connections = state.withLock { state in
      state.isClosed = true
      return Array(state.connections.values)
    }
    for connection in connections { connection.channel.close(promise: nil) }
  }

  private func release(_ id: ObjectIdentifier) {
    // What it refers to is not released under the lock.
    _ = state.withLock { $0.connections.removeValue(forKey: id) }
  }
}

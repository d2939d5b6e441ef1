import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// Keeps a reference to each connection of an HTTP/1.1 server from setup until it is closed.
///
/// When the server's task is canceled or its listener fails, the library releases accepted connections that no task has
/// taken yet. NIO traps when the last reference to such a connection is released before its writer is finished. This
/// table keeps the reference until the connection is closed, which finishes the writer.
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

/// The connections of `HeldConnections`.
final class HeldConnectionTable: Sendable {
  private struct State {
    var isClosed = false
    var connections: [ObjectIdentifier: HTTP1Channel.Value] = [:]
  }

  private let state = Mutex(State())

  /// Holds a connection until it is closed; after `closeAll`, closes it at once.
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

  /// Closes all connections, present and future.
  func closeAll() {
    let connections = state.withLock { state in
      state.isClosed = true
      return Array(state.connections.values)
    }
    for connection in connections { connection.channel.close(promise: nil) }
  }

  private func release(_ id: ObjectIdentifier) {
    // The connection itself is released outside the lock.
    _ = state.withLock { $0.connections.removeValue(forKey: id) }
  }
}

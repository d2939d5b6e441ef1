import Files
import Foundation
public import Logging
import NIOCore
import NIOPosix
import Synchronization

/// Why connections cannot be accepted.
public struct StreamListenError: Error, Equatable, Sendable, CustomStringConvertible {
  public var listener: StreamOptions.Listener
  /// The errno value.
  public var code: Int32

  public var description: String { "cannot listen on \(listener): \(errorText(code))\(advice)" }

  private var advice: String {
    switch code {
    case EADDRINUSE: "; `ss -ltnp` shows which program listens there"
    case EADDRNOTAVAIL: "; no interface of this host has this address"
    case EACCES: "; ports below 1024 need root or CAP_NET_BIND_SERVICE"
    case EAFNOSUPPORT: "; IPv6 is disabled on this host: listen on 0.0.0.0"
    default: ""
    }
  }
}

/// Accepts connections on its own thread, `streams`, and passes their messages to the workers' queues.
public final class StreamReceiver: Sendable {
  /// The listen addresses, with the assigned port in place of 0.
  public let listeners: [StreamOptions.Listener]
  private let channels: [any Channel]
  private let group: MultiThreadedEventLoopGroup
  private let loop: any EventLoop
  private let table: NIOLoopBoundBox<ConnectionTable>
  private let options: StreamOptions
  private let queues: [StreamQueue]
  private let identity: IdentityBox
  private let reports: StreamReportBox

  /// Opens the listening sockets; `start` begins to accept.
  ///
  /// - Parameters:
  ///   - identity: for secure listeners.
  ///   - queues: one per worker.
  /// - Throws: `StreamListenError`.
  public init(
    listening options: StreamOptions, as identity: TLSIdentity?, to queues: [StreamQueue], _ logger: Logger
  ) throws(StreamListenError) {
    let opening = Opening(options, IdentityBox(identity), queues, logger)
    do throws(StreamListenError) {
      (channels, listeners) = try opening.listen(on: options.listeners)
    } catch {
      try? opening.group.syncShutdownGracefully()
      throw error
    }
    (group, loop, table) = (opening.group, opening.loop, opening.table)
    (self.options, self.identity, reports) = (options, opening.identity, opening.reports)
    self.queues = queues
    let (loop, table) = (loop, table)
    for (worker, queue) in queues.enumerated() {
      queue.connect(
        .init {
          loop.execute { table.value.resume(worker) }
        } close: { numbers in
          loop.execute { table.value.sever(numbers) }
        })
    }
  }

  /// Begins to accept connections.
  public func start() {
    for channel in channels { channel.setOption(.autoRead, value: true).whenComplete { _ in } }
    let table = table
    _ = loop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in table.value.closeOverdue() }
  }

  /// Counters of connections.
  public var report: StreamReport { reports.value }

  /// Replaces the identity for new connections.
  public func reload(_ new: TLSIdentity) { identity.value = new }

  /// Stops accepting, reads remaining data for a moment, and closes all connections. The workers must still run;
  /// afterwards all received messages are in their queues.
  public func finish() {
    let (table, deadline) = (table, NIODeadline.now() + options.drainTime)
    for channel in channels { try? channel.close().wait() }
    var last = NIODeadline.now()
    while last < deadline {
      Thread.sleep(forTimeInterval: 0.05)
      let since = last
      last = .now()
      let isLeft = try? loop.submit { table.value.closeQuiet(since: since) }.wait()
      if isLeft != true { break }
    }
    try? loop.submit { table.value.closeAll() }.wait()
    for queue in queues { queue.disconnect() }
    try? group.syncShutdownGracefully()
  }
}

/// The identity for new connections, replaced on reload.
final class IdentityBox: Sendable {
  private let identity: Mutex<TLSIdentity?>

  init(_ identity: TLSIdentity?) { self.identity = Mutex(identity) }

  var value: TLSIdentity? {
    get { identity.withLock { $0 } }
    set { identity.withLock { $0 = newValue } }
  }
}

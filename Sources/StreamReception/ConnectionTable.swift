import Logging
import NIOCore
import NIOSSL
import NetworkBytes
import Synchronization

/// All connections: admission, fairness and timeouts. Confined to the event loop.
final class ConnectionTable {
  private let options: StreamOptions
  private let queues: [StreamQueue]
  private let report: StreamReportBox
  private var log: StreamLog
  private var connections: [UInt32: Connection] = [:]
  private var countByAddress: [IPAddress: Int] = [:]
  private var countByWorker: [Int]
  /// Connections waiting for room in their worker's queue, in order.
  private var paused: [[Connection]]
  private var lastNumber: UInt32 = 0

  init(_ options: StreamOptions, _ queues: [StreamQueue], _ report: StreamReportBox, _ logger: Logger) {
    self.options = options
    self.queues = queues
    self.report = report
    log = StreamLog(logger)
    countByWorker = Array(repeating: 0, count: queues.count)
    paused = Array(repeating: [], count: queues.count)
  }

  // MARK: Beginning

  /// Assigns an accepted connection to the worker with the fewest.
  ///
  /// - Returns: nil if it is refused.
  func admit(_ channel: any Channel, isSecure: Bool) -> Connection? {
    guard let source = channel.remoteAddress.flatMap(Endpoint.init),
      let local = channel.localAddress.flatMap(Endpoint.init)
    else { return nil }
    if let reason = refusal(of: source.address) {
      count(reason)
      let advice =
        reason == .sender
        ? "see exporters.allow and exporters.deny"
        : "\(connections.count) are open; raise streams.maximumConnections or streams.maximumConnectionsPerAddress"
      log.warn(reason, of: source.address, "\(source): connection refused (\(reason.rawValue)); \(advice)")
      return nil
    }
    let worker = countByWorker.indices.min { countByWorker[$0] < countByWorker[$1] } ?? 0
    repeat { lastNumber = max(1, lastNumber &+ 1) } while connections[lastNumber] != nil
    let connection = Connection(
      lastNumber, channel, from: source, to: local, worker: worker, isSecure: isSecure)
    connections[lastNumber] = connection
    countByAddress[source.address, default: 0] += 1
    countByWorker[worker] += 1
    report.update {
      $0.accepted &+= 1
      $0.open += 1
    }
    return connection
  }

  /// Returns why an address may have no further connection.
  private func refusal(of address: IPAddress) -> StreamReport.Reason? {
    if !options.takes(address) { return .sender }
    if connections.count >= options.maximumConnections { return .tooMany }
    let count = countByAddress[address] ?? 0
    return count >= options.maximumConnectionsPerAddress ? .tooManyOfAddress : nil
  }

  // MARK: Messages

  func receive(_ octets: ByteBuffer, on connection: Connection) {
    connection.lastActive = .now()
    connection.framer.append(octets)
    // A waiting connection gets such data only at its end, when the kernel delivers the rest.
    if !connection.isPaused { deliver(connection) }
  }

  private func deliver(_ connection: Connection) {
    do throws(MessageFramer.Fault) {
      if try !connection.deliver(to: queues[connection.worker]) { pause(connection) }
    } catch {
      log.warn(
        .protocolError, of: connection.source.address,
        "\(connection.source), to port \(connection.local.port): \(error); the connection is closed")
      // Nothing can be parsed after it.
      connection.framer = MessageFramer()
      close(connection, .protocolError)
    }
  }

  private func pause(_ connection: Connection) {
    connection.isPaused = true
    paused[connection.worker].append(connection)
    report.update { $0.paused += 1 }
    setReading(connection, false)
  }

  private func setReading(_ connection: Connection, _ isReading: Bool) {
    if connection.isClosed { return }
    try? connection.channel.syncOptions?.setOption(.autoRead, value: isReading)
  }

  /// Resumes connections when a worker's queue has room again.
  func resume(_ worker: Int) {
    var waiting: [Connection] = []
    swap(&waiting, &paused[worker])
    report.update { $0.paused -= waiting.count }
    for (index, connection) in waiting.enumerated() {
      connection.isPaused = false
      connection.lastActive = .now()
      deliver(connection)
      if connection.isPaused {
        // Those after it keep waiting, ahead of this one.
        paused[worker] = waiting[(index + 1)...] + paused[worker]
        report.update { $0.paused += waiting.count - index - 1 }
        return
      }
      setReading(connection, true)
      if connection.isClosed { remove(connection) }
    }
  }

  // MARK: Ending

  private func close(_ connection: Connection, _ reason: StreamReport.Reason) {
    count(reason)
    connection.isRefused = true
    connection.channel.close(promise: nil)
  }

  private func count(_ reason: StreamReport.Reason) { report.update { $0.closed[reason, default: 0] &+= 1 } }

  /// Closes a connection whose client is not allowed.
  func refuse(_ connection: Connection, names: [String]) {
    let text = names.isEmpty ? "no name" : names.joined(separator: ", ")
    log.warn(
      .clientName, of: connection.source.address,
      "\(connection.source): the client certificate is for \(text), which is not in tls.clientNames")
    close(connection, .clientName)
  }

  /// Handles an error of the socket or of TLS.
  func fail(_ connection: Connection, _ error: any Error) {
    let isHandshake = !connection.isOpen && !connection.isRefused && error is NIOSSLError
    guard isHandshake else { return connection.channel.close(promise: nil) }
    log.warn(
      .handshake, of: connection.source.address, "\(connection.source): the TLS handshake failed: \(error)")
    close(connection, .handshake)
  }

  /// Handles a closed channel. Earlier data is delivered.
  func noteClosed(_ connection: Connection) {
    connection.isClosed = true
    if !connection.isOpen, !connection.isRefused { count(.handshake) }
    if !connection.isPaused { remove(connection) }
  }

  private func remove(_ connection: Connection) {
    guard connections.removeValue(forKey: connection.number) != nil else { return }
    connection.end(in: queues[connection.worker])
    let address = connection.source.address
    let left = (countByAddress[address] ?? 1) - 1
    countByAddress[address] = left > 0 ? left : nil
    countByWorker[connection.worker] -= 1
    report.update { $0.open -= 1 }
  }

  /// Closes connections that a worker cannot continue.
  func sever(_ numbers: Set<UInt32>) {
    for number in numbers {
      guard let connection = connections[number], !connection.isClosed else { continue }
      close(connection, .severed)
    }
  }

  /// Closes connections that exceed a timeout. Call about once a second.
  func closeOverdue(_ now: NIODeadline = .now()) {
    for connection in connections.values where !connection.isClosed && !connection.isPaused {
      if let reason = overdue(connection, now) { close(connection, reason) }
    }
  }

  private func overdue(_ connection: Connection, _ now: NIODeadline) -> StreamReport.Reason? {
    if !connection.isOpen {
      // Counted when the channel is closed.
      if now - connection.lastActive > options.handshakeTimeout { connection.channel.close(promise: nil) }
      return nil
    }
    if let began = connection.messageBegan, now - began > options.messageTimeout { return .slowMessage }
    if let idle = options.idleTimeout, now - connection.lastActive > idle { return .idle }
    return nil
  }

  // MARK: The end of all

  /// Closes connections without data since `time`, except those waiting for room.
  ///
  /// - Returns: whether any are left.
  func closeQuiet(since time: NIODeadline) -> Bool {
    for connection in connections.values where !connection.isPaused && connection.lastActive <= time {
      connection.channel.close(promise: nil)
    }
    return !connections.isEmpty
  }

  /// Closes all connections and passes on what they hold, for the workers to take before they end.
  func closeAll() {
    for connection in connections.values.sorted(by: { $0.number < $1.number }) {
      connection.channel.close(promise: nil)
      // Only complete messages; nothing follows a fault.
      _ = try? connection.deliver(to: queues[connection.worker], isForced: true)
      remove(connection)
    }
  }
}

/// The report, shared with other threads.
final class StreamReportBox: Sendable {
  private let report = Mutex(StreamReport())

  var value: StreamReport { report.withLock { $0 } }

  func update(_ body: (inout sending StreamReport) -> Void) { report.withLock { body(&$0) } }
}

extension Endpoint {
  /// Nil if it is not an IP address.
  init?(_ address: SocketAddress) {
    guard let text = address.ipAddress, let ip = IPAddress(text), let port = address.port else { return nil }
    self.init(address: ip, port: UInt16(truncatingIfNeeded: port))
  }
}

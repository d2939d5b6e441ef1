import Capture
import Logging
import NetworkBytes

/// The sockets of all workers: each worker has one for every address, and the kernel spreads exporters over the workers.
struct SocketPlan: ~Copyable {
  let endpoints: [Endpoint]
  /// Of each worker.
  private var sockets: [[Handoff<UDPSocket>]] = []

  /// - Parameter passed: sockets that were passed in; they are used for their addresses. Where none of them is of an address
  ///   that is to be listened to, their own addresses are.
  init(
    _ listen: [Endpoint], workers: Int, buffer: Int, passed: consuming PassedSockets, _ logger: Logger
  ) throws(SocketError) {
    let offered = passed.endpoints
    var endpoints = offered.isEmpty || listen.contains(where: offered.contains) ? listen : offered
    var sockets: [[Handoff<UDPSocket>]] = []
    for worker in 0..<workers {
      var own: [Handoff<UDPSocket>] = []
      for index in endpoints.indices {
        let socket: UDPSocket
        if let descriptor = passed.take(endpoints[index]) {
          socket = try UDPSocket(adopting: descriptor, receiveBuffer: buffer)
        } else {
          socket = try UDPSocket(
            listening: endpoints[index], sharing: worker == 0 ? .opening : .joining, receiveBuffer: buffer)
        }
        endpoints[index] = socket.localEndpoint
        if worker == 0, let advice = socket.receiveBufferAdvice { logger.warning("\(advice)") }
        own.append(Handoff(socket))
      }
      sockets.append(own)
    }
    passed.closeRest(logger)
    self.endpoints = endpoints
    self.sockets = sockets
  }

  /// The next worker's sockets.
  ///
  /// - Parameters:
  ///   - rings: files that it may receive into, what is best first; none: what it has received ends with the process.
  ///   - capacity: octets that can wait for the journal's disk.
  mutating func takeReceiver(_ rings: [String], capacity: Int, _ logger: Logger) throws -> UDPReceiver {
    var receiver = try Self.receiver(rings, capacity: capacity, logger)
    for handoff in sockets.isEmpty ? [] : sockets.removeFirst() {
      if let socket = handoff.take() { receiver.add(socket) }
    }
    return receiver
  }

  static func receiver(_ rings: [String], capacity: Int, _ logger: Logger) throws -> UDPReceiver {
    if rings.isEmpty { return try UDPReceiver() }
    var failure: JournalError?
    for ring in rings {
      do {
        return try UDPReceiver(journalingInto: JournalBuffer(capacity: capacity, in: ring))
      } catch let error as JournalError {
        failure = error
      }
    }
    if let failure {
      logger.error("\(failure); a crash would lose the datagrams that are not in the journal's file yet")
    }
    return try UDPReceiver(journalingInto: JournalBuffer(capacity: capacity))
  }
}

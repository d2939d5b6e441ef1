import Capture
import FlowOutput
import Logging
import NetworkBytes

/// The sockets of all workers: each worker has one per address, and the kernel distributes exporters over the workers.
struct SocketPlan: ~Copyable {
  let endpoints: [ScopedEndpoint]
  private var workers: [Worker] = []
  private var memory = ReceptionMemory()

  private struct Worker {
    var sockets: [Handoff<UDPSocket>] = []
    /// Whether all of them were passed in.
    var arePassedIn = true
  }

  /// - Parameter passed: sockets that were passed in; used for their addresses. If none of them matches a configured
  ///   address, their own addresses are used instead.
  init(
    _ listen: [ScopedEndpoint], workers count: Int, buffer: Int, passed: consuming PassedSockets, _ logger: Logger
  ) throws(SocketError) {
    let listen = listen.map(UDPSocket.named)
    let offered = passed.endpoints
    var endpoints = offered.isEmpty || listen.contains(where: offered.contains) ? listen : offered
    let wanted = endpoints
    for any in wanted where any.address.isUnspecified {
      // It would block a socket to be opened on its address.
      let opened = wanted.filter { $0.address.isV4 && $0.port == any.port && !offered.contains($0) }
      if !opened.isEmpty { passed.closeThoseThatTakeIPv4(any, logger) }
    }
    for number in 0..<count {
      var worker = Worker()
      for index in endpoints.indices {
        let socket: UDPSocket
        if let descriptor = passed.take(endpoints[index]) {
          socket = try UDPSocket(adopting: descriptor, receiveBuffer: buffer)
        } else {
          worker.arePassedIn = false
          socket = try UDPSocket(
            listening: endpoints[index].endpoint, zone: endpoints[index].zone,
            takesIPv4: Self.takesIPv4(wanted[index], among: wanted), sharing: number == 0 ? .opening : .joining,
            receiveBuffer: buffer)
        }
        endpoints[index].endpoint = socket.localEndpoint
        if number == 0 { Self.describe(socket, among: wanted, logger) }
        worker.sockets.append(Handoff(socket))
      }
      workers.append(worker)
    }
    passed.closeRest(logger)
    self.endpoints = endpoints
  }

  /// Returns whether a socket also receives IPv4: that of `::`, unless there are separate IPv4 sockets.
  private static func takesIPv4(_ endpoint: ScopedEndpoint, among all: [ScopedEndpoint]) -> Bool {
    endpoint.address.isUnspecified && !all.contains { $0.address.isV4 && $0.port == endpoint.port }
  }

  /// Logs unexpected properties of a socket.
  private static func describe(_ socket: borrowing UDPSocket, among all: [ScopedEndpoint], _ logger: Logger) {
    if let advice = socket.receiveBufferAdvice { logger.warning("\(advice)") }
    let endpoint = ScopedEndpoint(socket.localEndpoint)
    guard endpoint.address.isUnspecified else { return }
    if socket.takesIPv4 {
      logger.info("\(endpoint) also receives IPv4")
    } else if takesIPv4(endpoint, among: all) {
      logger.warning(
        "\(endpoint) receives IPv6 only: the socket passed in was opened that way; set BindIPv6Only=both in its unit, or stop and start the service"
      )
    } else {
      logger.info("\(endpoint) receives IPv6 only: another listen address receives IPv4 on this port")
    }
  }

  /// Whether the next worker's sockets stay open when this process ends: the process that passed them in holds them too.
  var areNextPassedIn: Bool { workers.first?.arePassedIn ?? false }

  /// Returns a receiver with the next worker's sockets.
  ///
  /// - Parameters:
  ///   - rings: possible files for its buffer, best first; empty for memory that ends with the process.
  ///   - capacity: octets that can wait for the journal's disk.
  mutating func takeReceiver(_ rings: [String], capacity: Int, _ logger: Logger) throws -> UDPReceiver {
    var receiver = try memory.receiver(rings, capacity: capacity, logger)
    for handoff in workers.isEmpty ? [] : workers.removeFirst().sockets {
      if let socket = handoff.take() { receiver.add(socket) }
    }
    return receiver
  }
}

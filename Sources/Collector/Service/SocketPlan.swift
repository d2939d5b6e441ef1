import Capture
import Logging
import NetworkBytes

/// The sockets of all workers: each worker has one for every address, and the kernel spreads exporters over the workers.
struct SocketPlan: ~Copyable {
  let endpoints: [Endpoint]
  private var receivers: [Handoff<UDPReceiver>]

  init(_ listen: [Endpoint], workers: Int, buffer: Int, _ logger: Logger) throws(SocketError) {
    var endpoints = listen
    var receivers: [Handoff<UDPReceiver>] = []
    for worker in 0..<workers {
      var receiver = try UDPReceiver()
      for index in endpoints.indices {
        let socket = try UDPSocket(
          listening: endpoints[index], sharing: worker == 0 ? .opening : .joining, receiveBuffer: buffer)
        endpoints[index] = socket.localEndpoint
        if worker == 0, let advice = socket.receiveBufferAdvice { logger.warning("\(advice)") }
        receiver.add(socket)
      }
      receivers.append(Handoff(receiver))
    }
    self.endpoints = endpoints
    self.receivers = receivers
  }

  /// The sockets of the next worker.
  mutating func takeReceiver() throws(SocketError) -> UDPReceiver {
    guard let receiver = receivers.isEmpty ? nil : receivers.removeFirst().take() else { return try UDPReceiver() }
    return receiver
  }
}

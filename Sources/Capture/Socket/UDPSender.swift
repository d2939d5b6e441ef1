import CSystemCalls
import Glibc
public import NetworkBytes

/// Sends datagrams, singly or many in one system call. Closed when it goes away.
public struct UDPSender: ~Copyable, Sendable {
  /// The address and port that datagrams come from.
  public let localEndpoint: Endpoint

  private let descriptor: Int32
  private var outbox: Outbox

  /// A shortage of buffers on the way out (ENOBUFS) passes within milliseconds or not at all.
  private static let attempts = 1_000

  /// Opens a socket.
  ///
  /// - Parameters:
  ///   - local: Where datagrams are to come from: 0.0.0.0 or `::` leaves the address, and 0 the port, to the kernel.
  ///     It decides between IPv4 and IPv6.
  ///   - batch: Datagrams that `enqueue` gathers for one system call, 1 to 1024.
  public init(from local: Endpoint, batch: Int = 64) throws(SocketError) {
    let outbox = try Outbox(slots: batch)
    let socket = try UDPSocket(sending: local)
    localEndpoint = socket.localEndpoint
    descriptor = socket.release()
    self.outbox = outbox
  }

  /// Opens a socket from which `destination` can be reached.
  public init(to destination: Endpoint, batch: Int = 64) throws(SocketError) {
    let any = destination.address.isV4 ? IPAddress(v4: 0) : .unspecified
    try self.init(from: Endpoint(address: any, port: 0), batch: batch)
  }

  deinit { sagflow_close(descriptor) }

  /// Sends one datagram, after those that were enqueued.
  ///
  /// - Parameter payload: 0 to 65,507 octets (IPv6: 65,527).
  public mutating func send(_ payload: RawSpan, to destination: Endpoint) throws(SocketError) {
    try enqueue(payload, to: destination)
    try flush()
  }

  /// Adds a datagram to those that the next `flush` sends; a full batch goes out at once.
  public mutating func enqueue(_ payload: RawSpan, to destination: Endpoint) throws(SocketError) {
    guard outbox.append(payload, to: destination) else {
      throw SocketError(operation: .send, endpoint: destination, code: EMSGSIZE)
    }
    if outbox.isFull { try flush() }
  }

  /// Sends what was enqueued.
  ///
  /// - Throws: `SocketError` for the first datagram that the kernel refused. That one is dropped, those before it are
  ///   sent, and those after it stay for the next `flush`.
  public mutating func flush() throws(SocketError) {
    var attempt = 0
    while !outbox.isEmpty {
      let sent = outbox.send(from: descriptor)
      if sent > 0 {
        attempt = 0
      } else if -sent == ENOBUFS || -sent == EAGAIN, attempt < Self.attempts {
        attempt += 1
        usleep(1_000)
      } else {
        throw SocketError(operation: .send, endpoint: outbox.dropFirst(), code: -sent)
      }
    }
  }
}

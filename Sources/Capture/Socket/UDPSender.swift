import CSystemCalls
import Glibc
public import NetworkBytes

/// Sends datagrams, individually or many in one system call. Closed when it goes out of scope.
public struct UDPSender: ~Copyable, Sendable {
  /// The address and port that datagrams come from.
  public let localEndpoint: Endpoint

  private let descriptor: Int32
  private var outbox: Outbox

  /// A shortage of send buffers (ENOBUFS) passes within milliseconds or not at all.
  private static let attempts = 1_000

  /// Opens a socket.
  ///
  /// - Parameters:
  ///   - local: Source of the datagrams: 0.0.0.0 or `::` leaves the address, and 0 the port, to the kernel. Determines
  ///     the address family.
  ///   - batch: Datagrams that `enqueue` collects for one system call, 1 to 1024.
  public init(from local: Endpoint, batch: Int = 64) throws(SocketError) {
    let outbox = try Outbox(slots: batch)
    let socket = try UDPSocket(sending: local)
    localEndpoint = socket.localEndpoint
    descriptor = socket.release()
    self.outbox = outbox
  }

  /// Opens a socket suitable for `destination`.
  public init(to destination: Endpoint, batch: Int = 64) throws(SocketError) {
    let any = destination.address.isV4 ? IPAddress(v4: 0) : .unspecified
    try self.init(from: Endpoint(address: any, port: 0), batch: batch)
  }

  deinit { sagflow_close(descriptor) }

  /// Sends a datagram, after those enqueued.
  ///
  /// - Parameter payload: 0 to 65,507 octets (IPv6: 65,527).
  public mutating func send(_ payload: RawSpan, to destination: Endpoint) throws(SocketError) {
    try enqueue(payload, to: destination)
    try flush()
  }

  /// Adds a datagram to the next `flush`; a full batch is sent at once.
  public mutating func enqueue(_ payload: RawSpan, to destination: Endpoint) throws(SocketError) {
    guard outbox.append(payload, to: destination) else {
      throw SocketError(operation: .send, endpoint: destination, code: EMSGSIZE)
    }
    if outbox.isFull { try flush() }
  }

  /// Sends the enqueued datagrams.
  ///
  /// - Throws: `SocketError` for the first datagram that the kernel refused. That one is dropped, earlier ones are
  ///   sent, and later ones remain for the next `flush`.
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

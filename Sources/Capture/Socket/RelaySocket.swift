import CSystemCalls
import Glibc
package import NetworkBytes

/// Where relayed datagrams leave for one other collector.
///
/// Sound: `outbox` comes from the shim, belongs to this object alone and is freed once. It is used by one thread at a time.
@safe
package final class RelaySocket: @unchecked Sendable {
  /// What became of a call of `send`.
  package struct Sent {
    /// Datagrams that the kernel took.
    package let count: Int
    /// Behind them; with an error the position of the datagram that it is of.
    package let next: UInt64
    /// The errno value that the next datagram was refused with; 0: none.
    package let error: Int32
  }

  let descriptor: Int32
  private let outbox: OpaquePointer

  /// Opens a socket.
  ///
  /// - Parameter keepsSource: whether datagrams come from the exporter's own address and port; that needs CAP_NET_RAW.
  package convenience init(to destination: Endpoint, keepsSource: Bool) throws(SocketError) {
    let descriptor = sagflow_relay_socket(destination.c, keepsSource ? 1 : 0)
    guard descriptor >= 0 else {
      throw SocketError(operation: keepsSource ? .keepSource : .send, endpoint: destination, code: -descriptor)
    }
    try self.init(descriptor, destination, keepsSource: keepsSource)
  }

  /// Takes over a socket that has a peer.
  package convenience init(connected descriptor: Int32) throws(SocketError) {
    try self.init(descriptor, Endpoint(address: .unspecified, port: 0), keepsSource: false)
  }

  private init(_ descriptor: Int32, _ destination: Endpoint, keepsSource: Bool) throws(SocketError) {
    guard let outbox = unsafe sagflow_relay_outbox_create(destination.c, keepsSource ? 1 : 0) else {
      sagflow_close(descriptor)
      throw SocketError(operation: .allocate, endpoint: nil, code: ENOMEM)
    }
    self.descriptor = descriptor
    unsafe self.outbox = unsafe outbox
  }

  deinit {
    unsafe sagflow_relay_outbox_destroy(outbox)
    sagflow_close(descriptor)
  }

  /// Sends what waits from `position` on and before `end`, as many as one call takes; never blocks.
  package func send(_ buffer: RelayBuffer, from position: UInt64, before end: UInt64) -> Sent {
    let sent = unsafe sagflow_relay_send(buffer.ring, outbox, descriptor, position, end)
    return Sent(count: Int(sent.count), next: sent.next, error: -sent.error)
  }

  /// Clears errors that other hosts have reported.
  package func clearErrors() { _ = sagflow_relay_reported(descriptor) }

  /// Whether an address is one of this host's own.
  package static func isOwn(_ address: IPAddress) -> Bool {
    do throws(SocketError) {
      _ = try UDPSocket(sending: Endpoint(address: address, port: 0))
      return true
    } catch {
      return false
    }
  }
}

/// The headers that a datagram is relayed with when it keeps its sender.
package enum RelayPacket {
  /// IPv4, without the identification and checksum that the kernel fills in, or IPv6; and UDP with its checksum.
  ///
  /// - Returns: nil if the addresses are of two families, or the payload is too long.
  package static func headers(from source: Endpoint, to destination: Endpoint, _ payload: [UInt8]) -> [UInt8]? {
    var headers = [UInt8](repeating: 0, count: Int(SAGFLOW_RELAY_HEADERS))
    // Sound: the shim writes at most so many octets, and reads the payload's length.
    let count = unsafe sagflow_relay_headers(&headers, source.c, destination.c, payload, UInt32(payload.count))
    return count < 0 ? nil : Array(headers.prefix(Int(count)))
  }
}

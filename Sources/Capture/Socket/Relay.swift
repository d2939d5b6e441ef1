// The relay's buffer and sockets. All of this module's unsafe access to them is here.

import CSystemCalls
import Glibc
package import NetworkBytes
import Synchronization

/// A bounded ring buffer of received datagrams to be relayed, each with its sender.
///
/// The receiver appends and never waits; one other thread reads.
///
/// Sound: `ring` comes from the shim and is freed once, after both sides have released this object. The receiving side
/// changes released octets and then `head`, the reading side `tail` and the content between both, each with single
/// stores that the other side loads.
@safe
public final class RelayBuffer: @unchecked Sendable {
  /// A waiting datagram.
  package struct Record {
    package let source: Endpoint
    /// Octets of the datagram.
    package let length: Int
    /// Whether it must not be sent.
    package let isLeftOut: Bool
    /// Position after it.
    package let next: UInt64
  }

  let ring: OpaquePointer
  private let signal: WakeUp
  /// Whether the reading side waits for datagrams.
  private let isAsleep = Atomic(false)

  /// - Parameter capacity: octets of datagrams and their senders; at least 256 KiB.
  public init(capacity: Int) throws(SocketError) {
    signal = try WakeUp()
    guard let ring = unsafe sagflow_relay_create(max(0, capacity)) else {
      throw SocketError(operation: .allocate, endpoint: nil, code: ENOMEM)
    }
    unsafe self.ring = unsafe ring
  }

  deinit { unsafe sagflow_relay_destroy(ring) }

  /// Maximum octets.
  package var capacity: UInt64 { UInt64(unsafe sagflow_relay_capacity(ring)) }

  // MARK: The receiving side

  /// Wakes the reading side if it waits.
  func noteAppended() {
    // Both sides store, then load: at least one of them sees the other's store.
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    if isAsleep.load(ordering: .relaxed) { signal.wake() }
  }

  // MARK: The reading side

  /// The position after the last waiting datagram.
  package var head: UInt64 { unsafe sagflow_relay_head(ring) }

  /// Returns the record at `position`, which must be before the head.
  package func record(at position: UInt64) -> Record {
    let record = unsafe sagflow_relay_record(ring, position)
    return Record(
      source: Endpoint(record.source), length: Int(record.length), isLeftOut: record.is_left_out != 0,
      next: record.next)
  }

  /// Excludes the record at `position` from sending to any target.
  package func leaveOut(_ position: UInt64) { unsafe sagflow_relay_leave_out(ring, position) }

  /// Releases the content before `position`.
  package func release(upTo position: UInt64) { unsafe sagflow_relay_release(ring, position) }

  /// Waits until there is data after `position`, one of the sockets is writable, `wake` was called, or the timeout has
  /// passed.
  ///
  /// - Parameters:
  ///   - blocked: sockets that were blocked.
  ///   - timeout: milliseconds.
  package func wait(behind position: UInt64, or blocked: [RelaySocket], timeout: Int32) {
    isAsleep.store(true, ordering: .relaxed)
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    if head == position {
      var polled = blocked.map { pollfd(fd: $0.descriptor, events: Int16(POLLOUT), revents: 0) }
      polled.append(pollfd(fd: signal.descriptor, events: Int16(POLLIN), revents: 0))
      _ = pollDescriptors(&polled, timeout: timeout)
    }
    isAsleep.store(false, ordering: .relaxed)
    signal.acknowledge()
  }

  /// Ends a `wait`, from any thread.
  package func wake() { signal.wake() }
}

/// The socket that relays datagrams to one collector.
///
/// Sound: `outbox` comes from the shim, is owned by this object and freed once. It is used by one thread at a time.
@safe
package final class RelaySocket: @unchecked Sendable {
  /// The result of `send`.
  package struct Sent {
    /// Datagrams accepted by the kernel.
    package let count: Int
    /// Position after them; with an error, the position of the datagram that failed.
    package let next: UInt64
    /// The errno value for the next datagram; 0 for none.
    package let error: Int32
  }

  let descriptor: Int32
  private let outbox: OpaquePointer

  /// Opens a socket.
  ///
  /// - Parameter keepsSource: whether datagrams keep the exporter's address and port, which requires CAP_NET_RAW.
  package convenience init(to destination: Endpoint, keepsSource: Bool) throws(SocketError) {
    let descriptor = sagflow_relay_socket(destination.c, keepsSource ? 1 : 0)
    guard descriptor >= 0 else {
      throw SocketError(operation: keepsSource ? .keepSource : .send, endpoint: destination, code: -descriptor)
    }
    try self.init(descriptor, destination, keepsSource: keepsSource)
  }

  /// Takes over a connected socket.
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

  /// Sends waiting datagrams from `position` up to `end`, as many as one call accepts; never blocks.
  package func send(_ buffer: RelayBuffer, from position: UInt64, before end: UInt64) -> Sent {
    let sent = unsafe sagflow_relay_send(buffer.ring, outbox, descriptor, position, end)
    return Sent(count: Int(sent.count), next: sent.next, error: -sent.error)
  }

  /// Clears errors reported by other hosts.
  package func clearErrors() { _ = sagflow_relay_reported(descriptor) }

  /// Returns whether an address belongs to this host.
  package static func isOwn(_ address: IPAddress) -> Bool {
    do throws(SocketError) {
      _ = try UDPSocket(sending: Endpoint(address: address, port: 0))
      return true
    } catch {
      return false
    }
  }
}

/// Headers of a relayed datagram that keeps its source.
package enum RelayPacket {
  /// Returns IPv4 headers, without the identification and checksum that the kernel fills in, or IPv6 headers; and UDP
  /// with its checksum.
  ///
  /// - Returns: nil if the addresses are of different families, or the payload is too long.
  package static func headers(from source: Endpoint, to destination: Endpoint, _ payload: [UInt8]) -> [UInt8]? {
    var headers = [UInt8](repeating: 0, count: Int(SAGFLOW_RELAY_HEADERS))
    // Sound: the shim writes at most the capacity, and reads the payload's length.
    let count = unsafe sagflow_relay_headers(&headers, source.c, destination.c, payload, UInt32(payload.count))
    return count < 0 ? nil : Array(headers.prefix(Int(count)))
  }
}

// What datagrams are relayed with: the memory that they wait in, and the sockets that they leave by. All of this module's unsafe
// access to either is here.

import CSystemCalls
import Glibc
package import NetworkBytes
import Synchronization

/// Received datagrams that wait to be sent on, each with its sender: a bounded ring of octets.
///
/// The receiver that it is given to appends to it and never waits; one other thread reads.
///
/// Sound: `ring` comes from the shim and is freed once, after both sides have let go of this object. The receiving side changes
/// octets that were released and then `head`, the reading side `tail` and what is between the two, each of both by single stores
/// that the other side loads.
@safe
public final class RelayBuffer: @unchecked Sendable {
  /// A datagram that waits.
  package struct Record {
    package let source: Endpoint
    /// Octets of the datagram.
    package let length: Int
    /// Whether it is not to be sent.
    package let isLeftOut: Bool
    /// The position behind it.
    package let next: UInt64
  }

  let ring: OpaquePointer
  private let signal: WakeUp
  /// Whether the reading side waits for datagrams.
  private let isAsleep = Atomic(false)

  /// - Parameter capacity: octets of datagrams and their senders; 256 KiB at least.
  public init(capacity: Int) throws(SocketError) {
    signal = try WakeUp()
    guard let ring = unsafe sagflow_relay_create(max(0, capacity)) else {
      throw SocketError(operation: .allocate, endpoint: nil, code: ENOMEM)
    }
    unsafe self.ring = unsafe ring
  }

  deinit { unsafe sagflow_relay_destroy(ring) }

  /// Octets that it holds at most.
  package var capacity: UInt64 { UInt64(unsafe sagflow_relay_capacity(ring)) }

  // MARK: The receiving side

  /// Wakes the reading side if it waits.
  func noteAppended() {
    // Both sides store, then load: one of them sees the other.
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    if isAsleep.load(ordering: .relaxed) { signal.wake() }
  }

  // MARK: The reading side

  /// The position behind all that waits.
  package var head: UInt64 { unsafe sagflow_relay_head(ring) }

  /// The record at `position`, which is before the head.
  package func record(at position: UInt64) -> Record {
    let record = unsafe sagflow_relay_record(ring, position)
    return Record(
      source: Endpoint(record.source), length: Int(record.length), isLeftOut: record.is_left_out != 0,
      next: record.next)
  }

  /// Has the record at `position` not be sent to anybody.
  package func leaveOut(_ position: UInt64) { unsafe sagflow_relay_leave_out(ring, position) }

  /// Nobody needs what is before `position` any longer.
  package func release(upTo position: UInt64) { unsafe sagflow_relay_release(ring, position) }

  /// Waits until there is something behind `position`, one of the sockets takes datagrams again, `wake` was called, or the time is
  /// over.
  ///
  /// - Parameters:
  ///   - blocked: sockets that took nothing.
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

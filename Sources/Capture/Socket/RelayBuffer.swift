// The memory that datagrams wait in to be relayed. All of this module's unsafe access to it is here.

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

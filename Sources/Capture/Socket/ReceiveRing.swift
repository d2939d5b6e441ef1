// The memory that datagrams are received into. All of this module's unsafe access to it stands here.

import CSockets
import Glibc
import NetworkBytes

/// Slots for the datagrams of one recvmmsg call. Each holds any UDP datagram whole; memory that no datagram has reached
/// is never touched, so 64 slots of the usual datagrams take 256 KiB.
///
/// Sound: `ring` comes from the shim, belongs to this value alone and is freed once; indices are checked against
/// `count`, below which the shim has filled the slots; spans into the slots cannot outlive the borrow of this value,
/// which `receive` ends because it is `mutating`. Nothing in it is tied to a thread, hence Sendable.
@safe
struct ReceiveRing: ~Copyable, @unchecked Sendable {
  private let ring: UnsafeMutablePointer<sagflow_ring>
  /// Datagrams that the last `receive` brought.
  private(set) var count = 0

  /// - Parameter slots: The most datagrams taken at a time, 1 to 1024.
  init(slots: Int) throws(SocketError) {
    guard let ring = unsafe sagflow_ring_create(UInt32(clamping: slots)) else {
      throw SocketError(operation: .allocate, endpoint: nil, code: ENOMEM)
    }
    unsafe self.ring = unsafe ring
  }

  /// A ring in a file, so that what was received outlives the process until it is in the journal.
  init(slots: Int, in path: String) throws(JournalError) {
    // Sound: the string is lent, zero-terminated, for the call.
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw JournalError(operation: "open", path: path, code: errno) }
    defer { close(descriptor) }
    // In a folder that all may write into, somebody else may have made it.
    var status = stat()
    // Sound: the call fills this frame's own.
    guard unsafe fstat(descriptor, &status) == 0, status.st_uid == geteuid(), status.st_mode & S_IFMT == S_IFREG else {
      throw JournalError(operation: "use", path: path, code: EPERM)
    }
    guard let ring = unsafe sagflow_ring_map(UInt32(clamping: slots), descriptor) else {
      throw JournalError(operation: "make room in", path: path, code: errno)
    }
    unsafe self.ring = unsafe ring
  }

  deinit { unsafe sagflow_ring_destroy(ring) }

  /// Has what an earlier process left in the ring's file be the batch, as if it had just been received. To be called first
  /// of all.
  mutating func takeLeft() -> sagflow_left {
    let left = unsafe sagflow_ring_left(ring)
    count = max(0, Int(left.count))
    return left
  }

  /// Datagrams that are neither in the journal nor given up; of a ring that ends with the process, those of the last batch.
  var unsettled: Int { Int(unsafe ring.pointee.used) }

  /// Appends what is not settled to a capture file of `offset` octets; octets written, or a negative errno.
  mutating func append(to descriptor: Int32, at offset: UInt64, as local: sagflow_endpoint) -> Int64 {
    unsafe sagflow_ring_journal(ring, descriptor, offset, local)
  }

  /// All of it is in the journal, or given up.
  mutating func settle() { unsafe sagflow_ring_settle(ring) }

  var slots: Int { Int(unsafe ring.pointee.slots) }

  /// Takes what waits at the socket, without blocking. What the slots held before is gone.
  ///
  /// - Parameter place: the journal's segment, and how long it is.
  mutating func receive(
    _ most: Int, from descriptor: Int32, before place: (segment: UInt64, offset: UInt64)
  ) -> sagflow_batch {
    let batch = unsafe sagflow_ring_receive(
      ring, descriptor, UInt32(clamping: most), place.segment, place.offset)
    count = max(0, Int(batch.count))
    return batch
  }

  mutating func clear() { count = 0 }

  /// Datagram `index`, below `count`.
  @_lifetime(borrow self)
  func datagram(_ index: Int) -> Datagram {
    precondition(index >= 0 && index < count)
    let slot = Int(unsafe ring.pointee.first) &+ index
    let received = unsafe ring.pointee.received[slot]
    let start = unsafe ring.pointee.octets + slot &* Int(ring.pointee.stride)
    let octets = unsafe UnsafeRawBufferPointer(start: start, count: Int(received.length))
    let bytes = unsafe _overrideLifetime(octets.bytes, borrowing: self)
    return Datagram(bytes: bytes, source: Endpoint(received.source), arrival: received.arrival)
  }
}

// The memory that datagrams are sent from. All of this module's unsafe access to it stands here.

import CSystemCalls
import Glibc
import NetworkBytes

/// Datagrams that wait for one sendmmsg call.
///
/// Sound: `box` comes from the shim, belongs to this value alone and is freed once; each slot holds `stride` octets, and
/// lengths and indices are checked against `stride` and `slots`. Nothing in it is tied to a thread, hence Sendable.
@safe
struct Outbox: ~Copyable, @unchecked Sendable {
  private let box: UnsafeMutablePointer<sagflow_outbox>
  /// Slots `first..<end` wait; those before were sent.
  private var first = 0
  private var end = 0

  init(slots: Int) throws(SocketError) {
    guard let box = unsafe sagflow_outbox_create(UInt32(clamping: slots)) else {
      throw SocketError(operation: .allocate, endpoint: nil, code: ENOMEM)
    }
    unsafe self.box = unsafe box
  }

  deinit { unsafe sagflow_outbox_destroy(box) }

  var isEmpty: Bool { first == end }
  var isFull: Bool { end == Int(unsafe box.pointee.slots) }

  /// Copies a datagram into the next slot, of which there is one because a full outbox is sent first.
  ///
  /// - Returns: false if it is longer than any UDP datagram, or the outbox is full.
  mutating func append(_ payload: RawSpan, to destination: Endpoint) -> Bool {
    guard payload.byteCount <= 65_535, !isFull else { return false }
    let start = unsafe box.pointee.octets + end &* Int(box.pointee.stride)
    let slot = unsafe UnsafeMutableRawBufferPointer(start: start, count: 65_535)
    unsafe payload.withUnsafeBytes { octets in unsafe slot.copyMemory(from: octets) }
    unsafe box.pointee.lengths[end] = UInt32(payload.byteCount)
    unsafe box.pointee.destinations[end] = destination.c
    end += 1
    return true
  }

  /// Sends what waits, as far as one call goes.
  ///
  /// - Returns: How many datagrams went, or a negative errno value.
  mutating func send(from descriptor: Int32) -> Int32 {
    let sent = unsafe sagflow_outbox_send(box, descriptor, UInt32(first), UInt32(end - first))
    if sent > 0 { first += Int(sent) }
    rewind()
    return sent
  }

  /// Gives up the datagram that waits first.
  ///
  /// - Returns: Where it was to go; nil if none waits.
  mutating func dropFirst() -> Endpoint? {
    guard !isEmpty else { return nil }
    let destination = Endpoint(unsafe box.pointee.destinations[first])
    first += 1
    rewind()
    return destination
  }

  private mutating func rewind() {
    if isEmpty { (first, end) = (0, 0) }
  }
}

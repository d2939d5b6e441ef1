// The memory that datagrams are received into and sent from. All of this module's unsafe access to it is in this file.

import CSystemCalls
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
  /// Whose memory it is, if it is not the ring's own.
  private let buffer: JournalBuffer?
  /// Datagrams that the last `receive` brought.
  private(set) var count = 0

  /// - Parameter slots: The most datagrams taken at a time, 1 to 1024.
  init(slots: Int) throws(SocketError) {
    guard let ring = unsafe sagflow_ring_create(UInt32(clamping: slots)) else {
      throw SocketError(operation: .allocate, endpoint: nil, code: ENOMEM)
    }
    unsafe self.ring = unsafe ring
    buffer = nil
  }

  /// The slots of a journal's memory; what an earlier process received last and did not journal is in them as if it had just
  /// been received.
  init(_ buffer: JournalBuffer) {
    unsafe ring = buffer.ring
    self.buffer = buffer
    count = Int(unsafe sagflow_ring_left(ring))
  }

  deinit {
    if buffer == nil { unsafe sagflow_ring_destroy(ring) }
  }

  var slots: Int { Int(unsafe ring.pointee.slots) }

  /// Appends the last batch to the journal.
  ///
  /// - Returns: octets; nil if there is none, or no room in it.
  mutating func journal(as local: sagflow_endpoint) -> Int? {
    guard buffer != nil else { return nil }
    let octets = unsafe sagflow_journal_append(ring, local)
    if octets >= 0 { return Int(octets) }
    skip()
    return nil
  }

  /// Appends a message over a connection, or the connection's end, to the journal.
  ///
  /// - Returns: octets; nil if there is no journal, no room in it, or the message has more than 65,535 octets.
  mutating func journal(_ datagram: borrowing Datagram, to local: sagflow_endpoint) -> Int? {
    guard buffer != nil, let part = datagram.stream else { return nil }
    let bytes = datagram.bytes
    // Sound: the octets are copied before the call returns.
    let octets = unsafe bytes.withUnsafeBytes { octets in
      var segment = unsafe sagflow_segment(
        source: datagram.source.c, local: local, arrival: datagram.arrival, connection: part.connection,
        sequence: JournaledSegment.sequence(of: part), flags: JournaledSegment.flags(of: part.event),
        octets: octets.baseAddress?.assumingMemoryBound(to: UInt8.self), length: UInt32(clamping: octets.count))
      return unsafe sagflow_journal_append_segment(ring, &segment)
    }
    return octets >= 0 ? Int(octets) : nil
  }

  /// The last batch will not be in the journal.
  mutating func skip() {
    if buffer != nil { unsafe sagflow_journal_skip(ring) }
  }

  /// Appends the last batch to what waits to be relayed.
  ///
  /// - Returns: how many of its first datagrams there was room for.
  func relay(into buffer: RelayBuffer) -> Int {
    if count == 0 { return 0 }
    let taken = unsafe sagflow_relay_append(buffer.ring, ring)
    buffer.noteAppended()
    return Int(taken)
  }

  /// Takes what waits at the socket of this port, without blocking. What the slots held before is gone.
  mutating func receive(from descriptor: Int32, port: UInt16) -> sagflow_batch {
    let batch = unsafe sagflow_ring_receive(ring, descriptor, port)
    count = max(0, Int(batch.count))
    return batch
  }

  mutating func clear() { count = 0 }

  /// The port that the last batch was sent to; 0: not known.
  var localPort: UInt16 { unsafe ring.pointee.local_port }

  /// Datagram `index`, below `count`.
  @_lifetime(borrow self)
  func datagram(_ index: Int) -> Datagram {
    precondition(index >= 0 && index < count)
    let received = unsafe ring.pointee.received[index]
    let start = unsafe ring.pointee.octets + index &* Int(ring.pointee.stride)
    let octets = unsafe UnsafeRawBufferPointer(start: start, count: Int(received.length))
    let bytes = unsafe _overrideLifetime(octets.bytes, borrowing: self)
    return Datagram(
      bytes: bytes, source: Endpoint(received.source), localPort: localPort, arrival: received.arrival)
  }
}

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

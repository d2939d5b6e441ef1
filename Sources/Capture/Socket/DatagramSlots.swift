// The memory of received and sent datagrams. All of this module's unsafe access to it is in this file.

import CSystemCalls
import Glibc
import NetworkBytes

/// Slots for the datagrams of one recvmmsg call. Each holds any UDP datagram; unused memory is never touched, so 64
/// slots of usual datagrams take 256 KiB.
///
/// Sound: `ring` comes from the shim, is owned by this value and freed once; indices are checked against `count`, below
/// which the shim has filled the slots; spans into the slots cannot outlive the borrow of this value, which `receive`
/// ends because it is `mutating`. Nothing in it is tied to a thread, hence Sendable.
@safe
struct ReceiveRing: ~Copyable, @unchecked Sendable {
  private let ring: UnsafeMutablePointer<sagflow_ring>
  /// The owner of the memory; nil if the ring owns it.
  private let buffer: JournalBuffer?
  /// Number of datagrams from the last `receive`.
  private(set) var count = 0

  /// - Parameter slots: Maximum datagrams per batch, 1 to 1024.
  init(slots: Int) throws(SocketError) {
    guard let ring = unsafe sagflow_ring_create(UInt32(clamping: slots)) else {
      throw SocketError(operation: .allocate, endpoint: nil, code: ENOMEM)
    }
    unsafe self.ring = unsafe ring
    buffer = nil
  }

  /// Uses the slots of a journal's memory; what an earlier process received last and did not journal becomes the first
  /// batch.
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
  /// - Returns: octets; nil if there is no journal, or no room in it.
  mutating func journal(as local: sagflow_endpoint) -> Int? {
    guard buffer != nil else { return nil }
    let octets = unsafe sagflow_journal_append(ring, local)
    if octets >= 0 { return Int(octets) }
    skip()
    return nil
  }

  /// Appends a message over a connection, or the connection's end, to the journal.
  ///
  /// - Returns: octets; nil if there is no journal, no room in it, or the message exceeds 65,535 octets.
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

  /// Excludes the last batch from the journal.
  mutating func skip() {
    if buffer != nil { unsafe sagflow_journal_skip(ring) }
  }

  /// Appends the last batch to a relay buffer.
  ///
  /// - Returns: the number of datagrams that fit, from the first.
  func relay(into buffer: RelayBuffer) -> Int {
    if count == 0 { return 0 }
    let taken = unsafe sagflow_relay_append(buffer.ring, ring)
    buffer.noteAppended()
    return Int(taken)
  }

  /// Receives what waits at the socket of this port, without blocking, replacing the previous batch.
  mutating func receive(from descriptor: Int32, port: UInt16) -> sagflow_batch {
    let batch = unsafe sagflow_ring_receive(ring, descriptor, port)
    count = max(0, Int(batch.count))
    return batch
  }

  mutating func clear() { count = 0 }

  /// Destination port of the last batch; 0 if unknown.
  var localPort: UInt16 { unsafe ring.pointee.local_port }

  /// Returns a datagram; `index` must be below `count`.
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

/// Datagrams waiting for one sendmmsg call.
///
/// Sound: `box` comes from the shim, is owned by this value and freed once; each slot holds `stride` octets, and
/// lengths and indices are checked against `stride` and `slots`. Nothing in it is tied to a thread, hence Sendable.
@safe
struct Outbox: ~Copyable, @unchecked Sendable {
  private let box: UnsafeMutablePointer<sagflow_outbox>
  /// Slots `first..<end` wait; earlier ones were sent.
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

  /// Copies a datagram into the next slot; a full outbox must be sent first.
  ///
  /// - Returns: false if it exceeds the size of a UDP datagram, or the outbox is full.
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

  /// Sends waiting datagrams with one call.
  ///
  /// - Returns: the number of datagrams sent, or a negative errno value.
  mutating func send(from descriptor: Int32) -> Int32 {
    let sent = unsafe sagflow_outbox_send(box, descriptor, UInt32(first), UInt32(end - first))
    if sent > 0 { first += Int(sent) }
    rewind()
    return sent
  }

  /// Drops the first waiting datagram.
  ///
  /// - Returns: Its destination; nil if none waits.
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

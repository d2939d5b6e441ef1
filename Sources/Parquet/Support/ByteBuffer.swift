import NetworkBytes

/// Growing byte buffer that keeps its memory when emptied and lends its free tail to encoders.
package struct ByteBuffer: ~Copyable, Sendable {
  /// Always initialized to its end, so that lent bytes are initialized; bytes past `count` are undefined.
  private var storage: [UInt8]
  package private(set) var count = 0

  package init(capacity: Int = 64) {
    storage = Array(repeating: 0, count: max(capacity, 8))
  }

  package var isEmpty: Bool { count == 0 }

  /// Bytes written so far.
  package var span: Span<UInt8> {
    @_lifetime(borrow self) get { storage.span.extracting(0..<count) }
  }

  package mutating func removeAll() {
    count = 0
  }

  /// Removes the bytes from `newCount` on.
  package mutating func truncate(to newCount: Int) {
    precondition(newCount >= 0 && newCount <= count)
    count = newCount
  }

  /// Makes room for `extra` more bytes. Doubles the size, so that appending takes amortized constant time.
  package mutating func reserve(_ extra: Int) {
    precondition(extra >= 0)
    let needed = count + extra
    if needed <= storage.count { return }
    let target = max(needed, storage.count * 2)
    storage.append(contentsOf: repeatElement(0, count: target - storage.count))
  }

  /// Lends `body` at least `room` bytes after the last one and keeps as many of them as it returns.
  @inline(__always)
  package mutating func append(atMost room: Int, _ body: (inout MutableRawSpan) -> Int) {
    reserve(room)
    let start = count
    var all = storage.mutableSpan
    var free = all._mutatingExtracting(start...)
    var bytes = free.mutableOctets
    let written = body(&bytes)
    precondition(written >= 0 && written <= storage.count - start)
    count = start &+ written
  }

  package mutating func append(_ octet: UInt8) {
    if count == storage.count { reserve(1) }
    storage[count] = octet
    count &+= 1
  }

  package mutating func append(_ octets: Span<UInt8>) {
    append(integers: octets)
  }

  /// Appends integers as they are in memory, which is little-endian.
  package mutating func append<Value: FixedWidthInteger & BitwiseCopyable>(integers: Span<Value>) {
    let octets = integers.octets
    append(atMost: octets.byteCount) { free in
      free.copyBeginning(from: octets)
      return octets.byteCount
    }
  }

  /// Appends the octets of `other` in `range`.
  package mutating func append(_ other: borrowing ByteBuffer, _ range: Range<Int>) {
    append(other.span.extracting(range))
  }

  package mutating func append(littleEndian value: UInt32) {
    for index in 0..<4 { append(UInt8(truncatingIfNeeded: value &>> UInt32(8 &* index))) }
  }

  /// Replaces the four octets at `offset`.
  package mutating func replace(at offset: Int, littleEndian value: UInt32) {
    precondition(offset >= 0 && offset &+ 4 <= count)
    for index in 0..<4 { storage[offset &+ index] = UInt8(truncatingIfNeeded: value &>> UInt32(8 &* index)) }
  }

  /// Appends an unsigned LEB128: seven bits per octet, least significant first.
  package mutating func append(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest &>>= 7
    }
    append(UInt8(truncatingIfNeeded: rest))
  }
}

// Integers from borrowed memory, and memory viewed as octets: checked loads in network byte order and in little-endian
// order. For large tables: prefetching an element, and huge pages.
//
// This file is the only one on the decode path, and the only one of this module, that uses `unsafe`. Each load is
// guarded by a bounds check of the standard library (`unsafeLoadUnaligned(fromByteOffset:)` checks;
// `fromUncheckedByteOffset:` does not and is guarded by a precondition), and loads only integers, for which every bit
// pattern is valid.

public import CSystemCalls

extension RawSpan {
  /// Returns the octet at `offset`. Traps if `offset` is out of bounds, as all loads here do; callers check lengths
  /// first.
  @inlinable @inline(__always)
  public func octet(_ offset: Int) -> UInt8 {
    unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self)
  }

  /// Returns two octets at `offset`, network byte order.
  @inlinable @inline(__always)
  public func be16(_ offset: Int) -> UInt16 {
    unsafe UInt16(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  /// Returns four octets at `offset`, network byte order.
  @inlinable @inline(__always)
  public func be32(_ offset: Int) -> UInt32 {
    unsafe UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  /// Returns eight octets at `offset`, network byte order.
  @inlinable @inline(__always)
  public func be64(_ offset: Int) -> UInt64 {
    unsafe UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// Returns four octets at `offset`, little-endian.
  @inlinable @inline(__always)
  public func le32(_ offset: Int) -> UInt32 { be32(offset).byteSwapped }

  /// Returns eight octets at `offset`, little-endian.
  @inlinable @inline(__always)
  public func le64(_ offset: Int) -> UInt64 { be64(offset).byteSwapped }

  /// Returns `count` (0...8) octets at `offset` as an unsigned integer, network byte order.
  @inlinable @inline(__always)
  public func unsigned(_ offset: Int, count: Int) -> UInt64 {
    switch count {
    case 1: return UInt64(octet(offset))
    case 2: return UInt64(be16(offset))
    case 4: return UInt64(be32(offset))
    case 8: return be64(offset)
    default:
      precondition(count >= 0 && count < 8)
      var value: UInt64 = 0
      for index in 0..<count { value = value << 8 | UInt64(octet(offset &+ index)) }
      return value
    }
  }

  /// Returns a copy of the bytes, where allocation is acceptable.
  @inlinable
  public func copied() -> [UInt8] {
    // Sound: the octets are borrowed for the copy.
    unsafe withUnsafeBytes { unsafe Array($0) }
  }
}

extension RecordsView {
  @inlinable @inline(__always)
  public func octet(_ record: Int, at field: Int) -> UInt8 {
    unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: start(record, field, 1), as: UInt8.self)
  }

  @inlinable @inline(__always)
  public func be16(_ record: Int, at field: Int) -> UInt16 {
    unsafe UInt16(
      bigEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: start(record, field, 2), as: UInt16.self))
  }

  @inlinable @inline(__always)
  public func be32(_ record: Int, at field: Int) -> UInt32 {
    unsafe UInt32(
      bigEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: start(record, field, 4), as: UInt32.self))
  }

  @inlinable @inline(__always)
  public func be64(_ record: Int, at field: Int) -> UInt64 {
    unsafe UInt64(
      bigEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: start(record, field, 8), as: UInt64.self))
  }
}

extension Array where Element == UInt8 {
  /// The array's bytes, borrowed.
  @inlinable
  public var rawSpan: RawSpan {
    @_lifetime(borrow self) get {
      // Sound: UInt8 has no padding and is trivially copyable; the view cannot outlive the array.
      unsafe span.bytes
    }
  }

  /// Appends a copy of the bytes.
  @inlinable
  public mutating func append(copying bytes: RawSpan) {
    // Sound: the octets are borrowed for the copy.
    unsafe bytes.withUnsafeBytes { unsafe append(contentsOf: $0) }
  }
}

extension Span where Element: FixedWidthInteger & BitwiseCopyable {
  /// The integers as stored in memory.
  @inlinable
  public var octets: RawSpan {
    // Sound: a fixed-width integer has no padding, and the view lives no longer than the span.
    @_lifetime(copy self) @inline(__always) get { unsafe bytes }
  }
}

extension MutableSpan<UInt8> {
  /// The octets, for storing integers.
  @inlinable
  public var mutableOctets: MutableRawSpan {
    // Sound: UInt8 has no padding and any bit pattern is valid, so stores of integers cannot break the memory's owner.
    @_lifetime(&self) @inline(__always) mutating get { unsafe mutableBytes }
  }
}

extension MutableRawSpan {
  /// Replaces the first octets. Traps if there are fewer than `octets`.
  @inlinable @inline(__always)
  @_lifetime(self: copy self)
  public mutating func copyBeginning(from octets: RawSpan) {
    unsafe withUnsafeMutableBytes { target in
      // Sound: copies no more than `target` holds (it traps otherwise), from memory that does not overlap `target`.
      unsafe octets.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
    }
  }
}

extension Span where Element: BitwiseCopyable {
  /// Has the processor fetch an element that will be needed soon, and goes on without it.
  @inlinable @inline(__always)
  public func prefetch(_ index: Int) {
    precondition(indices.contains(index))
    // Sound: the addresses are those of an element, and nothing is read through them.
    unsafe withUnsafeBytes { octets in
      guard let base = octets.baseAddress else { return }
      let element = unsafe base + index &* MemoryLayout<Element>.stride
      for line in stride(from: 0, to: MemoryLayout<Element>.stride, by: 64) {
        unsafe sagflow_memory_prefetch(element + line)
      }
      // A long one that begins within a line ends within another.
      if MemoryLayout<Element>.size > 64 { unsafe sagflow_memory_prefetch(element + MemoryLayout<Element>.size - 1) }
    }
  }
}

extension Array {
  /// Reserves memory for so many elements, in large pages if the array is large and the system has them.
  ///
  /// - Parameter first: elements at the beginning that are left in small pages: of large ones that are not used to their end, more
  ///   memory is taken than is needed.
  public mutating func reserveLargePages(_ capacity: Int, behind first: Int = 0) {
    if self.capacity >= capacity { return }
    reserveCapacity(capacity)
    append(addingCapacity: self.capacity - count) { free in
      unsafe free.withUnsafeMutableBufferPointer { elements, _ in
        guard let base = elements.baseAddress, first < elements.count else { return }
        // Sound: advice on memory of this array's own, whose content stays.
        unsafe sagflow_memory_advise(base + first, (elements.count - first) * MemoryLayout<Element>.stride)
      }
    }
  }
}

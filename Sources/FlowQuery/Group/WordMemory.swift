import CMalloc

/// Words of zero, for tables far larger than the processor's caches: those that are never touched take no memory, so that a
/// table need not move when it grows, and large pages spare most of what finding a page costs. The module's home of `unsafe`.
@safe
struct WordMemory: ~Copyable, @unchecked Sendable {
  // Sendable: the memory belongs to this value alone and moves with it.
  private let base: UnsafeMutablePointer<UInt64>
  let count: Int

  init(count: Int) {
    let size = count * MemoryLayout<UInt64>.stride
    guard let memory = unsafe pages_reserve(size) else { fatalError("no room for a table of \(size) octets") }
    unsafe base = memory.assumingMemoryBound(to: UInt64.self)
    self.count = count
  }

  deinit { unsafe pages_release(base, count * MemoryLayout<UInt64>.stride) }

  subscript(index: Int) -> UInt64 {
    @inline(__always)
    get {
      precondition(index >= 0 && index < count)
      // Sound: there are `count` words from `base` on.
      return unsafe base[index]
    }
  }

  /// The words, to be changed.
  var mutableWords: MutableSpan<UInt64> {
    @_lifetime(&self) @inline(__always)
    mutating get {
      // Sound: as above, and the span lives no longer than the loan of this value.
      let span = unsafe MutableSpan(_unsafeStart: base, count: count)
      return unsafe _overrideLifetime(span, mutating: &self)
    }
  }
}

import CSystemCalls

/// Words of zero, for tables far larger than the processor's caches: those that are never touched take no memory, so that a
/// table need not move when it grows, and large pages spare most of what finding a page costs. The module's home of `unsafe`.
@safe
struct WordMemory: ~Copyable, @unchecked Sendable {
  // Sendable: the memory belongs to this value alone and moves with it.
  private let base: UnsafeMutablePointer<UInt64>
  let count: Int

  /// Reserves so many words, or where the system does not let that many be had, an eighth of it, and so on: others need some, too.
  init(atMost wanted: Int) {
    var count = wanted
    while true {
      if let memory = unsafe sagflow_memory_reserve(count * MemoryLayout<UInt64>.stride) {
        unsafe base = memory.assumingMemoryBound(to: UInt64.self)
        self.count = count
        return
      }
      count /= 8
      // Not even a page: as any other allocation that fails.
      precondition(count > 0, "no memory")
    }
  }

  deinit { unsafe sagflow_memory_release(base, count * MemoryLayout<UInt64>.stride) }

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

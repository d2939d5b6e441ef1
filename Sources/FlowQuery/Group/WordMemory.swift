import CSystemCalls

/// Zeroed words for tables much larger than the CPU caches: untouched pages take no memory, so that a table need not
/// move when it grows, and huge pages reduce TLB misses. The module's only use of `unsafe`.
@safe
struct WordMemory: ~Copyable, @unchecked Sendable {
  // Sendable: the memory is owned by this value and moves with it.
  private let base: UnsafeMutablePointer<UInt64>
  let count: Int

  /// Reserves up to `wanted` words; if the system refuses, an eighth of that, and so on, since others need memory, too.
  init(atMost wanted: Int, inLargePages: Bool = true) {
    var count = wanted
    while true {
      if let memory = unsafe sagflow_memory_reserve(count * MemoryLayout<UInt64>.stride, inLargePages) {
        unsafe base = memory.assumingMemoryBound(to: UInt64.self)
        self.count = count
        return
      }
      count /= 8
      // Not even a page: fails like any other allocation.
      precondition(count > 0, "no memory")
    }
  }

  deinit { unsafe sagflow_memory_release(base, count * MemoryLayout<UInt64>.stride) }

  subscript(index: Int) -> UInt64 {
    @inline(__always)
    get {
      precondition(index >= 0 && index < count)
      // Sound: there are `count` words at `base`.
      return unsafe base[index]
    }
  }

  /// Has the processor fetch words that will be needed soon, and goes on without them.
  @inline(__always)
  func prefetch(_ words: Range<Int>) {
    precondition(words.lowerBound >= 0 && words.upperBound <= count)
    for word in stride(from: words.lowerBound, to: words.upperBound, by: 8) {
      // Sound: there are `count` words at `base`, and nothing is read.
      unsafe sagflow_memory_prefetch(base + word)
    }
  }

  /// The words, mutable.
  var mutableWords: MutableSpan<UInt64> {
    @_lifetime(&self) @inline(__always)
    mutating get {
      // Sound: as above, and the span does not outlive the borrow of this value.
      let span = unsafe MutableSpan(_unsafeStart: base, count: count)
      return unsafe _overrideLifetime(span, mutating: &self)
    }
  }
}

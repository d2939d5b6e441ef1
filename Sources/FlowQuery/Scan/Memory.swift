import CSystemCalls

/// Avoids returning memory to the system: columns of a row group are so large that the C library by default maps and
/// unmaps them each time, which makes a scan take 1.5 times as long. Call once in a program that mainly runs queries.
public enum ScanMemory {
  public static func keep() { sagflow_memory_keep() }

  /// Limits the number of heaps, so that memory freed by one thread serves others, and keeps what is large out of them, for
  /// a long-running program. Call before starting threads.
  ///
  /// - Parameter heaps: number of shared heaps. Threads that allocate at the same time in one heap contend for it.
  public static func share(heaps: Int) { sagflow_memory_share(Int32(clamping: heaps)) }
}

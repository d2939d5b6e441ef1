import CSystemCalls

/// Columns of a row group are as large as what the C library by default gets from the system and gives back each time;
/// with that, a scan takes half as long again. To be called once by a program whose work is asking.
public enum ScanMemory {
  public static func keep() { sagflow_memory_keep() }

  /// For a program that runs for long: memory that one thread has freed serves the others, instead of staying in a heap of
  /// its own. To be called before threads are started.
  ///
  /// - Parameter heaps: how many they share. Threads that allocate at the same time in one heap wait for each other.
  public static func share(heaps: Int) { sagflow_memory_share(Int32(clamping: heaps)) }
}

import CSystemCalls

/// Columns of a row group are as large as what the C library by default gets from the system and gives back each time;
/// with that, a scan takes half as long again. To be called once by a program whose work is asking.
public enum ScanMemory {
  public static func keep() { sagflow_memory_keep() }
}

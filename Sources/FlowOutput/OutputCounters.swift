/// Counters of the rows given to an output's writer.
public struct OutputCounters: Sendable, Equatable, Codable {
  /// Rows given to the writer: committed, lost, or held.
  public var received: UInt64 = 0
  public var committed: UInt64 = 0
  /// Rows that could be neither written nor kept.
  public var lost: UInt64 = 0
  /// Rows in the open file, waiting for it, or in unpublished files.
  public var held: UInt64 = 0
  public var committedFiles: UInt64 = 0
  public var committedOctets: UInt64 = 0
  /// Failed attempts to write.
  public var failures: UInt64 = 0

  public init() {}

  public static func += (sum: inout Self, other: Self) {
    sum.received &+= other.received
    sum.committed &+= other.committed
    sum.lost &+= other.lost
    sum.held &+= other.held
    sum.committedFiles &+= other.committedFiles
    sum.committedOctets &+= other.committedOctets
    sum.failures &+= other.failures
  }
}

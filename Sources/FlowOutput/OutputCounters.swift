/// What became of the rows that an output's writer was given.
public struct OutputCounters: Sendable, Equatable, Codable {
  /// Rows given to the writer: committed, lost, or still held.
  public var received: UInt64 = 0
  public var committed: UInt64 = 0
  /// Rows that could be neither written nor kept.
  public var lost: UInt64 = 0
  /// Rows that are in the open file, wait for it, or are in files that wait to be published.
  public var held: UInt64 = 0
  public var committedFiles: UInt64 = 0
  public var committedOctets: UInt64 = 0
  /// Attempts to write that failed.
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

public import NetworkBytes

/// How an output of lines is. What is counted is counted since it started, over all workers.
public struct LineReport: Hashable, Sendable {
  public var name: String
  /// The file's path, or that it is standard output.
  public var place: String
  /// Rows that are in the file.
  public var written: UInt64 = 0
  public var writtenOctets: UInt64 = 0
  /// Rows that could be neither written nor kept, or that there was no room for.
  public var lost: UInt64 = 0
  /// Rows that wait for the file: because it cannot be written, or takes them slowly.
  public var held: UInt64 = 0
  /// Why rows are not written, and since when; nil: they are.
  public var failure: String?
  public var failingSince: UnixSeconds?

  public init(name: String, place: String) {
    self.name = name
    self.place = place
  }
}

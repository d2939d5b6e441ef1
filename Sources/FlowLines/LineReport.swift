public import NetworkBytes

/// The state of a line output. Counters cover all workers since the start.
public struct LineReport: Hashable, Sendable {
  public var name: String
  /// The file's path, or "standard output".
  public var place: String
  /// Rows written to the file.
  public var written: UInt64 = 0
  public var writtenOctets: UInt64 = 0
  /// Rows dropped because they could not be written or buffered.
  public var lost: UInt64 = 0
  /// Rows waiting because the file cannot be written or is slow.
  public var held: UInt64 = 0
  /// Why and since when rows cannot be written; nil if they can.
  public var failure: String?
  public var failingSince: UnixSeconds?

  public init(name: String, place: String) {
    self.name = name
    self.place = place
  }
}

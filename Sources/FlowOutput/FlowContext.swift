public import FlowModel
public import NetworkBytes

/// The state of a pipeline at the time when flows leave it.
public struct FlowContext: Sendable {
  /// The pipeline's clock, milliseconds since 1970 UTC.
  public var time: UnixMilliseconds
  /// Origins by origin number.
  public var origins: [FlowOrigin]
  /// Units lost so far, by sequence numbers.
  public var lostBySequence: UInt64
  /// Names used by exporters.
  public var names: NameTable

  public init(time: UnixMilliseconds, origins: [FlowOrigin], lostBySequence: UInt64 = 0, names: NameTable = NameTable())
  {
    self.time = time
    self.origins = origins
    self.lostBySequence = lostBySequence
    self.names = names
  }
}

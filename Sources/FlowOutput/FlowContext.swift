public import FlowModel
public import NetworkBytes

/// What holds of the flows that leave a pipeline at a moment of its clock.
public struct FlowContext: Sendable {
  /// The pipeline's clock, milliseconds since 1970 UTC.
  public var time: UnixMilliseconds
  /// What the records' origin numbers stand for.
  public var origins: [FlowOrigin]
  /// What sequence numbers say was lost so far.
  public var lostBySequence: UInt64
  /// What exporters call things.
  public var names: NameTable

  public init(time: UnixMilliseconds, origins: [FlowOrigin], lostBySequence: UInt64 = 0, names: NameTable = NameTable())
  {
    self.time = time
    self.origins = origins
    self.lostBySequence = lostBySequence
    self.names = names
  }
}

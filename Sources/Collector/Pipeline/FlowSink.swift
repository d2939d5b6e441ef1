import FlowModel
import NetFlow

/// Where flows go once they have left the cache.
public protocol FlowSink: ~Copyable {
  /// Whether a batch would be taken now. True stays true until one is.
  var hasRoom: Bool { get }

  /// Takes flows that left the cache and empties the batch; without room it counts them as dropped.
  mutating func take(_ flows: inout FlowBatch, _ moment: PipelineMoment)

  /// The pipeline's clock has come into another window; all flows of the one before were taken.
  mutating func turn(to moment: PipelineMoment)

  /// Takes flows at the end, waiting for room if need be.
  mutating func finish(_ flows: inout FlowBatch, _ moment: PipelineMoment)
}

/// A moment of a pipeline, and what holds then of the flows that leave it.
public struct PipelineMoment: Sendable {
  /// The pipeline's clock, milliseconds since 1970 UTC.
  public var time: Int64
  /// What the records' origin numbers stand for.
  public var origins: [FlowOrigin]
  /// What sequence numbers say was lost so far.
  public var lostBySequence: UInt64
  /// What exporters call things.
  public var names: NameTable

  public init(time: Int64, origins: [FlowOrigin], lostBySequence: UInt64, names: NameTable = NameTable()) {
    self.time = time
    self.origins = origins
    self.lostBySequence = lostBySequence
    self.names = names
  }
}

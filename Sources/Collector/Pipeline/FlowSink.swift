import NetFlow

/// Where flows go once they have left the cache.
public protocol FlowSink: ~Copyable {
  /// Takes flows that left the cache at `time` (milliseconds of the pipeline's clock) and empties the batch; what it has
  /// no room for it counts as dropped.
  ///
  /// - Parameter origins: what the records' origin numbers stand for.
  mutating func take(_ flows: inout FlowBatch, at time: Int64, origins: [FlowOrigin])

  /// The pipeline's clock has come into another window; all flows of the one before were taken.
  mutating func turn(to time: Int64)

  /// Takes the last flows, waiting for room if need be.
  mutating func finish(_ flows: inout FlowBatch, at time: Int64, origins: [FlowOrigin])
}

import NetFlow

/// Where flows go once they have left the cache.
public protocol FlowSink: ~Copyable {
  /// Takes flows that left the cache at `time` (milliseconds of the pipeline's clock) and empties the batch. A sink that
  /// cannot take them now may leave them in it: they are offered again.
  ///
  /// - Parameter origins: what the records' origin numbers stand for.
  mutating func take(_ flows: inout FlowBatch, at time: Int64, origins: [FlowOrigin])

  /// The pipeline's clock has come into another window; all flows of the one before have been offered.
  mutating func turn(to time: Int64)

  /// No more flows will come. Whatever is in the batch has to be taken now.
  mutating func finish(_ flows: inout FlowBatch, at time: Int64, origins: [FlowOrigin])
}

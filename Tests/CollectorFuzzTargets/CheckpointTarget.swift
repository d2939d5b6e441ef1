import Collector
import FlowOutput
import FlowPipeline
import Foundation
package import FuzzTargets
import Journal

extension FuzzTarget {
  /// Checkpoints: a changed one is refused, an accepted one can be resumed from.
  package static let checkpoint = FuzzTarget(
    "checkpoint", longest: 65_536, seeds: { [whole] }
  ) { octets throws(FuzzViolation) in
    let checkpoint: Checkpoint
    do throws(CheckpointFault) {
      checkpoint = try Checkpoint(Data(octets))
    } catch {
      return try FuzzViolation.check(octets != whole, "a whole checkpoint is refused: \(error)")
    }
    try FuzzViolation.check(octets == whole, "a changed one is taken")
    var pipeline = Pipeline(PipelineOptions(), sink: CheckpointMaker.Nowhere(), backpressure: .drop)
    pipeline.restore(checkpoint.state)
    pipeline.finish()
  }

  private static let whole = CheckpointMaker.file(captures: 0..<4, segment: 1)
}

import Capture
import Collector
import FlowAggregation
import FlowModel
import FlowOutput
import FlowPipeline
import FuzzTargets

/// Generates checkpoints as a collector writes them.
enum CheckpointMaker {
  /// Accepts rows and discards them.
  final class Nowhere: FlowSink {
    var hasRoom: Bool { true }
    private(set) var counters = SinkCounters()
    func take(_ flows: inout FlowBatch, _ context: FlowContext, _ backpressure: Backpressure) {
      counters.printed += UInt64(flows.count)
      flows.removeAll()
    }
    func advance(to context: FlowContext, _ backpressure: Backpressure) {}
    func finish(_ context: FlowContext) {}
  }

  /// Returns a checkpoint with the flows of some real captures, all of them live.
  static func file(captures: Range<Int>, segment: UInt64) -> [UInt8] {
    var options = PipelineOptions()
    options.aging = AgingConfiguration(activeTimeout: 604_800, inactiveTimeout: 604_800)
    var pipeline = Pipeline(options, sink: Nowhere(), backpressure: .drop)
    var reception = ReceptionCounters()
    let paths = FuzzSeeds.files("real", "pcap")
    for path in paths[captures.clamped(to: paths.indices)] {
      guard var capture = try? CaptureFile(path: path) else { continue }
      while (try? capture.next()) == true {
        pipeline.ingest(capture.datagram)
        reception.received += 1
      }
    }
    _ = pipeline.handOverAll()
    var file: [UInt8] = []
    let checkpoint = Checkpoint(pipeline.state, reception: reception, segment: segment, key: FlowKey.standard.words)
    try? checkpoint.write { file += $0 }
    return file
  }
}

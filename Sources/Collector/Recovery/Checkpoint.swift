package import FlowOutput
package import FlowPipeline
import FlowStore
import Foundation
package import Journal
import NetFlow

/// The complete state from which a worker resumes after a restart.
///
/// It is assembled once from its owners: the state of the pipeline, the reception counters of the loop, and the
/// counters of the sink; the store adds its receipt when all earlier rows are durable.
package struct Checkpoint: Sendable {
  /// Everything except the pipeline's state; JSON in the file.
  package struct Head: Codable, Sendable {
    /// Sequence number of the worker's checkpoint.
    var number: UInt64 = 0
    /// The first journal segment whose datagrams are not included.
    var segment: UInt64
    /// Words of the flow key: flows under another key cannot be resumed.
    var key: [String]
    var received: UInt64 = 0
    /// Nil if written by an earlier version.
    var streamed: UInt64?
    var recovered: UInt64 = 0
    var unjournaled: UInt64 = 0
    var kernelDrops: UInt64 = 0
    /// Nil for none, or if written by an earlier version.
    var untaken: UInt64?
    /// The kernel's drop counter of each socket, because an inherited socket continues counting.
    var dropMarks: [String: UInt32] = [:]
    var handedOver: UInt64 = 0
    var dropped: UInt64 = 0
    /// Loss by sequence numbers that is already in the metadata of files.
    var toldLoss: UInt64 = 0
    /// Counters of rows, as if the pending files were published.
    var store = OutputCounters()
    /// Complete files to publish once the checkpoint is durable.
    var pending: [PendingFile] = []
  }

  var head: Head
  package var state: PipelineState

  /// - Parameters:
  ///   - pipeline: state between two datagrams, after all flows that left the cache were passed on.
  ///   - dropMarks: the kernel's drop counter by socket.
  ///   - segment: the first journal segment not included.
  ///   - key: words of the flow key.
  package init(
    _ pipeline: PipelineState, reception: ReceptionCounters = ReceptionCounters(), dropMarks: [String: UInt32] = [:],
    sink: SinkCounters = SinkCounters(), segment: UInt64 = 1, key: [String] = []
  ) {
    head = Head(segment: segment, key: key)
    head.received = reception.received
    head.streamed = reception.streamed
    head.recovered = reception.recovered
    head.unjournaled = reception.unjournaled
    head.kernelDrops = reception.kernelDrops
    if reception.untaken > 0 { head.untaken = reception.untaken }
    head.dropMarks = dropMarks
    head.handedOver = sink.handedOver
    head.dropped = sink.dropped
    state = pipeline
  }

  init(_ head: Head, _ state: PipelineState) {
    self.head = head
    self.state = state
  }

  /// Moves the pipeline's state out, leaving an empty one.
  mutating func takeState() -> PipelineState {
    let taken = state
    state.known.decoder = FlowDecoderState()
    state.flows = []
    state.extensions = []
    return taken
  }

  var reception: ReceptionCounters {
    var counters = ReceptionCounters(received: head.received)
    counters.streamed = head.streamed ?? 0
    counters.recovered = head.recovered
    counters.unjournaled = head.unjournaled
    counters.kernelDrops = head.kernelDrops
    counters.untaken = head.untaken ?? 0
    return counters
  }

  var sink: SinkCounters { SinkCounters(handedOver: head.handedOver, dropped: head.dropped) }

  /// The store's part.
  var receipt: StoreReceipt {
    get { StoreReceipt(counters: head.store, pending: head.pending, toldLoss: head.toldLoss) }
    set {
      head.store = newValue.counters
      head.pending = newValue.pending
      head.toldLoss = newValue.toldLoss
    }
  }
}

extension Checkpoint: CheckpointContent {
  package var number: UInt64 {
    get { head.number }
    set { head.number = newValue }
  }

  package var segment: UInt64 { head.segment }

  /// Verifies the files that it lists. A missing file is no reason to use an older checkpoint: the journal may not
  /// reach back far enough.
  package func check() throws(CheckpointFault) {
    for file in head.pending {
      let condition: PendingFile.Condition
      do throws(StoreError) {
        condition = try Retry.reading { () throws(StoreError) in try file.check() }
      } catch {
        throw CheckpointFault("\(error)")
      }
      if condition == .damaged {
        throw CheckpointFault(
          "\(file.path), which it lists, does not have the content that was written", damagedFile: file.path)
      }
    }
  }
}

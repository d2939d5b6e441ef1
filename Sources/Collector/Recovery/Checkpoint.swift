package import FlowOutput
package import FlowPipeline
import FlowStore
import Foundation
package import Journal
import NetFlow

/// Everything that a worker goes on from after a restart.
///
/// It is built once of what each owner hands over: the pipeline its state, the loop what was received, the sink what it
/// handed on; the store adds its receipt when all rows before are durable.
package struct Checkpoint: Sendable {
  /// All that is not the pipeline's, as the file has it in one text.
  package struct Head: Codable, Sendable {
    /// Counts a worker's checkpoints.
    var number: UInt64 = 0
    /// The first segment of the journal whose datagrams are not in here.
    var segment: UInt64
    /// The words of the flow key: flows under another key are none of the pipeline's.
    var key: [String]
    var received: UInt64 = 0
    /// Nil: an earlier version of the program wrote it.
    var streamed: UInt64?
    var recovered: UInt64 = 0
    var unjournaled: UInt64 = 0
    var kernelDrops: UInt64 = 0
    /// Nil: none, or an earlier version wrote it.
    var untaken: UInt64?
    /// Where the kernel's count of drops stood at each socket: an adopted one goes on counting.
    var dropMarks: [String: UInt32] = [:]
    var handedOver: UInt64 = 0
    var dropped: UInt64 = 0
    /// Loss by sequence numbers that files have in their metadata.
    var toldLoss: UInt64 = 0
    /// What became of the rows, as if the pending files were published.
    var store = OutputCounters()
    /// Complete files that are published once the checkpoint is durable.
    var pending: [PendingFile] = []
  }

  var head: Head
  package var state: PipelineState

  /// - Parameters:
  ///   - pipeline: between two datagrams, with all flows handed over that left the cache.
  ///   - dropMarks: the kernel's count of drops by socket.
  ///   - segment: the first one of the journal that is not in it.
  ///   - key: the words of the flow key.
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

  /// Hands the pipeline's state over, and leaves that of a new one.
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

  /// Looks whether the files that it lists have what was written. One that is gone is none to go back for: the journal may
  /// not reach as far.
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

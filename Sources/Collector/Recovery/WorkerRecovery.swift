import Capture
import Files
import FlowOutput
import FlowPipeline
import FlowStore
import Foundation
import Journal
import Logging

/// What one worker goes on from, and where it keeps what the next run goes on from.
struct WorkerRecovery: Sendable {
  let directory: WorkerDirectory
  /// Without the pipeline's state, which `restore` hands over.
  let checkpoint: Checkpoint?
  private let state: Handoff<PipelineState?>
  /// The oldest checkpoint after it, which cannot be used.
  let damaged: UInt64?
  /// Files that it told of and that are not whole.
  let damagedFiles: [String]
  /// Segments of the journal whose datagrams are not in the checkpoint, ascending.
  let segments: [UInt64]
  /// Rings whose datagrams could not be read.
  private let unreadRings: UInt64
  /// The first number that no file has.
  private let following: UInt64
  private let logger: Logger
  /// Left by each worker once others can use what it knows of exporters.
  private let restored: DispatchGroup

  /// Reads what is there, and publishes the files that the checkpoint lists.
  ///
  /// - Parameter store: its path: the checkpoint may have another that it had.
  /// - Throws: `FileError` or `StoreError`.
  init(_ directory: WorkerDirectory, store: String, _ restored: DispatchGroup, _ logger: Logger) throws {
    self.directory = directory
    self.restored = restored
    self.logger = logger
    let loaded = try directory.load { (source, isNeeded) throws(CheckpointFault) in
      var checkpoint = try Checkpoint(&source, isNeeded: isNeeded)
      checkpoint.receipt.pending = checkpoint.receipt.pending.map { $0.moved(to: store) }
      return checkpoint
    }
    var found = loaded.checkpoint
    damaged = loaded.damaged
    damagedFiles = loaded.damagedFiles
    let all = try directory.segments
    segments = all.filter { $0 >= found?.segment ?? 0 }
    following = max(all.last ?? 0, found?.segment ?? 0) + 1
    for file in found?.receipt.pending ?? [] {
      let condition = try Retry.reading { () throws(StoreError) in try file.check() }
      if condition == .whole {
        try Retry.reading { () throws(StoreError) in try file.publish() }
        continue
      }
      let fault = condition == .missing ? "is gone" : "does not have the content that was written"
      logger.error("\(file.path): the checkpoint lists it, but it \(fault); its \(file.rows) rows are lost")
      found?.receipt.counters.committed &-= file.rows
      found?.receipt.counters.lost &+= file.rows
    }
    state = Handoff(found?.takeState())
    checkpoint = found
    unreadRings = directory.setDamagedRingsAside()
    restored.enter()
  }

  /// Gives a new pipeline what the checkpoint has.
  ///
  /// - Returns: what was counted before it.
  func restore(_ pipeline: inout Pipeline) -> ReceptionCounters {
    defer { restored.leave() }
    var reception = checkpoint?.reception ?? ReceptionCounters()
    reception.unreadRings = unreadRings
    // Flows may be many: they are not kept twice.
    if let state = state.take() ?? nil { pipeline.restore(state) }
    return reception
  }

  /// Waits until all workers have told one another what they knew of exporters.
  func waitForAll() { restored.wait() }

  /// Runs what came after the checkpoint through the pipeline, on the times at which it came: the journal, then what was
  /// being received.
  ///
  /// - Parameter progress: called now and then: it may take long.
  /// - Returns: how many datagrams these were, all recovered.
  func replay(
    _ receiver: inout UDPReceiver, into pipeline: inout Pipeline, _ progress: () -> Void = {}
  ) -> ReceptionCounters {
    var count = ReceptionCounters()
    for segment in segments {
      replay(segment, to: receiver.buffer?.written(of: segment) ?? .max, into: &pipeline, &count, progress)
    }
    let first = checkpoint?.segment ?? 0
    receiver.buffer?.forEachWaiting { segment, datagram in
      guard segment >= first else { return }
      pipeline.ingest(datagram)
      count.recover(datagram)
    }
    if receiver.count > 0 {
      if receiver.journal() == nil { logger.error("no room for \(receiver.count) datagrams in the journal") }
      pipeline.ingest(receiver)
      count.recover(UInt64(receiver.count))
    }
    // The process that had accepted them has ended.
    pipeline.endConnections()
    return count
  }

  /// - Parameter end: octets of the file that count; those behind wait in memory as well.
  private func replay(
    _ segment: UInt64, to end: UInt64, into pipeline: inout Pipeline, _ count: inout ReceptionCounters,
    _ progress: () -> Void
  ) {
    let path = directory.journal(segment)
    // A file of a header, or not even that: nothing had come, or nothing got as far.
    let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? UInt64) ?? .max
    if min(end, size) <= WorkerJournal.emptySize { return }
    do throws(CaptureError) {
      var capture = try Retry.reading { () throws(CaptureError) in try CaptureFile(path: path, isJournal: true) }
      while UInt64(capture.octetsRead) < end, try capture.next() {
        let datagram = capture.datagram
        pipeline.ingest(datagram)
        count.recover(datagram)
        if count.received & 0xfff == 0 { progress() }
      }
    } catch {
      logger.error("\(error); the journal continues after it")
    }
  }

  /// The first segment that is neither in a file nor in memory.
  func nextSegment(_ buffer: JournalBuffer?) -> UInt64 { max(following, (buffer?.segment ?? 0) + 1) }

  /// Begins a new segment.
  ///
  /// - Parameter limit: octets since the last checkpoint.
  func makeJournal(_ thread: JournalThread, limit: UInt64) -> WorkerJournal {
    thread.start()
    return WorkerJournal(
      directory, thread, from: nextSegment(thread.buffer), limit: limit,
      missing: checkpoint?.reception.unjournaled ?? 0,
      logger: logger)
  }

  /// What ties the store's files to this worker's checkpoints.
  func store(isJournaled: Bool) -> StoreRecovery {
    StoreRecovery(
      receipt: checkpoint?.receipt, isJournaled: isJournaled, nextCheckpoint: { [directory] in directory.nextNumber },
      didPublish: { [directory] in directory.removeSuperseded() })
  }
}

extension ReceptionCounters {
  /// One came again from the journal.
  fileprivate mutating func recover(_ datagram: borrowing Datagram) {
    if datagram.isMessage { recover(1, streamed: datagram.stream == nil ? 0 : 1) }
  }

  /// Adds what was replayed.
  mutating func add(recovered other: ReceptionCounters) { recover(other.recovered, streamed: other.streamed) }
}

extension Pipeline {
  /// Takes the datagrams of a receiver's batch.
  @inline(__always)
  mutating func ingest(_ receiver: borrowing UDPReceiver) {
    for index in 0..<receiver.count {
      let datagram = receiver.datagram(index)
      ingest(datagram)
    }
  }
}

extension OutputSink where Writer == StoreOutput {
  /// Has a checkpoint written once all flows so far are complete, and what it lists published.
  func commit(_ checkpoint: Checkpoint, to directory: WorkerDirectory, _ context: FlowContext) {
    commit(context) { receipt in
      var checkpoint = checkpoint
      checkpoint.receipt = receipt
      return directory.write(checkpoint)
    }
  }
}

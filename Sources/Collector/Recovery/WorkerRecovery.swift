import Capture
import Files
import FlowOutput
import FlowPipeline
import FlowStore
import Foundation
import Journal
import Logging

/// The state from which a worker resumes, and where it stores its own.
struct WorkerRecovery: Sendable {
  let directory: WorkerDirectory
  /// Without the pipeline's state, which `restore` passes on.
  let checkpoint: Checkpoint?
  private let state: Handoff<PipelineState?>
  /// The oldest later checkpoint, which is damaged.
  let damaged: UInt64?
  /// Damaged files that it listed.
  let damagedFiles: [String]
  /// Journal segments whose datagrams are not in the checkpoint, ascending.
  let segments: [UInt64]
  /// Number of unreadable rings.
  private let unreadRings: UInt64
  /// The first unused segment number.
  private let following: UInt64
  private let logger: Logger
  /// Left by each worker once its knowledge about exporters is available to others.
  private let restored: DispatchGroup

  /// Reads the state, and publishes the files that the checkpoint lists.
  ///
  /// - Parameter store: path of the store, which may differ from that in the checkpoint.
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

  /// Restores the checkpoint's state in a new pipeline.
  ///
  /// - Returns: the counters before it.
  func restore(_ pipeline: inout Pipeline) -> ReceptionCounters {
    defer { restored.leave() }
    var reception = checkpoint?.reception ?? ReceptionCounters()
    reception.unreadRings = unreadRings
    // Moved, because there may be many flows.
    if let state = state.take() ?? nil { pipeline.restore(state) }
    return reception
  }

  /// Waits until all workers have shared their knowledge about exporters.
  func waitForAll() { restored.wait() }

  /// Runs everything received after the checkpoint through the pipeline, at its arrival times: first the journal, then
  /// the rings.
  ///
  /// - Parameter progress: called from time to time.
  /// - Returns: the number of datagrams, all counted as recovered.
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

  /// - Parameter end: size of the file to read; later octets are also in memory.
  private func replay(
    _ segment: UInt64, to end: UInt64, into pipeline: inout Pipeline, _ count: inout ReceptionCounters,
    _ progress: () -> Void
  ) {
    let path = directory.journal(segment)
    // Only a header or less: nothing was received or written.
    let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? UInt64) ?? .max
    if min(end, size) <= WorkerJournal.emptySize { return }
    do throws(CaptureError) {
      var capture = try Retry.reading(
        { () throws(CaptureError) in try CaptureFile(path: path, isJournal: true) }, if: \.isOfDisk)
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

  /// Returns the first segment number that is neither in a file nor in memory.
  func nextSegment(_ buffer: JournalBuffer?) -> UInt64 { max(following, (buffer?.segment ?? 0) + 1) }

  /// Begins a new segment.
  ///
  /// - Parameter limit: maximum octets since the last checkpoint.
  func makeJournal(_ thread: JournalThread, limit: UInt64) -> WorkerJournal {
    thread.start()
    return WorkerJournal(
      directory, thread, from: nextSegment(thread.buffer), limit: limit,
      missing: checkpoint?.reception.unjournaled ?? 0,
      logger: logger)
  }

  /// Connects the store's files to this worker's checkpoints.
  func store(isJournaled: Bool) -> StoreRecovery {
    StoreRecovery(
      receipt: checkpoint?.receipt, isJournaled: isJournaled, nextCheckpoint: { [directory] in directory.nextNumber },
      didPublish: { [directory] in directory.removeSuperseded() })
  }
}

extension CaptureError {
  /// Whether the disk failed, not the content.
  fileprivate var isOfDisk: Bool {
    switch reason {
    case .cannotOpen, .cannotRead: true
    case .empty, .notACapture, .compressed, .cut, .damaged: false
    }
  }
}

extension ReceptionCounters {
  /// Counts a datagram from the journal.
  fileprivate mutating func recover(_ datagram: borrowing Datagram) {
    if datagram.isMessage { recover(1, streamed: datagram.stream == nil ? 0 : 1) }
  }

  /// Adds the counters of a replay.
  mutating func add(recovered other: ReceptionCounters) { recover(other.recovered, streamed: other.streamed) }
}

extension Pipeline {
  /// Ingests the datagrams of a receiver's batch.
  @inline(__always)
  mutating func ingest(_ receiver: borrowing UDPReceiver) {
    for index in 0..<receiver.count {
      let datagram = receiver.datagram(index)
      ingest(datagram)
    }
  }
}

extension OutputSink where Writer == StoreOutput {
  /// Writes a checkpoint once all flows so far are durable, and publishes the files that it lists.
  func commit(_ checkpoint: Checkpoint, to directory: WorkerDirectory, _ context: FlowContext) {
    commit(context) { receipt in
      var checkpoint = checkpoint
      checkpoint.receipt = receipt
      return directory.write(checkpoint)
    }
  }
}

import Capture
import FlowStore
import Flows
import Foundation
import Logging
import NetFlow

/// What one worker goes on from, and where it keeps what the next run goes on from.
struct WorkerRecovery: Sendable {
  let folder: RecoveryFolder
  let checkpoint: Checkpoint?
  /// The oldest checkpoint after it, which cannot be used.
  let damaged: UInt64?
  /// Files that it told of and that are not whole.
  let damagedFiles: [String]
  /// Segments of the journal whose datagrams are not in the checkpoint, ascending.
  let segments: [UInt64]
  /// The first number that no file has.
  private let following: UInt64
  /// Nil: there will be none.
  var journal: Journaling?
  private let logger: Logger
  /// Left by each worker once others can use what it knows of exporters.
  private let restored: DispatchGroup

  /// How the journal is written.
  struct Journaling: Sendable {
    /// Octets of one worker's journal since the last checkpoint.
    var limit: UInt64
  }

  /// Reads what is there, and publishes the files that the checkpoint tells of.
  init(_ folder: RecoveryFolder, _ journal: Journaling?, _ restored: DispatchGroup, _ logger: Logger) throws(StoreError)
  {
    self.folder = folder
    self.journal = journal
    self.restored = restored
    self.logger = logger
    let loaded = try folder.load()
    var found = loaded.checkpoint
    damaged = loaded.damaged
    damagedFiles = loaded.damagedFiles
    let all = try folder.segments
    segments = all.filter { $0 >= found?.head.segment ?? 0 }
    following = max(all.last ?? 0, found?.head.segment ?? 0) + 1
    for file in found?.head.pending ?? [] {
      let condition = try Patience.read { () throws(StoreError) in try file.check() }
      if condition == .whole {
        try Patience.read { () throws(StoreError) in try file.publish() }
        continue
      }
      let fault = condition == .missing ? "is gone" : "does not have what was written"
      logger.error("\(file.path): the checkpoint tells of it, but it \(fault); its \(file.rows) rows are lost")
      found?.head.store.committed &-= file.rows
      found?.head.store.lost &+= file.rows
    }
    checkpoint = found
    restored.enter()
  }

  /// Gives a new pipeline what the checkpoint has.
  func restore(_ pipeline: inout Pipeline<StoreSink>, _ tally: inout Worker.Tally) {
    defer { restored.leave() }
    guard let checkpoint else { return }
    pipeline.restore(checkpoint.state)
    pipeline.sink.handedOver = checkpoint.head.handedOver
    pipeline.sink.dropped = checkpoint.head.dropped
    tally.received = checkpoint.head.received
    tally.recovered = checkpoint.head.recovered
    tally.earlierDrops = checkpoint.head.kernelDrops
  }

  /// Waits until all workers have told one another what they knew of exporters.
  func waitForAll() { restored.wait() }

  /// Runs what came after the checkpoint through the pipeline, on the times at which it came: the journal, then what was
  /// being received.
  ///
  /// - Parameter progress: called now and then: it may take long.
  /// - Returns: how many datagrams these were.
  func replay(
    _ receiver: inout UDPReceiver, into pipeline: inout Pipeline<StoreSink>, _ tally: inout Worker.Tally,
    _ progress: () -> Void = {}
  ) -> UInt64 {
    var count: UInt64 = 0
    for segment in segments {
      count &+= replay(segment, to: receiver.buffer?.written(of: segment) ?? .max, into: &pipeline, progress)
    }
    let first = checkpoint?.head.segment ?? 0
    receiver.buffer?.forEachWaiting { segment, datagram in
      guard segment >= first else { return }
      pipeline.ingest(datagram)
      count &+= 1
    }
    if receiver.count > 0 {
      if receiver.journal() == nil { logger.error("no room for \(receiver.count) datagrams in the journal") }
      pipeline.ingest(receiver)
      count &+= UInt64(receiver.count)
    }
    tally.received &+= count
    tally.recovered &+= count
    return count
  }

  /// - Parameter end: octets of the file that count; those behind wait in memory as well.
  private func replay(
    _ segment: UInt64, to end: UInt64, into pipeline: inout Pipeline<StoreSink>, _ progress: () -> Void
  ) -> UInt64 {
    var count: UInt64 = 0
    let path = folder.journal(segment)
    // A file of a header, or not even that: nothing had come, or nothing got as far.
    let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? UInt64) ?? .max
    if min(end, size) <= JournalFile.headerSize { return 0 }
    do throws(CaptureError) {
      var capture = try Patience.read { () throws(CaptureError) in try CaptureFile(path: path) }
      while UInt64(capture.octetsRead) < end, try capture.next() {
        let datagram = capture.datagram
        pipeline.ingest(datagram)
        count &+= 1
        if count & 0xfff == 0 { progress() }
      }
    } catch {
      logger.error("\(error); the journal goes on behind it")
    }
    return count
  }

  /// The first segment that is neither in a file nor in memory.
  func nextSegment(_ buffer: JournalBuffer?) -> UInt64 { max(following, (buffer?.segment ?? 0) + 1) }

  /// Begins a new segment, if there is to be a journal.
  func makeJournal(_ thread: JournalThread?) -> WorkerJournal? {
    guard let limit = journal?.limit, let thread else { return nil }
    thread.start()
    return WorkerJournal(
      folder, thread, from: nextSegment(thread.buffer), limit: limit, missing: checkpoint?.head.unjournaled ?? 0,
      logger: logger)
  }
}

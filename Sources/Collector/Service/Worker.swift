import Capture
import Flows
import Foundation
import Logging
import NetFlow
import Synchronization

/// One receiving thread with its own sockets, sessions, flow cache and files; workers share nothing but what they learn of
/// exporters.
final class Worker: Sendable {
  /// What the thread is asked to do, looked at when it is woken.
  private struct Control {
    var isStopping = false
    /// Whether flows that are live when it stops are written rather than kept.
    var drains = false
    var changes: (aging: AgingConfiguration, decoder: FlowDecoderOptions, filter: RecordFilter)?
  }

  let store: StoreThread
  private let wakeUp: WakeUp
  private let control = Mutex(Control())
  private let published = Mutex(Ledger())
  /// Rounds of the thread's loop: it stands still only if the thread hangs.
  private let rounds = Atomic<UInt64>(0)
  /// Whether it still reads what an earlier run has left.
  private let isRecovering = Flag()
  private let logger: Logger
  private let recovery: WorkerRecovery
  /// Nil: there is no journal.
  private let journalThread: JournalThread?
  private let key: [String]
  private let ended = DispatchSemaphore(value: 0)

  /// Longest wait for datagrams, milliseconds: how late timers can run on an idle line.
  private static let patience: Int32 = 250
  /// Longest that datagrams which wait in the kernel are still read when the collector stops, seconds.
  private static let farewell: TimeInterval = 2

  /// Starts the thread.
  init(
    index: Int, receiver: consuming UDPReceiver, options: PipelineOptions, directory: ExporterDirectory,
    store: StoreThread, recovery: WorkerRecovery, journal: JournalThread?, logger: Logger
  ) {
    self.recovery = recovery
    isRecovering.exchange(true)
    journalThread = journal
    key = options.key.words
    self.store = store
    self.logger = logger
    wakeUp = receiver.wakeUp
    let receiver = Handoff(receiver)
    let thread = Thread { [self] in
      // From within: a thread that does not run yet takes no name that `top -H` shows.
      Thread.current.name = "worker-\(index)"
      if let receiver = receiver.take() {
        run(receiver, Pipeline(options, directory: directory, sink: StoreSink(store, waits: false)))
      }
      ended.signal()
    }
    thread.start()
  }

  /// Where everything went, as of the last second.
  var ledger: Ledger {
    var ledger = published.withLock { $0 }
    ledger.settle(store.storeCounters)
    return ledger
  }

  var heartbeat: UInt64 { rounds.load(ordering: .relaxed) }

  /// Whether it receives; before that it reads what an earlier run has left.
  var isLive: Bool { !isRecovering.value }

  func reconfigure(aging: AgingConfiguration, decoder: FlowDecoderOptions, filter: RecordFilter) {
    control.withLock { $0.changes = (aging, decoder, filter) }
    wakeUp.wake()
  }

  /// Ends reception and commits; returns when that is done.
  ///
  /// - Parameter drains: whether flows that are live are written rather than kept for the next start.
  func finish(drains: Bool) {
    control.withLock { control in
      control.isStopping = true
      control.drains = drains
    }
    wakeUp.wake()
    ended.wait()
    ended.signal()
    store.finish()
    journalThread?.finish()
    // Otherwise the next start finds in memory what the disk would not take.
    let isWritten = journalThread.map { $0.buffer.waiting == 0 } ?? !recovery.folder.isFailing
    if isWritten { recovery.folder.removeRings() }
  }

  // MARK: On the thread

  private func run(_ receiver: consuming UDPReceiver, _ pipeline: consuming Pipeline<StoreSink>) {
    var tally = Tally()
    var journal = recover(&receiver, &pipeline, &tally)
    isRecovering.exchange(false)
    // When the ledger was published last, milliseconds since 1970 UTC.
    var published: Int64 = 0
    var isStopping = false
    while !isStopping {
      rounds.add(1, ordering: .relaxed)
      switch receive(&receiver, timeout: Self.patience) {
      case .datagrams: ingest(&receiver, &pipeline, &journal, &tally)
      case .nothing: pipeline.advance(to: Self.now)
      case .woken: isStopping = obey(&pipeline)
      }
      if isCheckpointDue(pipeline, journal, tally) { checkpoint(&receiver, &pipeline, &journal, &tally) }
      let now = Self.now
      if now - published >= 1000 || now < published {
        published = now
        journal?.tick()
        publish(&receiver, pipeline, journal, tally)
      }
    }
    let deadline = Date(timeIntervalSinceNow: Self.farewell)
    while Date() < deadline, case .datagrams = receive(&receiver, timeout: 0) {
      ingest(&receiver, &pipeline, &journal, &tally)
    }
    pipeline.sink.waits = true
    if control.withLock({ $0.drains }) { pipeline.finish() }
    checkpoint(&receiver, &pipeline, &journal, &tally)
    publish(&receiver, pipeline, journal, tally)
  }

  /// What the thread counts itself.
  struct Tally {
    var received: UInt64 = 0
    var recovered: UInt64 = 0
    /// Kernel drops of earlier runs.
    var earlierDrops: UInt64 = 0
    /// Windows that had ended at the last checkpoint.
    var checkpointTurns = 0
  }

  private func ingest(
    _ receiver: inout UDPReceiver, _ pipeline: inout Pipeline<StoreSink>, _ journal: inout WorkerJournal?,
    _ tally: inout Tally
  ) {
    if journal != nil { journal?.write(&receiver) } else { receiver.skipJournal() }
    pipeline.ingest(receiver)
    tally.received &+= UInt64(receiver.count)
  }

  // MARK: Over restarts

  /// Goes on from where an earlier run ended: its checkpoint, and through the same pipeline what came after it.
  private func recover(
    _ receiver: inout UDPReceiver, _ pipeline: inout Pipeline<StoreSink>, _ tally: inout Tally
  ) -> WorkerJournal? {
    recovery.restore(&pipeline, &tally)
    for socket in 0..<receiver.socketCount {
      guard let last = recovery.checkpoint?.head.dropMarks["\(receiver.localEndpoint(socket))"] else { continue }
      receiver.resumeDrops(socket, from: last)
    }
    recovery.waitForAll()
    pipeline.sink.waits = true
    let count = recovery.replay(&receiver, into: &pipeline, &tally) { rounds.add(1, ordering: .relaxed) }
    pipeline.sink.waits = false
    let journal = recovery.makeJournal(journalThread)
    if count > 0 {
      logger.notice("\(count) datagrams recovered from the journal, \(pipeline.ledger.liveFlows) flows live")
    }
    tally.checkpointTurns = pipeline.turns
    return journal
  }

  /// A checkpoint follows each window, and half a journal.
  private func isCheckpointDue(
    _ pipeline: borrowing Pipeline<StoreSink>, _ journal: WorkerJournal?, _ tally: Tally
  ) -> Bool {
    journal?.isHalfFull == true || pipeline.turns != tally.checkpointTurns
  }

  /// Hands a checkpoint to the store's thread, behind all flows that have left the cache. Without room it is tried again.
  private func checkpoint(
    _ receiver: inout UDPReceiver, _ pipeline: inout Pipeline<StoreSink>, _ journal: inout WorkerJournal?,
    _ tally: inout Tally
  ) {
    guard pipeline.handOverAll(), pipeline.sink.hasRoom, journal?.rotate() ?? true else { return }
    tally.checkpointTurns = pipeline.turns
    let segment = journal?.segment ?? recovery.nextSegment(receiver.buffer)
    var draft = Checkpoint(pipeline, tally, segment: segment, key: key)
    draft.head.unjournaled = missing(journal)
    draft.head.kernelDrops = Self.kernelDrops(receiver, tally)
    draft.head.dropMarks = Self.dropMarks(receiver)
    pipeline.sink.checkpoint(draft, pipeline.moment)
  }

  private static func dropMarks(_ receiver: borrowing UDPReceiver) -> [String: UInt32] {
    var marks: [String: UInt32] = [:]
    for socket in 0..<receiver.socketCount {
      marks["\(receiver.localEndpoint(socket))"] = receiver.kernelDrops(socket).last
    }
    return marks
  }

  private func missing(_ journal: WorkerJournal?) -> UInt64 {
    journal?.missing ?? recovery.checkpoint?.head.unjournaled ?? 0
  }

  private static func kernelDrops(_ receiver: borrowing UDPReceiver, _ tally: Tally) -> UInt64 {
    (0..<receiver.socketCount).reduce(tally.earlierDrops) { $0 &+ receiver.kernelDrops($1).total }
  }

  private func receive(_ receiver: inout UDPReceiver, timeout: Int32) -> UDPReceiver.Reception {
    do throws(SocketError) {
      return try receiver.receive(timeout: timeout)
    } catch {
      // A socket that is no longer usable: the others go on, and so does the clock.
      logger.error("\(error)")
      Thread.sleep(forTimeInterval: 1)
      return .nothing
    }
  }

  /// - Returns: whether to stop.
  private func obey(_ pipeline: inout Pipeline<StoreSink>) -> Bool {
    let (isStopping, changes) = control.withLock { control in
      defer { control.changes = nil }
      return (control.isStopping, control.changes)
    }
    if let changes {
      pipeline.reconfigure(aging: changes.aging, decoder: changes.decoder, filter: changes.filter)
    }
    return isStopping
  }

  private func publish(
    _ receiver: inout UDPReceiver, _ pipeline: borrowing Pipeline<StoreSink>, _ journal: WorkerJournal?,
    _ tally: Tally
  ) {
    receiver.countKernelDrops()
    var ledger = pipeline.ledger
    ledger.receivedDatagrams = tally.received
    ledger.recoveredDatagrams = tally.recovered
    ledger.unjournaledDatagrams = missing(journal)
    ledger.kernelDrops = Self.kernelDrops(receiver, tally)
    ledger.droppedRows = pipeline.sink.dropped
    ledger.handedOverRows = pipeline.sink.handedOver
    let before = published.withLock { old in
      defer { old = ledger }
      return old
    }
    warn(of: ledger, before)
  }

  /// Says when loss begins; the ledger has the numbers.
  private func warn(of ledger: Ledger, _ before: Ledger) {
    if ledger.kernelDrops > 0, before.kernelDrops == 0 {
      logger.warning(
        "the kernel dropped datagrams, the socket's buffer was full: \(ledger.kernelDrops) so far; raise net.core.rmem_max and receive.bufferSize, or receive.workers"
      )
    }
    if ledger.mergedOrigins > 0, before.mergedOrigins == 0 {
      logger.warning(
        "too many exporters or observation domains: flows of some are stored under the exporter's address alone or as ::; does somebody forge senders?"
      )
    }
    if ledger.droppedTexts > 0, before.droppedTexts == 0 {
      logger.warning(
        "live flows hold \(FlowCache.maximumTextOctets >> 20) MiB of extra texts: those of further flows are left out")
    }
    if ledger.droppedRows > 0, before.droppedRows == 0 {
      logger.warning("the store is too slow, flows are dropped: \(ledger.droppedRows) so far; check the disk")
    }
  }

  /// Milliseconds since 1970 UTC.
  private static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}

extension Pipeline where Sink: ~Copyable {
  /// Takes the datagrams of a receiver's batch.
  @inline(__always)
  mutating func ingest(_ receiver: borrowing UDPReceiver) {
    for index in 0..<receiver.count {
      let datagram = receiver.datagram(index)
      ingest(datagram)
    }
  }
}

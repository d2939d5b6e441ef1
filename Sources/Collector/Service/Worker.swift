import Capture
import FlowAggregation
import FlowOutput
import FlowPipeline
import FlowStore
import Foundation
import Journal
import Logging
import NetFlow
import NetworkBytes
import Relay
import Synchronization
import Waiting

/// A receiving thread with its own sockets, sessions, flow cache and files. Workers share only knowledge about
/// exporters.
final class Worker: Sendable {
  /// Requests to the thread, checked when it is woken.
  private struct Control {
    var isStopping = false
    /// Whether flows that are live at the stop are written instead of kept.
    var drains = false
    var changes: LiveOptions?
    var cut: WorkerCut?
    var hasEnded = false
  }

  /// The thread that writes datagrams, and the limit of octets until the next checkpoint.
  struct Journal: Sendable {
    var thread: JournalThread
    var limit: UInt64
  }

  let store: OutputThread<StoreOutput>
  /// Settings of its files that can change.
  let storeSettings: StoreSettings
  private let wakeUp: WakeUp
  private let control = Mutex(Control())
  private let published = Mutex(Ledger())
  /// Iterations of the thread's loop; unchanged only if the thread is stalled.
  private let rounds = Atomic<UInt64>(0)
  /// Whether it is still recovering.
  private let isRecovering = Atomic(true)
  private let index: Int
  private let logger: Logger
  private let directory: WorkerDirectory
  private let loop: Handoff<WorkerLoop>
  /// Nil if journaling is disabled.
  private let journal: Journal?
  /// Nil if the relay is disabled.
  private let relay: RelayThread?
  private let ended = Event()

  /// - Parameters:
  ///   - store: must have been started.
  ///   - wakeUp: of the loop's receiver.
  init(
    index: Int, loop: consuming sending WorkerLoop, store: OutputThread<StoreOutput>, storeSettings: StoreSettings,
    directory: WorkerDirectory, wakeUp: WakeUp, journal: Journal?, relay: RelayThread?,
    logger: Logger
  ) {
    self.relay = relay
    self.index = index
    self.loop = Handoff(loop)
    self.store = store
    self.storeSettings = storeSettings
    self.directory = directory
    self.wakeUp = wakeUp
    self.journal = journal
    self.logger = logger
  }

  /// Starts the thread. Call once.
  func start() {
    relay?.start()
    let thread = Thread { [self] in
      // Set from within: setting the name before the thread runs does not affect `top -H`.
      Thread.current.name = "worker-\(index)"
      if let loop = loop.take() { run(loop) }
      ended.happen()
    }
    thread.start()
  }

  /// The ledger as of the last second.
  var ledger: Ledger { published.withLock { $0 }.settled(with: store.counters) }

  /// Relay counters per target.
  var relayReports: [RelayReport] { relay?.reports ?? [] }

  var heartbeat: UInt64 { rounds.load(ordering: .relaxed) }

  /// Whether it receives; false during recovery.
  var isLive: Bool { !isRecovering.load(ordering: .acquiring) }

  func reconfigure(_ changes: LiveOptions) {
    control.withLock { $0.changes = changes }
    wakeUp.wake()
  }

  /// Requests a copy of its unpublished flows.
  func copyLiveFlows(to cut: WorkerCut) {
    let hasEnded = control.withLock { control in
      if !control.hasEnded { control.cut = cut }
      return control.hasEnded
    }
    if hasEnded { return cut.fail(.stopping) }
    wakeUp.wake()
  }

  /// Ends reception and commits; returns when that is done.
  ///
  /// - Parameter drains: whether live flows are written instead of kept for the next start.
  func finish(drains: Bool) {
    control.withLock { control in
      control.isStopping = true
      control.drains = drains
    }
    wakeUp.wake()
    ended.wait()
    relay?.finish()
    store.finish()
    journal?.thread.finish()
    // Otherwise the next start finds in memory what could not be written to disk.
    let isWritten = journal.map { $0.thread.buffer.waiting == 0 } ?? !directory.isFailing
    if isWritten { directory.removeRings() }
  }

  // MARK: On the thread

  private func run(_ loop: consuming WorkerLoop) {
    loop.recover(journal: journal) { rounds.add(1, ordering: .relaxed) }
    isRecovering.store(false, ordering: .releasing)
    // When the ledger was last published, milliseconds since 1970 UTC.
    var published: Int64 = 0
    var isStopping = false
    while !isStopping {
      rounds.add(1, ordering: .relaxed)
      if loop.step() { isStopping = obey(&loop) }
      let now = WorkerLoop.now
      if now - published >= 1000 || now < published {
        published = now
        loop.tick()
        publish(loop.ledger)
      }
    }
    loop.failCut(.stopping)
    let (drains, cut) = control.withLock { control in
      control.hasEnded = true
      return (control.drains, control.cut.take())
    }
    cut?.fail(.stopping)
    loop.finish(drains: drains)
    publish(loop.ledger)
  }

  /// - Returns: whether to stop.
  private func obey(_ loop: inout WorkerLoop) -> Bool {
    let (isStopping, changes, cut) = control.withLock { control in
      (control.isStopping, control.changes.take(), control.cut.take())
    }
    if let changes { loop.reconfigure(changes) }
    if let cut { loop.begin(cut) }
    return isStopping
  }

  private func publish(_ ledger: Ledger) {
    let before = published.withLock { old in
      defer { old = ledger }
      return old
    }
    warn(of: ledger, before)
  }

  private static func text(_ address: IPAddress?) -> String { address?.description ?? "an earlier run" }

  /// Logs when loss begins; the ledger has the numbers.
  private func warn(of ledger: Ledger, _ before: Ledger) {
    if ledger.kernelDrops > 0, before.kernelDrops == 0 {
      logger.warning(
        "the kernel dropped datagrams because the socket buffer was full: \(ledger.kernelDrops) so far; raise net.core.rmem_max and receive.bufferSize, or receive.workers"
      )
    }
    if ledger.refused.denied &+ ledger.refused.notAllowed > 0, before.refused.denied &+ before.refused.notAllowed == 0 {
      logger.notice(
        "datagrams are refused by exporters.allow and exporters.deny, the newest from \(Self.text(ledger.lastRefused)); status and metrics count them"
      )
    }
    if ledger.refused.overRate > 0, before.refused.overRate == 0 {
      logger.warning(
        "datagrams are dropped because their sender exceeds exporters.maximumRate, the newest from \(Self.text(ledger.lastRefused)); raise it, or check that sender"
      )
    }
    if ledger.mergedOrigins > 0, before.mergedOrigins == 0 {
      logger.warning(
        "too many exporters or observation domains: flows of some are stored under the exporter's address alone or as ::; possibly spoofed senders"
      )
    }
    if ledger.droppedTexts > 0, before.droppedTexts == 0 {
      logger.warning(
        "live flows hold \(FlowCache.maximumTextOctets >> 20) MiB of the column extra: it is left out of further flows")
    }
    if ledger.droppedRows > 0, before.droppedRows == 0 {
      logger.warning("the store is too slow, flows are dropped: \(ledger.droppedRows) so far; check the disk")
    }
  }
}

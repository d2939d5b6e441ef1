import Capture
import FlowAggregation
import FlowOutput
import FlowPipeline
import FlowStore
import Foundation
import Journal
import Logging
import NetFlow
import Relay
import StreamReception

/// The state owned by a worker's thread: sockets, pipeline, journal and counters.
struct WorkerLoop: ~Copyable {
  var receiver: UDPReceiver
  var pipeline: Pipeline
  var streams: StreamIntake
  /// The outcome of the last turn of `streams`.
  var turn = StreamIntake.Turn.idle
  private let sink: OutputSink<StoreOutput>
  private let recovery: WorkerRecovery
  /// Nil if disabled, or while recovering.
  var journal: WorkerJournal?
  /// Nil if the relay is disabled.
  private let relay: RelayThread?
  var reception = ReceptionCounters()
  /// The copy of live flows in progress.
  private var cut: WorkerCut?
  /// The last copy passed to the store.
  private var visitingCut: WorkerCut?
  /// Kernel drops of earlier runs.
  private var earlierDrops: UInt64 = 0
  /// Windows that had ended at the last checkpoint.
  private var checkpointedWindows = 0
  private let key: [String]
  /// Whether the sockets, with the datagrams queued in them, outlive this process.
  private let keepsSockets: Bool
  private let logger: Logger

  /// Maximum wait for datagrams, milliseconds: bounds the delay of timers on an idle line.
  private static let pollInterval: Int32 = 250
  /// Maximum time to read datagrams queued in the kernel at shutdown, seconds.
  private static let drainTime = Duration.seconds(2)
  /// Maximum time to count the remaining ones, seconds.
  private static let countTime = Duration.seconds(1)

  /// - Parameters:
  ///   - pipeline: in front of `sink`; waits while the sink is full.
  ///   - streams: messages of connections.
  ///   - keepsSockets: whether they outlive this process: the service manager keeps them, or passed them in.
  init(
    _ receiver: consuming UDPReceiver, _ pipeline: consuming Pipeline, _ sink: OutputSink<StoreOutput>,
    _ recovery: WorkerRecovery, streams: StreamQueue, relay: RelayThread?, key: [String], keepsSockets: Bool,
    _ logger: Logger
  ) {
    self.streams = StreamIntake(streams)
    self.keepsSockets = keepsSockets
    self.relay = relay
    self.receiver = receiver
    self.pipeline = pipeline
    self.sink = sink
    self.recovery = recovery
    self.key = key
    self.logger = logger
  }

  /// The ledger up to the store.
  var ledger: Ledger { pipeline.ledger(reception) }

  // MARK: Recovery

  /// Resumes from an earlier run: restores its checkpoint, and replays what came after it. From then on, flows are
  /// dropped instead of waiting.
  ///
  /// - Parameters:
  ///   - journal: writes datagrams from now on.
  ///   - progress: called from time to time.
  mutating func recover(journal: Worker.Journal?, _ progress: () -> Void) {
    reception = recovery.restore(&pipeline)
    earlierDrops = reception.kernelDrops
    for socket in 0..<receiver.socketCount {
      guard let last = recovery.checkpoint?.head.dropMarks["\(receiver.localEndpoint(socket))"] else { continue }
      receiver.resumeDrops(socket, from: last)
    }
    recovery.waitForAll()
    let replayed = recovery.replay(&receiver, into: &pipeline, progress)
    reception.add(recovered: replayed)
    let count = replayed.recovered
    pipeline.apply(.drop)
    if let journal { self.journal = recovery.makeJournal(journal.thread, limit: journal.limit) }
    if count > 0 {
      logger.notice("\(count) datagrams recovered from the journal, \(ledger.liveFlows) flows live")
    }
    checkpointedWindows = pipeline.endedWindows
  }

  // MARK: Collecting

  /// Processes the next datagrams, or advances the clock.
  ///
  /// - Returns: whether it was woken by a request.
  mutating func step() -> Bool {
    let reception = receive(timeout: cut == nil ? turn.timeout ?? Self.pollInterval : 0)
    switch reception {
    case .datagrams: ingest()
    case .nothing: pipeline.advance(to: Self.now)
    case .woken: break
    }
    takeStreamed()
    if cut != nil { continueCut() }
    if isCheckpointDue { checkpoint() }
    return reception == .woken
  }

  // MARK: Live flows

  /// Begins to copy the flows that are not in the store yet; this continues between datagrams, so that reception does
  /// not wait. The store's part is copied on its thread, after everything passed to it so far.
  mutating func begin(_ cut: WorkerCut) {
    if cut.hasFailed { return }
    // At most one copy occupies the queue: a disk may be away for long.
    if let last = visitingCut, !last.wasVisited { return cut.fail(.timeout) }
    let started = ContinuousClock.now
    self.cut?.fail(.superseded)
    self.cut = cut
    visitingCut = cut
    cut.begin(at: Self.now)
    pipeline.beginCapture()
    let isTaken = sink.visit(pipeline.context) { store in
      cut.noteVisit()
      if cut.hasFailed { return }
      do throws(StoreError) { cut.complete(try store.snapshot()) } catch { cut.fail(.store(error)) }
    }
    cut.noteSlice(ContinuousClock.now - started)
    if !isTaken { failCut(.stopping) }
  }

  private mutating func continueCut() {
    // The client no longer waits for it.
    if cut?.hasFailed == true { return failCut(.superseded) }
    let started = ContinuousClock.now
    let piece = pipeline.capture()
    cut?.noteSlice(ContinuousClock.now - started)
    let isLast = piece.isLast
    cut?.append(piece)
    if isLast { cut = nil }
  }

  /// Ends the copy in progress, if any.
  mutating func failCut(_ failure: LiveFailure) {
    guard let cut else { return }
    cut.fail(failure)
    self.cut = nil
    pipeline.endCapture()
  }

  private mutating func receive(timeout: Int32) -> UDPReceiver.Reception {
    do throws(SocketError) {
      return try receiver.receive(timeout: timeout)
    } catch {
      // If a socket fails, the others and the clock continue.
      logger.error("\(error)")
      Thread.sleep(forTimeInterval: 1)
      return .nothing
    }
  }

  private mutating func ingest() {
    if journal != nil { journal?.write(&receiver) } else { receiver.skipJournal() }
    relay?.take(receiver)
    pipeline.ingest(receiver)
    reception.received &+= UInt64(receiver.count)
  }

  /// Applies changes of the configuration.
  mutating func reconfigure(_ changes: LiveOptions) {
    pipeline.reconfigure(
      admission: changes.admission, aging: changes.aging, decoder: changes.decoder, filter: changes.filter,
      isPrompt: changes.isPrompt)
  }

  /// Updates counters kept elsewhere. Call once a second.
  mutating func tick() {
    journal?.tick()
    receiver.countKernelDrops()
    updateCounters()
  }

  private mutating func updateCounters() {
    if let missing = journal?.missing { reception.unjournaled = missing }
    reception.kernelDrops = (0..<receiver.socketCount).reduce(earlierDrops) {
      $0 &+ receiver.kernelDrops($1).total
    }
  }

  /// Processes what waits in the kernel, and keeps live flows for the next start.
  ///
  /// - Parameter drains: whether live flows are written instead.
  mutating func finish(drains: Bool) {
    let deadline = ContinuousClock.now + Self.drainTime
    if !takeWaiting(until: deadline), !keepsSockets { countUntaken() }
    pipeline.apply(.wait)
    finishStreams()
    if drains { pipeline.finish() }
    checkpoint()
    tick()
  }

  /// - Returns: whether nothing waits any more.
  private mutating func takeWaiting(until deadline: ContinuousClock.Instant) -> Bool {
    while ContinuousClock.now < deadline {
      switch receive(timeout: 0) {
      case .datagrams: ingest()
      // A request for live flows does not end the wait.
      case .woken: continue
      case .nothing: return true
      }
    }
    return false
  }

  /// Counts the datagrams that were not processed in time; they are lost with their socket.
  private mutating func countUntaken() {
    let deadline = ContinuousClock.now + Self.countTime
    let before = reception.untaken
    count: while ContinuousClock.now < deadline {
      switch receive(timeout: 0) {
      case .datagrams:
        receiver.skipJournal()
        reception.untaken &+= UInt64(receiver.count)
      case .woken: continue
      case .nothing: break count
      }
    }
    if reception.untaken > before {
      logger.warning(
        "\(reception.untaken - before) datagrams were still in the kernel's buffers when the collector stopped, and are lost; more receive.workers read faster"
      )
    }
  }

  // MARK: Checkpoints

  /// Due after each window and after half of the journal; repeated while the journal is full.
  private var isCheckpointDue: Bool {
    journal?.needsCheckpoint == true || pipeline.endedWindows != checkpointedWindows
  }

  /// Passes a checkpoint to the store's thread, after all flows that left the cache. If there is no room, it is
  /// retried.
  private mutating func checkpoint() {
    guard pipeline.handOverAll(), pipeline.canHandOver, journal?.rotate() ?? true else { return }
    checkpointedWindows = pipeline.endedWindows
    updateCounters()
    var dropMarks: [String: UInt32] = [:]
    for socket in 0..<receiver.socketCount {
      dropMarks["\(receiver.localEndpoint(socket))"] = receiver.kernelDrops(socket).last
    }
    let segment = journal?.segment ?? recovery.nextSegment(receiver.buffer)
    let draft = Checkpoint(
      pipeline.state, reception: reception, dropMarks: dropMarks, sink: sink.counters, segment: segment, key: key)
    sink.commit(draft, to: recovery.directory, pipeline.context)
  }

  /// Milliseconds since 1970 UTC.
  static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}

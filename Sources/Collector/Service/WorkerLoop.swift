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

/// What a worker's thread owns: the sockets, the pipeline behind them, the journal beside them, and what it counts itself.
struct WorkerLoop: ~Copyable {
  var receiver: UDPReceiver
  var pipeline: Pipeline
  var streams: StreamIntake
  /// What became of the last look at `streams`.
  var turn = StreamIntake.Turn.idle
  private let sink: OutputSink<StoreOutput>
  private let recovery: WorkerRecovery
  /// Nil: there is none, or an earlier run's is still read.
  var journal: WorkerJournal?
  /// Nil: nothing is relayed.
  private let relay: RelayThread?
  var reception = ReceptionCounters()
  /// The copy of live flows that is being made.
  private var cut: WorkerCut?
  /// The last one that the store was to add to.
  private var visitingCut: WorkerCut?
  /// Kernel drops of earlier runs.
  private var earlierDrops: UInt64 = 0
  /// Windows that had ended at the last checkpoint.
  private var checkpointedWindows = 0
  private let key: [String]
  /// Whether the sockets outlive this process, with all that waits at them.
  private let keepsSockets: Bool
  private let logger: Logger

  /// Longest wait for datagrams, milliseconds: how late timers can run on an idle line.
  private static let pollInterval: Int32 = 250
  /// Longest that datagrams which wait in the kernel are still read when the collector stops, seconds.
  private static let drainTime: TimeInterval = 2
  /// Longest that those which still wait then are counted, seconds.
  private static let countTime: TimeInterval = 1

  /// - Parameters:
  ///   - pipeline: in front of `sink`; one that waits while the sink has no room.
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

  /// Where everything has gone so far, up to what was handed to the store.
  var ledger: Ledger { pipeline.ledger(reception) }

  // MARK: Going on from an earlier run

  /// Goes on from where an earlier run ended: its checkpoint, and through the same pipeline what came after it. From then on
  /// flows are dropped rather than waited for.
  ///
  /// - Parameters:
  ///   - journal: what writes datagrams from now on.
  ///   - progress: called now and then.
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

  /// Takes the next datagrams, or lets the clock go on.
  ///
  /// - Returns: whether it was woken: there is something to do.
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

  /// Begins to copy the flows that the store has not got, which goes on between datagrams: reception does not wait for it. What
  /// the store has is looked at on its thread, behind all that it was given until now.
  mutating func begin(_ cut: WorkerCut) {
    if cut.hasFailed { return }
    // One at most waits in the queue, whose room is for flows: a disk may be away for long.
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
    // Whoever asked waits for it no longer.
    if cut?.hasFailed == true { return failCut(.superseded) }
    let started = ContinuousClock.now
    let piece = pipeline.capture()
    cut?.noteSlice(ContinuousClock.now - started)
    let isLast = piece.isLast
    cut?.append(piece)
    if isLast { cut = nil }
  }

  /// Ends what was begun, if anything: there will be no more.
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
      // A socket that is no longer usable: the others go on, and so does the clock.
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

  /// Applies what has changed in the configuration.
  mutating func reconfigure(_ changes: LiveOptions) {
    pipeline.reconfigure(
      admission: changes.admission, aging: changes.aging, decoder: changes.decoder, filter: changes.filter,
      isPrompt: changes.isPrompt)
  }

  /// Brings what is counted elsewhere up to date; to be called once a second.
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

  /// Takes what waits in the kernel, and keeps flows that are live for the next start.
  ///
  /// - Parameter drains: whether flows that are live are written instead.
  mutating func finish(drains: Bool) {
    let deadline = Date(timeIntervalSinceNow: Self.drainTime)
    if !takeWaiting(until: deadline), !keepsSockets { countUntaken() }
    pipeline.apply(.wait)
    finishStreams()
    if drains { pipeline.finish() }
    checkpoint()
    tick()
  }

  /// - Returns: whether nothing waits any longer.
  private mutating func takeWaiting(until deadline: Date) -> Bool {
    while Date() < deadline {
      switch receive(timeout: 0) {
      case .datagrams: ingest()
      // Somebody has asked for live flows meanwhile: not the end of what waits.
      case .woken: continue
      case .nothing: return true
      }
    }
    return false
  }

  /// Counts the datagrams that there was no time for. They end with their socket.
  private mutating func countUntaken() {
    let deadline = Date(timeIntervalSinceNow: Self.countTime)
    let before = reception.untaken
    count: while Date() < deadline {
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

  /// A checkpoint follows each window, and half a journal; a full one asks for more.
  private var isCheckpointDue: Bool {
    journal?.needsCheckpoint == true || pipeline.endedWindows != checkpointedWindows
  }

  /// Hands a checkpoint to the store's thread, behind all flows that have left the cache. Without room it is tried again.
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

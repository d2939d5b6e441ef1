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
    var changes: (aging: AgingConfiguration, decoder: FlowDecoderOptions, filter: RecordFilter)?
  }

  let store: StoreThread
  private let wakeUp: WakeUp
  private let control = Mutex(Control())
  private let published = Mutex(Ledger())
  /// Rounds of the thread's loop: it stands still only if the thread hangs.
  private let rounds = Atomic<UInt64>(0)
  private let logger: Logger
  private let ended = DispatchSemaphore(value: 0)

  /// Longest wait for datagrams, milliseconds: how late timers can run on an idle line.
  private static let patience: Int32 = 250
  /// Longest that datagrams which wait in the kernel are still read when the collector stops, seconds.
  private static let farewell: TimeInterval = 2

  /// Starts the thread.
  init(
    index: Int, receiver: consuming UDPReceiver, options: PipelineOptions, directory: ExporterDirectory,
    store: StoreThread, logger: Logger
  ) {
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

  func reconfigure(aging: AgingConfiguration, decoder: FlowDecoderOptions, filter: RecordFilter) {
    control.withLock { $0.changes = (aging, decoder, filter) }
    wakeUp.wake()
  }

  /// Ends reception, ages out what is live, commits; returns when that is done.
  func finish() {
    control.withLock { $0.isStopping = true }
    wakeUp.wake()
    ended.wait()
    ended.signal()
    store.finish()
  }

  // MARK: On the thread

  private func run(_ receiver: consuming UDPReceiver, _ pipeline: consuming Pipeline<StoreSink>) {
    var received: UInt64 = 0
    // When the ledger was published last, milliseconds since 1970 UTC.
    var published: Int64 = 0
    var isStopping = false
    while !isStopping {
      rounds.add(1, ordering: .relaxed)
      switch receive(&receiver, timeout: Self.patience) {
      case .datagrams: received &+= Self.ingest(receiver, &pipeline)
      case .nothing: pipeline.advance(to: Self.now)
      case .woken: isStopping = obey(&pipeline)
      }
      let now = Self.now
      if now - published >= 1000 || now < published {
        published = now
        publish(&receiver, pipeline, received)
      }
    }
    let deadline = Date(timeIntervalSinceNow: Self.farewell)
    while Date() < deadline, case .datagrams = receive(&receiver, timeout: 0) {
      received &+= Self.ingest(receiver, &pipeline)
    }
    pipeline.finish()
    publish(&receiver, pipeline, received)
  }

  private static func ingest(_ receiver: borrowing UDPReceiver, _ pipeline: inout Pipeline<StoreSink>) -> UInt64 {
    for index in 0..<receiver.count {
      let datagram = receiver.datagram(index)
      pipeline.ingest(datagram.bytes, from: datagram.source, arrival: datagram.arrival)
    }
    return UInt64(receiver.count)
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

  private func publish(_ receiver: inout UDPReceiver, _ pipeline: borrowing Pipeline<StoreSink>, _ received: UInt64) {
    receiver.countKernelDrops()
    var ledger = pipeline.ledger
    ledger.receivedDatagrams = received
    ledger.kernelDrops = (0..<receiver.socketCount).reduce(0) { $0 &+ receiver.kernelDrops($1).total }
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

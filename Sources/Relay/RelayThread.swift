// Relay: forwards received datagrams unchanged to other collectors. Knows nothing of their content.

public import Capture
import Foundation
import NetworkBytes
import Synchronization
import Waiting

/// Forwards what one worker receives, so that reception waits for no target.
///
/// Datagrams wait in one buffer for all targets, each with its own position. A blocked target loses its oldest
/// datagrams once the buffer is three quarters full; the others are unaffected.
public final class RelayThread: Sendable {
  private let buffer: RelayBuffer
  private let options: RelayOptions
  private let sockets: [RelaySocket]
  private let worker: Int
  private let log: RelayLog
  /// Datagrams that did not fit into the buffer.
  private let missing = Atomic<UInt64>(0)
  private let isStopping = Atomic(false)
  private let published: Mutex<[RelayReport]>
  private let ended = Event()

  /// Maximum time to send waiting datagrams at shutdown.
  private static let drainTime = Duration.seconds(2)
  /// Maximum wait for something to do, milliseconds.
  private static let interval: Int32 = 250
  /// Delay to collect datagrams that are sent together, microseconds.
  private static let gatherTime: UInt32 = 1000

  /// Opens the sockets; `start` starts the thread.
  ///
  /// - Throws: `SocketError`, in particular if `options.keepsSource` is not permitted.
  public convenience init(_ options: RelayOptions, worker: Int, _ log: RelayLog) throws(SocketError) {
    var sockets: [RelaySocket] = []
    for target in options.targets {
      sockets.append(try RelaySocket(to: target, keepsSource: options.keepsSource))
    }
    try self.init(options, sockets, worker: worker, log)
  }

  /// - Parameter sockets: one per target of `options`, in order.
  package init(
    _ options: RelayOptions, _ sockets: [RelaySocket], worker: Int, _ log: RelayLog
  ) throws(SocketError) {
    buffer = try RelayBuffer(capacity: options.queue)
    published = Mutex(options.targets.map { RelayReport(target: $0) })
    self.options = options
    self.sockets = sockets
    self.worker = worker
    self.log = log
  }

  /// Starts the thread. Call once.
  public func start() {
    let thread = Thread { [self] in
      Thread.current.name = "relay-\(worker)"
      run()
      ended.happen()
    }
    thread.start()
  }

  /// Takes a batch, on the receiving thread. Datagrams that do not fit are dropped.
  public func take(_ receiver: borrowing UDPReceiver) {
    let taken = receiver.relay(into: buffer)
    guard taken < receiver.count else { return }
    var dropped: UInt64 = 0
    for index in taken..<receiver.count where options.takes(receiver.datagram(index).source.address) { dropped &+= 1 }
    missing.add(dropped, ordering: .relaxed)
  }

  /// A report for each target.
  public var reports: [RelayReport] { published.withLock { $0 } }

  /// Sends what waits, for at most two seconds, and ends. Call after the last `take`.
  public func finish() {
    isStopping.store(true, ordering: .releasing)
    buffer.wake()
    ended.wait()
  }

  // MARK: On the thread

  /// State of the thread.
  private struct Work {
    var targets: [RelayTarget]
    /// Everything before this position has been filtered by exporter.
    var selected: UInt64 = 0
    var missing: UInt64 = 0
  }

  private func run() {
    var work = Work(targets: sockets.indices.map { RelayTarget(options.targets[$0], sockets[$0], $0, log) })
    var ticked = ContinuousClock.now
    var deadline: ContinuousClock.Instant?
    while true {
      // Read before the head: everything taken before the request to stop is before the head.
      let isLast = isStopping.load(ordering: .acquiring)
      if isLast, deadline == nil { deadline = ContinuousClock.now + Self.drainTime }
      let head = buffer.head
      send(&work, before: head)
      let now = ContinuousClock.now
      if now - ticked >= .seconds(1) {
        ticked = now
        for index in work.targets.indices { work.targets[index].tick() }
      }
      let isDone = work.targets.allSatisfy { $0.position == head }
      if isLast, isDone || deadline.map({ now >= $0 }) == true { break }
      wait(work, head)
    }
    for index in work.targets.indices { work.targets[index].drop(buffer, before: buffer.head) }
    publish(&work, buffer.head)
  }

  /// Sends what is before the head to each target, as far as it accepts it.
  private func send(_ work: inout Work, before head: UInt64) {
    select(&work, before: head)
    let full = buffer.capacity / 4 * 3
    let half = buffer.capacity / 2
    let missing = missing.load(ordering: .relaxed)
    for index in work.targets.indices {
      work.targets[index].noteDropped(missing &- work.missing)
      work.targets[index].send(buffer, before: head)
      if head - work.targets[index].position > full {
        work.targets[index].drop(buffer, before: head - half)
      }
    }
    work.missing = missing
    publish(&work, head)
    if let first = work.targets.map(\.position).min() { buffer.release(upTo: first) }
  }

  /// Marks datagrams of other exporters to be skipped.
  private func select(_ work: inout Work, before head: UInt64) {
    if !options.isSelective { return }
    while work.selected < head {
      let record = buffer.record(at: work.selected)
      if !options.takes(record.source.address) { buffer.leaveOut(work.selected) }
      work.selected = record.next
    }
  }

  private func publish(_ work: inout Work, _ head: UInt64) {
    for index in work.targets.indices { work.targets[index].noteWaiting(head) }
    let reports = work.targets.map(\.report)
    published.withLock { $0 = reports }
  }

  /// Waits until there is something to do; returns at once if a target only yielded its turn.
  private func wait(_ work: Work, _ head: UInt64) {
    guard work.targets.allSatisfy({ $0.isBlocked || $0.position == head }) else { return }
    buffer.wait(behind: head, or: work.targets.compactMap(\.blockedSocket), timeout: Self.interval)
    if !isStopping.load(ordering: .acquiring) { usleep(Self.gatherTime) }
  }
}

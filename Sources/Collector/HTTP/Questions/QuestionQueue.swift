import Dispatch
import FlowQuery
import Foundation
package import NIOCore
import Synchronization
import Waiting

/// Runs store queries on a few low-priority threads: in order, equal ones once, and none for clients that have
/// disconnected or waited too long.
///
/// Sound: all state is accessed only under `lock`.
package final class QuestionQueue: @unchecked Sendable {
  /// Computes a response; its argument returns whether no client waits for it any more.
  package typealias Work = @Sendable (_ isCancelled: @escaping @Sendable () -> Bool) throws -> ByteBuffer

  package struct Limits: Sendable {
    /// Number of queries that run in parallel.
    package var threads = 2
    /// Maximum number of waiting clients.
    package var clients = 32
    /// Maximum wait.
    package var time: Duration = .seconds(30)
    /// How long a response is reused for equal queries.
    package var freshness: Duration = .seconds(1)
    /// Niceness of the threads, as in nice(1).
    package var niceness = Thread.backgroundNiceness

    package init() {}
  }

  /// A query and the clients that wait for it.
  private final class Job: Sendable {
    let key: String
    let work: Work
    let isAbandoned = Atomic(false)

    init(_ key: String, _ work: @escaping Work) {
      self.key = key
      self.work = work
    }
  }

  private typealias Waiter = CheckedContinuation<ByteBuffer, any Error>

  private let limits: Limits
  /// Called when no query has arrived for a while.
  private let onIdle: @Sendable () -> Void
  private let lock = NSLock()
  /// Signaled for an idle thread.
  private let came = TimedSemaphore()
  private var waiting: [Job] = []
  /// Queries waiting and running.
  private var jobs: [String: Job] = [:]
  private var waiters: [String: [Int: Waiter]] = [:]
  private var recent: [(key: String, ended: ContinuousClock.Instant, body: ByteBuffer)] = []
  private var clientCount = 0
  private var threadCount = 0
  private var idleCount = 0
  private var lastTicket = 0

  package init(_ limits: Limits = Limits(), onIdle: @escaping @Sendable () -> Void = {}) {
    self.limits = limits
    self.onIdle = onIdle
  }

  /// Returns the response to a query.
  ///
  /// - Parameter key: equal for equal queries.
  /// - Throws: 429 if too many clients wait, 504 after the maximum wait, `CancellationError` if the client has
  ///   disconnected, or the error of `work`.
  package func answer(_ key: String, for client: ClientSignal, _ work: @escaping Work) async throws -> ByteBuffer {
    let ticket = nextTicket()
    let watch = client.onLeave { self.fail(key, ticket, CancellationError()) }
    defer { client.forget(watch) }
    let timer = Task { [limits] in
      try await Task.sleep(for: limits.time)
      fail(key, ticket, Self.tooLong(limits.time))
    }
    defer { timer.cancel() }
    return try await withCheckedThrowingContinuation { waiter in
      if client.isGone { return waiter.resume(throwing: CancellationError()) }
      enqueue(key, ticket, waiter, work)
      // The client may have disconnected before it was queued.
      if client.isGone { fail(key, ticket, CancellationError()) }
    }
  }

  private static func tooLong(_ time: Duration) -> APIError {
    APIError(
      504,
      "the query took longer than \(time.components.seconds) s; use a shorter window, or a filter")
  }

  /// Number of waiting clients.
  package var waitingClients: Int {
    lock.lock()
    defer { lock.unlock() }
    return clientCount
  }

  private func nextTicket() -> Int {
    lock.lock()
    defer { lock.unlock() }
    lastTicket += 1
    return lastTicket
  }

  private func enqueue(_ key: String, _ ticket: Int, _ waiter: Waiter, _ work: @escaping Work) {
    lock.lock()
    defer { lock.unlock() }
    forgetStale()
    if let known = recent.first(where: { $0.key == key }) { return waiter.resume(returning: known.body) }
    guard clientCount < limits.clients else {
      return waiter.resume(
        throwing: APIError(429, "\(clientCount) clients are waiting for answers already; retry later", retryAfter: 2))
    }
    clientCount += 1
    waiters[key, default: [:]][ticket] = waiter
    if jobs[key] != nil { return }
    let job = Job(key, work)
    jobs[key] = job
    waiting.append(job)
    if idleCount > 0 { return came.signal() }
    guard threadCount < limits.threads else { return }
    threadCount += 1
    Thread.detachNewThread { self.run() }
  }

  /// Drops responses too old to be reused. Call under `lock`.
  private func forgetStale() {
    let now = ContinuousClock.now
    recent.removeAll { now - $0.ended >= limits.freshness }
  }

  /// Removes a client without a response.
  private func fail(_ key: String, _ ticket: Int, _ error: any Error) {
    lock.lock()
    defer { lock.unlock() }
    guard let waiter = waiters[key]?.removeValue(forKey: ticket) else { return }
    clientCount -= 1
    waiter.resume(throwing: error)
    guard waiters[key]?.isEmpty ?? true, let job = jobs[key] else { return }
    // Later equal queries start a new job.
    job.isAbandoned.store(true, ordering: .relaxed)
    waiting.removeAll { $0 === job }
    jobs[key] = nil
    waiters[key] = nil
  }

  /// A thread: runs queries until none has arrived for a while.
  private func run() {
    Thread.current.name = "question"
    // Reception and the store take precedence.
    Thread.lowerPriority(to: limits.niceness)
    while let job = next() {
      let outcome = Result { try job.work { job.isAbandoned.load(ordering: .relaxed) } }
      finish(job, outcome)
    }
    onIdle()
  }

  /// How long an idle thread waits for another query.
  private static let idleTime = 3.0

  private func next() -> Job? {
    lock.lock()
    defer { lock.unlock() }
    let end = DispatchTime.now() + Self.idleTime
    while waiting.isEmpty {
      idleCount += 1
      lock.unlock()
      let isInTime = came.wait(until: end)
      lock.lock()
      idleCount -= 1
      if !isInTime, waiting.isEmpty {
        threadCount -= 1
        forgetStale()
        return nil
      }
    }
    return waiting.removeFirst()
  }

  private func finish(_ job: Job, _ outcome: Result<ByteBuffer, any Error>) {
    lock.lock()
    defer { lock.unlock() }
    guard jobs[job.key] === job else { return }
    jobs[job.key] = nil
    let answered = waiters.removeValue(forKey: job.key) ?? [:]
    clientCount -= answered.count
    if case .success(let body) = outcome { recent.append((job.key, .now, body)) }
    for waiter in answered.values { waiter.resume(with: outcome) }
  }
}

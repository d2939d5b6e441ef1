import FlowQuery
import Foundation
package import NIOCore
import Synchronization

/// Answers questions to the store on a few threads of its own, which reception goes before: one after the other, those that are
/// the same once, and none for clients that have gone or have waited for too long.
///
/// Sound: all state is touched under `lock` only.
package final class QuestionQueue: @unchecked Sendable {
  /// Makes an answer; the function that it is given is whether nobody waits for it any more.
  package typealias Work = @Sendable (_ isCancelled: @escaping @Sendable () -> Bool) throws -> ByteBuffer

  package struct Limits: Sendable {
    /// Questions that are answered at a time.
    package var threads = 2
    /// Clients that wait.
    package var clients = 32
    /// Longest that one waits.
    package var time: Duration = .seconds(30)
    /// How long an answer is also given to those who ask the same later.
    package var freshness: Duration = .seconds(1)
    /// Of the threads, as in nice(1).
    package var niceness = Thread.backgroundNiceness

    package init() {}
  }

  /// A question and those who wait for its answer.
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
  /// What is done when no question has come for a while.
  private let onIdle: @Sendable () -> Void
  private let lock = NSCondition()
  private var waiting: [Job] = []
  /// Those of `waiting` and those that are being answered.
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

  /// The answer to a question.
  ///
  /// - Parameter key: the same for the same question.
  /// - Throws: 429 where too many wait, 504 after too long, `CancellationError` if the client has gone, or what `work` throws.
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
      // It may have gone before it was in the queue.
      if client.isGone { fail(key, ticket, CancellationError()) }
    }
  }

  private static func tooLong(_ time: Duration) -> APIError {
    APIError(
      504,
      "the query took longer than \(time.components.seconds) s; use a shorter window, or a filter")
  }

  /// Clients that wait for answers at present.
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
    if idleCount > 0 { return lock.signal() }
    guard threadCount < limits.threads else { return }
    threadCount += 1
    Thread.detachNewThread { self.run() }
  }

  /// Forgets the answers that are too old for those who ask the same now. Called under `lock`.
  private func forgetStale() {
    let now = ContinuousClock.now
    recent.removeAll { now - $0.ended >= limits.freshness }
  }

  /// Takes a client out that has not been answered.
  private func fail(_ key: String, _ ticket: Int, _ error: any Error) {
    lock.lock()
    defer { lock.unlock() }
    guard let waiter = waiters[key]?.removeValue(forKey: ticket) else { return }
    clientCount -= 1
    waiter.resume(throwing: error)
    guard waiters[key]?.isEmpty ?? true, let job = jobs[key] else { return }
    // Whoever asks the same from now on gets an answer of its own.
    job.isAbandoned.store(true, ordering: .relaxed)
    waiting.removeAll { $0 === job }
    jobs[key] = nil
    waiters[key] = nil
  }

  /// A thread: answers questions until none has come for a while.
  private func run() {
    Thread.current.name = "question"
    // Reception and the store come first.
    Thread.lowerPriority(to: limits.niceness)
    while let job = next() {
      let outcome = Result { try job.work { job.isAbandoned.load(ordering: .relaxed) } }
      finish(job, outcome)
    }
    onIdle()
  }

  /// How long a thread waits for another question.
  private static let idleTime = 3.0

  private func next() -> Job? {
    lock.lock()
    defer { lock.unlock() }
    let end = Date(timeIntervalSinceNow: Self.idleTime)
    while waiting.isEmpty {
      idleCount += 1
      let isInTime = lock.wait(until: end)
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

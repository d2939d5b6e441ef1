import Collector
import Foundation
import NIOCore
import Synchronization
import TestSupport
import Testing

@Suite("Questions wait for few threads")
struct QuestionQueueTests {
  /// Counts events.
  private final class Counter: Sendable {
    private let value = Atomic(0)

    var count: Int { value.load(ordering: .sequentiallyConsistent) }
    func add() { value.wrappingAdd(1, ordering: .sequentiallyConsistent) }
  }

  /// Blocks queries on their threads until released.
  private final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let passed = Counter()

    var entered: Int { passed.count }

    func pass() {
      passed.add()
      semaphore.wait()
      semaphore.signal()
    }

    func open() { semaphore.signal() }
  }

  private static func limits(_ change: (inout QuestionQueue.Limits) -> Void = { _ in }) -> QuestionQueue.Limits {
    var limits = QuestionQueue.Limits()
    limits.niceness = 0
    limits.time = .seconds(3600)
    change(&limits)
    return limits
  }

  @Test("the same question is answered once for all who ask at the time or shortly after", .timeLimit(.minutes(10)))
  func sharing() async throws {
    let (gate, made, idled) = (Gate(), Counter(), Counter())
    let queue = QuestionQueue(Self.limits { $0.freshness = .seconds(3600) }, onIdle: { idled.add() })
    let work: QuestionQueue.Work = { _ in
      gate.pass()
      return ByteBuffer(string: "answer")
    }
    let askers = (0..<8).map { _ in Task { try await queue.answer("a", for: ClientSignal(), work) } }
    try await eventually("what askers and answers do") { gate.entered == 1 }
    gate.open()
    for asker in askers { #expect(String(buffer: try await asker.value) == "answer") }
    _ = try await queue.answer("a", for: ClientSignal()) { _ in
      made.add()
      return ByteBuffer()
    }
    #expect(made.count == 0)
    #expect(gate.entered == 1)
    // Also after the threads have ended because there were no queries.
    try await eventually("what askers and answers do") { idled.count > 0 }
    _ = try await queue.answer("a", for: ClientSignal(), work)
    #expect(gate.entered == 1)
    #expect(try await queue.answer("b", for: ClientSignal()) { _ in ByteBuffer(string: "other") }.readableBytes == 5)
  }

  @Test("no more are answered at a time than there are threads, and no more wait than may", .timeLimit(.minutes(10)))
  func bounds() async throws {
    let gate = Gate()
    let queue = QuestionQueue(Self.limits { ($0.threads, $0.clients) = (2, 4) })
    let askers = (0..<4).map { number in
      Task {
        try await queue.answer("\(number)", for: ClientSignal()) { _ in
          gate.pass()
          return ByteBuffer()
        }
      }
    }
    try await eventually("what askers and answers do") { gate.entered == 2 }
    try await eventually("what askers and answers do") { queue.waitingClients == 4 }
    let refused = await #expect(throws: APIError.self) {
      _ = try await queue.answer("late", for: ClientSignal()) { _ in ByteBuffer() }
    }
    #expect(refused?.status == 429)
    #expect(refused?.retryAfter != nil)
    #expect(gate.entered == 2)
    gate.open()
    for asker in askers { _ = try await asker.value }
    #expect(gate.entered == 4)
    #expect(queue.waitingClients == 0)
  }

  @Test("a question that nobody waits for any more is cancelled", .timeLimit(.minutes(10)))
  func leaving() async throws {
    let queue = QuestionQueue(Self.limits())
    let (began, ended) = (Counter(), Counter())
    let clients = [ClientSignal(), ClientSignal()]
    let askers = clients.map { client in
      Task {
        try await queue.answer("a", for: client) { isCancelled in
          began.add()
          while !isCancelled() { Thread.sleep(forTimeInterval: 0.002) }
          ended.add()
          return ByteBuffer()
        }
      }
    }
    try await eventually("what askers and answers do") { began.count > 0 && queue.waitingClients == 2 }
    for (client, asker) in zip(clients, askers) {
      #expect(ended.count == 0)
      client.leave()
      await #expect(throws: CancellationError.self) { _ = try await asker.value }
    }
    try await eventually("what askers and answers do") { ended.count > 0 }
    // A client that disconnects before it queries gets no answer.
    await #expect(throws: CancellationError.self) {
      _ = try await queue.answer("b", for: clients[0]) { _ in ByteBuffer() }
    }
  }

  @Test(
    "whoever has waited for too long is told so, while the question is still being answered", .timeLimit(.minutes(10)))
  func timeout() async throws {
    let queue = QuestionQueue(Self.limits { $0.time = .milliseconds(20) })
    let gate = Gate()
    let failure = await #expect(throws: APIError.self) {
      _ = try await queue.answer("a", for: ClientSignal()) { _ in
        gate.pass()
        return ByteBuffer()
      }
    }
    #expect(failure?.status == 504)
    gate.open()
  }

  @Test("a failure is told to all who wait, and not kept", .timeLimit(.minutes(10)))
  func failures() async throws {
    struct Failure: Error {}
    let queue = QuestionQueue(Self.limits { $0.freshness = .seconds(3600) })
    await #expect(throws: Failure.self) {
      _ = try await queue.answer("a", for: ClientSignal()) { _ in throw Failure() }
    }
    #expect(try await queue.answer("a", for: ClientSignal()) { _ in ByteBuffer(string: "x") }.readableBytes == 1)
  }
}

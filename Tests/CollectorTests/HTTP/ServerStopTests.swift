import Collector
import Dispatch
import FlowQuery
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("The HTTP side stops at any time", .tags(.network), .unlessFast)
struct ServerStopTests {
  @Test("it stops and starts while clients connect without pause", .timeLimit(.minutes(15)))
  func storm() async throws {
    let folder = try TemporaryFolder()
    let storm = Storm(clients: 4)
    defer { storm.end() }
    for _ in 0..<50 {
      let before = storm.count
      let server = try await TestServer.start(store: folder.path)
      storm.turn(to: server.port)
      try await eventually("clients of a server") { storm.count >= before + 8 }
      server.task.cancel()
      await server.task.value
    }
  }

  @Test("clients that are slow to ask, slow to go on, or wait for an answer do not hold it", .timeLimit(.minutes(10)))
  func slowClients() async throws {
    let folder = try TemporaryFolder()
    let busy = BusyCollector(store: folder.path)
    // The store does not respond until the server has stopped.
    defer { busy.release() }
    let server = try await TestServer.start(store: folder.path, own: busy.own)
    let silent = try LoopbackConnection(to: server.port)
    let dripping = try LoopbackConnection(to: server.port)
    try dripping.send("GET /healthz HTTP/1.1\r\nX: ")
    let idle = try LoopbackConnection(to: server.port)
    try idle.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    try await eventually("an answer") { !idle.isSilentlyOpen }
    let waiting = try LoopbackConnection(to: server.port)
    try waiting.send("GET /api/v1/flows HTTP/1.1\r\nHost: localhost\r\n\r\n")
    try await eventually("the question") { busy.isAsked }
    server.task.cancel()
    await server.task.value
    #expect(try await silent.readToEnd() == "")
    #expect(try await dripping.readToEnd() == "")
    #expect(HTTPAnswer(try await idle.readToEnd()).status == 200)
    #expect(try await waiting.readToEnd() == "")
  }

  @Test("an answer that takes a moment is whole when it stops meanwhile", .timeLimit(.minutes(10)))
  func answersMeanwhile() async throws {
    let folder = try TemporaryFolder()
    let busy = BusyCollector(store: folder.path)
    defer { busy.release() }
    let server = try await TestServer.start(store: folder.path, own: busy.own, grace: .seconds(600))
    let waiting = try LoopbackConnection(to: server.port)
    try waiting.send("GET /api/v1/flows HTTP/1.1\r\nHost: localhost\r\n\r\n")
    try await eventually("the question") { busy.isAsked }
    server.task.cancel()
    // The server is stopping: nobody can connect any more.
    try await eventually("the end of listening") { (try? LoopbackConnection(to: server.port)) == nil }
    busy.release()
    await server.task.value
    #expect(HTTPAnswer(try await waiting.readToEnd()).status == 200)
  }

  /// A collector whose live flows are unavailable until it is released.
  private final class BusyCollector: Sendable {
    private let asked = Mutex(false)
    private let gate = DispatchSemaphore(value: 0)
    private let store: String

    init(store: String) { self.store = store }

    var own: OwnCollector {
      OwnCollector(store: store, identity: "own") {
        self.asked.withLock { $0 = true }
        self.gate.wait()
        self.gate.signal()
        return .unavailable("busy")
      }
    }

    var isAsked: Bool { asked.withLock { $0 } }
    func release() { gate.signal() }
  }

  /// Clients on their own threads that connect, query and disconnect without pause.
  private final class Storm: Sendable {
    private struct State {
      var port: UInt16?
      var count = 0
      var isOver = false
    }

    private let state = Mutex(State())

    init(clients: Int) {
      for _ in 0..<clients { Thread.detachNewThread { self.run() } }
    }

    /// Number of connections made.
    var count: Int { state.withLock { $0.count } }

    func turn(to port: UInt16) { state.withLock { $0.port = port } }
    func end() { state.withLock { $0.isOver = true } }

    private func run() {
      while true {
        let (port, isOver) = state.withLock { ($0.port, $0.isOver) }
        if isOver { return }
        // Between two servers nothing listens.
        guard let port, let connection = try? LoopbackConnection(to: port) else {
          Thread.sleep(forTimeInterval: 0.001)
          continue
        }
        state.withLock { $0.count += 1 }
        try? connection.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        // Some disconnect before they are answered; none fills the accept queue.
        for _ in 0..<4 where connection.isSilentlyOpen { Thread.sleep(forTimeInterval: 0.0005) }
      }
    }
  }
}

import Capture
import Logging
import NIOCore
import NetworkBytes
import StreamReception
import TestSupport
import Testing

@Suite("Connections of exporters", .tags(.network, .slow), .unlessFast, .ownThread)
struct StreamReceiverTests {
  /// A receiver with one worker, played by the test.
  private struct Stage: ~Copyable {
    let receiver: StreamReceiver
    let queue: StreamQueue
    private(set) var messages: [UInt32: [[UInt8]]] = [:]
    private(set) var ended: Set<UInt32> = []

    init(queue capacity: Int = 1 << 20, _ configure: (inout StreamOptions) -> Void = { _ in }) throws {
      var options = StreamOptions()
      options.listeners = [
        .init(ScopedEndpoint(Endpoint(address: IPAddress(v4: 0x7f00_0001), port: 0)), isSecure: false)
      ]
      configure(&options)
      queue = StreamQueue(capacity: capacity)
      receiver = try StreamReceiver(
        listening: options, as: nil, to: [queue], Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      receiver.start()
    }

    var port: UInt16 { receiver.listeners[0].endpoint.port }

    mutating func take() {
      var batch = StreamBatch()
      while queue.take(&batch) {
        for index in 0..<batch.count {
          let datagram = batch.datagram(index, arrival: 0)
          guard let part = datagram.stream else { continue }
          if part.event == .end { ended.insert(part.connection) }
          let octets = datagram.bytes.copied()
          let before = messages[part.connection] ?? []
          #expect((part.event == .first) == (before.isEmpty && part.event != .end))
          #expect(part.position == UInt32(before.reduce(0) { $0 + $1.count }))
          if part.event != .end { messages[part.connection, default: []].append(octets) }
        }
      }
    }

    var count: Int { messages.values.reduce(0) { $0 + $1.count } }
  }

  private func sender(_ port: UInt16) throws -> StreamSender {
    try StreamSender(to: Endpoint(address: IPAddress(v4: 0x7f00_0001), port: port), security: nil)
  }

  @Test("every message of every connection comes, in its connection's order, and then its end")
  func all() async throws {
    var stage = try Stage()
    defer { stage.receiver.finish() }
    for index in 0..<5 {
      let sender = try sender(stage.port)
      for number in 0..<100 { try sender.enqueue(MessageFramerTests.message(16 + number * 7, seed: index)) }
      try sender.flush()
      sender.close()
    }
    while stage.ended.count < 5 {
      stage.take()
      try await Task.sleep(for: .milliseconds(5))
    }
    let sent = (0..<5).map { index in (0..<100).map { MessageFramerTests.message(16 + $0 * 7, seed: index) } }
    #expect(stage.messages.sorted { $0.key < $1.key }.map(\.value) == sent)
    #expect(stage.receiver.report.open == 0)
    #expect(stage.receiver.report.accepted == 5)
  }

  @Test("a queue without room holds connections back, and loses nothing")
  func backPressure() async throws {
    var stage = try Stage(queue: 64 << 10) { $0.receiveBuffer = 32 << 10 }
    defer { stage.receiver.finish() }
    let port = stage.port
    let count = 5000
    let sending = Task.detached {
      let sender = try StreamSender(to: Endpoint(address: IPAddress(v4: 0x7f00_0001), port: port), security: nil)
      for _ in 0..<count { try sender.enqueue(MessageFramerTests.message(1000)) }
      try sender.flush()
      sender.close()
    }
    try await eventually("a connection that waits") { stage.receiver.report.paused == 1 }
    #expect(stage.queue.waiting <= 64 << 10)
    while stage.ended.isEmpty {
      stage.take()
      try await Task.sleep(for: .milliseconds(1))
    }
    try await sending.value
    #expect(stage.count == count)
    #expect(stage.receiver.report.paused == 0)
  }

  @Test("what is no message ends the connection, behind those that were")
  func faults() async throws {
    var stage = try Stage()
    defer { stage.receiver.finish() }
    let sender = try sender(stage.port)
    try sender.enqueue(MessageFramerTests.message(50))
    try sender.enqueue(u16(9, 50) + zeros(46))
    try? sender.flush()
    while stage.ended.isEmpty {
      stage.take()
      try await Task.sleep(for: .milliseconds(5))
    }
    sender.close()
    #expect(stage.count == 1)
    #expect(stage.receiver.report.closed == [.protocolError: 1])
  }

  @Test("more connections than may be are closed at once; others go when they take too long")
  func limits() async throws {
    let stage = try Stage {
      $0.maximumConnectionsPerAddress = 4
      $0.idleTimeout = .milliseconds(1500)
      $0.messageTimeout = .milliseconds(500)
    }
    defer { stage.receiver.finish() }
    var silent: [StreamSender] = []
    for _ in 0..<3 { silent.append(try sender(stage.port)) }
    let slow = try sender(stage.port)
    try slow.enqueue([0, 10, 0, 40, 1])
    try slow.flush()
    try await eventually("four connections") { stage.receiver.report.open == 4 }
    for _ in 0..<10 { silent.append(try sender(stage.port)) }
    try await eventually("the end of all") { stage.receiver.report.open == 0 }
    #expect(stage.receiver.report.closed == [.tooManyOfAddress: 10, .idle: 3, .slowMessage: 1])
    #expect(stage.receiver.report.accepted == 4)
    for sender in silent + [slow] { sender.close() }
  }

  @Test("at the end, what was received is handed over, although there is no room for it")
  func end() async throws {
    var stage = try Stage(queue: 4096)
    let sender = try sender(stage.port)
    for _ in 0..<30 { try sender.enqueue(MessageFramerTests.message(1000)) }
    try sender.flush()
    try await eventually("a connection that waits") { stage.receiver.report.paused == 1 }
    stage.receiver.finish()
    stage.take()
    #expect(stage.count == 30)
    #expect(stage.ended == [1])
    sender.close()
  }

  @Test("a port that is taken is an error of one line")
  func taken() throws {
    let stage = try Stage()
    defer { stage.receiver.finish() }
    let port = stage.port
    do {
      _ = try Stage { $0.listeners[0].endpoint.endpoint.port = port }
      Issue.record("it listens")
    } catch {
      #expect("\(error)".hasPrefix("cannot listen on tcp://127.0.0.1:\(port): "), "\(error)")
    }
  }
}

import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A server on loopback with scripted behaviour, on NIO's threads.
final class ServerStub: Sendable {
  /// The outcome of an insert.
  enum Act: Sendable {
    /// Accepts it, with ClickHouse's response.
    case take
    case answer(Int, headers: [(String, String)] = [], body: String = "")
    /// Closes the connection after the request head, without a response.
    case cutBefore
    /// Closes the connection after the complete body, without a response.
    case cutAfter
    /// Responds after the head, and closes the connection with the body unread.
    case refuse(Int, code: Int, body: String)
    /// Never responds.
    case silence

    static func exception(_ code: Int, _ text: String, status: Int = 500) -> Act {
      .answer(
        status, headers: [("X-ClickHouse-Exception-Code", String(code))],
        body: "Code: \(code). DB::Exception: \(text) (version 26.9.2.1)\nmore")
    }
  }

  struct Received: Sendable {
    var url: String
    var headers: HTTPHeaders
    var body: [UInt8] = []

    /// Query parameters of the URL.
    var parameters: [String: String] {
      let items = URLComponents(string: url)?.queryItems ?? []
      return Dictionary(items.map { ($0.name, $0.value ?? "") }) { first, _ in first }
    }
  }

  struct State {
    /// Outcomes of the next inserts; `take` after the last one.
    var acts: [Act] = []
    /// Responses to queries, by a word in them; other queries are answered with a version.
    var answers: [(word: String, act: Act)] = []
    var inserts: [Received] = []
    var questions: [Received] = []
  }

  let state = Mutex(State())
  private let channel = Mutex<(any Channel)?>(nil)

  init(_ acts: [Act] = [], answers: [(word: String, act: Act)] = []) async throws {
    state.withLock { ($0.acts, $0.answers) = (acts, answers) }
    let bound = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(StubHandler(self))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    channel.withLock { $0 = bound }
  }

  deinit { channel.withLock { $0?.close(promise: nil) } }

  var port: Int { channel.withLock { $0?.localAddress?.port ?? 0 } }
  var url: String { "http://127.0.0.1:\(port)" }
  var inserts: [Received] { state.withLock { $0.inserts } }
  var questions: [Received] { state.withLock { $0.questions } }

  fileprivate func act(on received: Received) -> Act {
    state.withLock { state in
      if received.parameters["query"] != nil {
        state.inserts.append(received)
        return state.acts.isEmpty ? .take : state.acts.removeFirst()
      }
      state.questions.append(received)
      return .take
    }
  }

  /// Returns the response to a query, whose text is in the body.
  fileprivate func answer(to question: Received) -> Act {
    let text = String(decoding: question.body, as: UTF8.self)
    let found = state.withLock { state in state.answers.first { text.contains($0.word) }?.act }
    return found ?? Self.rows([["26.9.2.1"]])
  }

  static func rows(_ rows: [[String]]) -> Act {
    let json = (try? JSONEncoder().encode(["data": rows])).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return .answer(200, headers: [("X-ClickHouse-Server-Display-Name", "stub")], body: json)
  }

  fileprivate func add(_ octets: [UInt8], isInsert: Bool) {
    state.withLock { state in
      if isInsert {
        state.inserts[state.inserts.count - 1].body += octets
      }
    }
  }
}

private final class StubHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let stub: ServerStub
  private var received: ServerStub.Received?
  private var act = ServerStub.Act.take
  private var isInsert: Bool { received?.parameters["query"] != nil }

  init(_ stub: ServerStub) { self.stub = stub }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      let request = ServerStub.Received(url: head.uri, headers: head.headers)
      received = request
      act = stub.act(on: request)
      switch act {
      case .cutBefore: context.close(promise: nil)
      case .refuse(let status, let code, let body):
        respond(context, status, [("X-ClickHouse-Exception-Code", String(code))], body, closes: true)
      case .take, .answer, .cutAfter, .silence: break
      }
    case .body(let piece):
      received?.body += Array(piece.readableBytesView)
      if isInsert { stub.add(Array(piece.readableBytesView), isInsert: true) }
    case .end: end(context)
    }
  }

  private func end(_ context: ChannelHandlerContext) {
    if let received, !isInsert { act = stub.answer(to: received) }
    switch act {
    case .take: respond(context, 200, [("X-ClickHouse-Summary", "{}")], "")
    case .answer(let status, let headers, let body): respond(context, status, headers, body)
    case .cutAfter: context.close(promise: nil)
    case .cutBefore, .refuse, .silence: break
    }
  }

  private func respond(
    _ context: ChannelHandlerContext, _ status: Int, _ headers: [(String, String)], _ body: String, closes: Bool = false
  ) {
    var fields = HTTPHeaders(headers)
    fields.add(name: "Content-Length", value: String(body.utf8.count))
    if closes { fields.add(name: "Connection", value: "close") }
    let head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: fields)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
    let done = context.writeAndFlush(wrapOutboundOut(.end(nil)))
    if closes { done.assumeIsolated().whenComplete { _ in context.close(promise: nil) } }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// What holds for all answers of a connection: the headers that browsers are told to be strict by, an answer in JSON to what is
/// no HTTP, and its place in the table of connections.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let table: ConnectionTable
  /// Longest that a request may take to come, however many octets of it come meanwhile.
  private let timeout: TimeAmount
  private var deadline: Scheduled<Void>?
  private var client: ClientSignal?
  /// Whole requests that have not been answered.
  private var unanswered = 0
  /// Whether a request, or an answer, has begun and not ended.
  private var isReceiving = false
  private var isAnswering = false
  /// Whether the connection ends with the present answer.
  private var isLast = false

  init(_ table: ConnectionTable, timeout: TimeAmount) {
    self.table = table
    self.timeout = timeout
  }

  func handlerAdded(context: ChannelHandlerContext) { if context.channel.isActive { open(context) } }

  func channelActive(context: ChannelHandlerContext) {
    open(context)
    context.fireChannelActive()
  }

  private func open(_ context: ChannelHandlerContext) {
    if client != nil { return }
    client = table.open(context.channel)
    waitForRequest(context)
  }

  /// The header comes to this handler as a whole: what drips is seen by its time alone.
  private func waitForRequest(_ context: ChannelHandlerContext) {
    deadline?.cancel()
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    deadline = context.eventLoop.scheduleTask(in: timeout) { bound.value.close(promise: nil) }
  }

  func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
    table.close(context.channel)
    client?.leave()
    context.fireChannelInactive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    // Nobody closes one side and still waits for the answer to a question.
    if case .inputClosed? = event as? ChannelEvent { client?.leave() }
    context.fireUserInboundEventTriggered(event)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head: isReceiving = true
    case .body: break
    case .end:
      isReceiving = false
      deadline?.cancel()
      unanswered += 1
      if !isAnswering { table.set(.answer, of: context.channel) }
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(var head):
      // Of a request that is not whole, for example because its body is refused: what follows cannot be read.
      isLast = isLast || isReceiving && unanswered == 0
      isAnswering = true
      head.headerFields.append(contentsOf: StrictHeaders.all)
      if isLast { head.headerFields[.connection] = "close" }
      table.set(.delivery, of: context.channel)
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .body: context.write(data, promise: promise)
    case .end:
      let written = promise ?? context.eventLoop.makePromise()
      let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
      written.futureResult.whenComplete { _ in bound.value.handler.answered(bound.value.context) }
      context.write(data, promise: written)
    }
  }

  private func answered(_ context: ChannelHandlerContext) {
    isAnswering = false
    unanswered = max(0, unanswered - 1)
    if isLast { return finish(context) }
    table.set(unanswered > 0 ? .answer : .request, of: context.channel)
    if unanswered == 0 { waitForRequest(context) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // The system's own errors end the connection by themselves.
    if error is IOError || error is ChannelError { return context.fireErrorCaught(error) }
    guard !isAnswering, unanswered == 0, !isLast else { return context.close(promise: nil) }
    isLast = true
    let isTooLarge = error as? HTTPParserError == .headerOverflow
    let answer = HTTPAnswer(
      isTooLarge
        ? APIError(431, "the request line or the headers are too large")
        : APIError(400, "not an HTTP request"))
    var head = HTTPResponse(status: answer.status, headerFields: answer.headers)
    head.headerFields.append(contentsOf: StrictHeaders.all)
    head.headerFields[.connection] = "close"
    head.headerFields[.contentLength] = String(answer.body.readableBytes)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(answer.body)), promise: nil)
    let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
    context.writeAndFlush(wrapOutboundOut(.end(nil)))
      .whenComplete { _ in bound.value.handler.finish(bound.value.context) }
  }

  /// Ends the connection so that the client can still read the answer: what it sends meanwhile is passed over, for a close would
  /// have the system take the answer back.
  private func finish(_ context: ChannelHandlerContext) {
    table.set(.request, of: context.channel)
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    context.close(mode: .output, promise: nil)
    context.eventLoop.scheduleTask(in: Self.lingering) { bound.value.close(promise: nil) }
  }

  private static let lingering: TimeAmount = .seconds(2)
}

/// Headers of every answer. The page needs nothing from elsewhere, and nothing elsewhere needs what is here.
enum StrictHeaders {
  static let all: HTTPFields = [
    .contentSecurityPolicy:
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    .xContentTypeOptions: "nosniff",
    .referrerPolicy: "no-referrer",
    .crossOriginResourcePolicy: "same-origin",
    .crossOriginOpenerPolicy: "same-origin",
  ]
}

extension HTTPField.Name {
  // Sound names, which the initializer takes.
  static let referrerPolicy = Self("Referrer-Policy") ?? .xContentTypeOptions
  static let crossOriginOpenerPolicy = Self("Cross-Origin-Opener-Policy") ?? .xContentTypeOptions
}

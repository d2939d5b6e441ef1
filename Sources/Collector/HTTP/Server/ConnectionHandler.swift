import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Common behavior of all responses on a connection: security headers, a JSON response to invalid HTTP, and
/// registration in the table of connections.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let table: ConnectionTable
  /// Maximum time to receive a request, regardless of progress.
  private let timeout: TimeAmount
  private var deadline: Scheduled<Void>?
  private var client: ClientSignal?
  /// Complete requests without a response.
  private var unanswered = 0
  /// Whether a request or response has begun but not ended.
  private var isReceiving = false
  private var isAnswering = false
  /// Whether the connection ends with the current response.
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

  /// The header arrives at this handler as a whole; slow clients are detected only by time.
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
    // A client that closes its side is not waiting for the result of a query.
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
      // The rest of an incomplete request, for example with a rejected body, cannot be parsed.
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
    // System errors end the connection by themselves.
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

  /// Ends the connection so that the client can still read the response: further input is discarded, because closing
  /// with unread input would reset the connection.
  private func finish(_ context: ChannelHandlerContext) {
    table.set(.request, of: context.channel)
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    context.close(mode: .output, promise: nil)
    context.eventLoop.scheduleTask(in: Self.lingering) { bound.value.close(promise: nil) }
  }

  private static let lingering: TimeAmount = .seconds(2)
}

/// Headers of every response. The page needs no external resources, and no other site needs to access it.
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
  // Valid names, which the initializer accepts.
  static let referrerPolicy = Self("Referrer-Policy") ?? .xContentTypeOptions
  static let crossOriginOpenerPolicy = Self("Cross-Origin-Opener-Policy") ?? .xContentTypeOptions
}

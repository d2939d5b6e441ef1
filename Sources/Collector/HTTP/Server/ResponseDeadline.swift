import NIOCore
import NIOHTTPTypes

/// Closes a connection whose client does not receive its response in time, so that it does not occupy a place forever.
final class ResponseDeadline: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let timeout: TimeAmount
  private var task: Scheduled<Void>?

  init(timeout: TimeAmount) {
    self.timeout = timeout
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head:
      task?.cancel()
      let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
      task = context.eventLoop.scheduleTask(in: timeout) { bound.value.close(promise: nil) }
      context.write(data, promise: promise)
    case .body: context.write(data, promise: promise)
    case .end:
      let written = promise ?? context.eventLoop.makePromise()
      let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
      written.futureResult.whenComplete { _ in bound.value.task?.cancel() }
      context.write(data, promise: written)
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) { task?.cancel() }
}

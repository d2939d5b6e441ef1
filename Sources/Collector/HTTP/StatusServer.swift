import Files
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import NetworkBytes

/// The collector's HTTP side: `/healthz`, `/readyz`, `/metrics` and `/api/v1/status`. It only reads what workers have
/// published, on a thread of its own, so that no client can slow reception.
struct StatusServer: Sendable {
  /// What it answers with.
  struct Source: Sendable {
    /// What is stalled, a line each.
    var stalled: @Sendable () -> [String]
    /// Why the collector is not ready, a line each.
    var notReady: @Sendable () -> [String]
    var metrics: @Sendable () -> String
    var status: @Sendable () throws -> Data
  }

  let listen: Endpoint
  let source: Source
  let logger: Logger

  private static let maximumConnections = 64
  /// Longest that a request may take to come, and an answer to be taken.
  private static let requestTimeout: TimeAmount = .seconds(30)
  /// Pause before an address that is taken is tried again.
  private static let pause: Duration = .seconds(10)

  /// Serves until the task is cancelled. An address that cannot be listened on is tried again: reception goes on without.
  func run() async {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    var isFailing = false
    while !Task.isCancelled {
      do {
        try await serve(on: group)
      } catch is CancellationError {
        return
      } catch {
        if !isFailing {
          logger.error(
            "HTTP: cannot listen on \(listen): \(Self.reason(of: error)); the collector goes on without, and tries again; free the port or set http.listen"
          )
        }
        isFailing = true
      }
      do { try await Task.sleep(for: Self.pause) } catch { return }
    }
  }

  private func serve(on group: MultiThreadedEventLoopGroup) async throws {
    // The library's own messages say nothing that ours do not.
    var quiet = Logger(label: "http") { _ in SwiftLogNoOpLogHandler() }
    quiet.logLevel = .critical
    let application = Application(
      router: router,
      server: .http1(
        configuration: .init(
          additionalChannelHandlers: [ResponseDeadline(timeout: Self.requestTimeout)],
          idleTimeout: Self.requestTimeout,
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: 8192, maxHeaderListSize: 16_384, maxHeaderFieldCount: 100))),
      configuration: .init(
        address: .hostname(listen.address.description, port: Int(listen.port)), serverName: "sagflow",
        backlog: Self.maximumConnections, availableConnectionsDelegate: .maximum(Self.maximumConnections, logger: quiet)
      ),
      onServerRunning: { channel in
        // The port that was taken, where any was asked for.
        let port = channel.localAddress?.port.flatMap { UInt16(exactly: $0) } ?? listen.port
        logger.info("HTTP on \(Endpoint(address: listen.address, port: port))")
      },
      eventLoopGroupProvider: .shared(group), logger: quiet)
    try await application.run()
  }

  private var router: Router<BasicRequestContext> {
    let router = Router(options: .autoGenerateHeadEndpoints)
    let cache = AnswerCache()
    let source = source
    router.get("/healthz") { _, _ in Self.answer(source.stalled()) }
    router.get("/readyz") { _, _ in Self.answer(source.notReady()) }
    router.get("/metrics") { _, _ in
      Self.response(.ok, MetricsText.contentType, cache.answer("metrics") { ByteBuffer(string: source.metrics()) })
    }
    router.get("/api/v1/status") { _, _ in
      Self.response(
        .ok, "application/json", try cache.answer("status") { ByteBuffer(bytes: try source.status()) })
    }
    return router
  }

  /// `ok`, or 503 and what is wrong.
  private static func answer(_ problems: [String]) -> Response {
    let text = problems.isEmpty ? "ok\n" : problems.map { "\($0)\n" }.joined()
    return response(
      problems.isEmpty ? .ok : .serviceUnavailable, "text/plain; charset=utf-8", ByteBuffer(string: text))
  }

  private static func response(_ status: HTTPResponse.Status, _ type: String, _ body: ByteBuffer) -> Response {
    Response(
      status: status, headers: [.contentType: type, .cacheControl: "no-store"], body: ResponseBody(byteBuffer: body))
  }

  private static func reason(of error: any Error) -> String {
    guard let error = error as? IOError else { return "\(error)" }
    return errorText(error.errnoCode)
  }
}

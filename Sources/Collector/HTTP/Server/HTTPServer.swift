import Files
package import Foundation
import HTTPServing
import HTTPTypes
package import HostNames
import Hummingbird
package import Logging
import NIOCore
import NIOPosix
package import NetFlow
package import NetworkBytes

/// The collector's HTTP side: monitoring, the API under `/api/v1/`, and the page. It reads what workers have published, on a thread
/// of its own, and asks the store on others that reception goes before, so that no client can slow reception.
package struct HTTPServer: Sendable {
  /// What it answers with.
  package struct Source: Sendable {
    /// What is stalled, a line each.
    var stalled: @Sendable () -> [String]
    /// Why the collector is not ready, a line each.
    var notReady: @Sendable () -> [String]
    var metrics: @Sendable () -> String
    /// JSON.
    var status: @Sendable () throws -> Data
    /// JSON.
    var exporters: @Sendable () throws -> Data
    var sessions: @Sendable () -> [SessionSummary]
    /// The templates of sessions, by id.
    var templates: @Sendable ([SessionKey]) -> [SessionKey: [UInt16: TemplateDefinition]]
    /// What describes the API to others, OpenAPI in JSON.
    var description: [UInt8]
    /// Looks names of hosts up; nil: that is not allowed at present.
    var names: @Sendable () -> ReverseNames?
    /// A file of the page by its path, such as `/`; nil if there is none.
    var asset: @Sendable (_ path: String) -> StaticAsset?

    package init(
      stalled: @escaping @Sendable () -> [String], notReady: @escaping @Sendable () -> [String],
      metrics: @escaping @Sendable () -> String, status: @escaping @Sendable () throws -> Data,
      exporters: @escaping @Sendable () throws -> Data, sessions: @escaping @Sendable () -> [SessionSummary],
      templates: @escaping @Sendable ([SessionKey]) -> [SessionKey: [UInt16: TemplateDefinition]],
      description: [UInt8], names: @escaping @Sendable () -> ReverseNames? = { nil },
      asset: @escaping @Sendable (_ path: String) -> StaticAsset? = { _ in nil }
    ) {
      self.stalled = stalled
      self.notReady = notReady
      self.metrics = metrics
      self.status = status
      self.exporters = exporters
      self.sessions = sessions
      self.templates = templates
      self.description = description
      self.names = names
      self.asset = asset
    }
  }

  let listen: Endpoint
  /// Names beside this host's own that requests may have in `Host`.
  let hosts: [String]
  /// Path of the file with the token; empty: none is needed.
  let tokenFile: String
  let source: Source
  let supply: FlowSupply
  /// Longest that a request may take to come, and an answer to be taken.
  let timeout: TimeAmount
  /// How long clients that are being answered may still take when it stops.
  let grace: Duration
  let logger: Logger
  /// Called with the port that was taken, each time it begins to listen.
  let onListening: @Sendable (UInt16) -> Void

  package init(
    listen: Endpoint, hosts: [String] = [], tokenFile: String = "", source: Source, supply: FlowSupply,
    timeout: Duration = .seconds(30), grace: Duration = .seconds(2), logger: Logger,
    onListening: @escaping @Sendable (UInt16) -> Void = { _ in }
  ) {
    self.listen = listen
    self.hosts = hosts
    self.tokenFile = tokenFile
    self.source = source
    self.supply = supply
    self.timeout = TimeAmount(timeout)
    self.grace = grace
    self.logger = logger
    self.onListening = onListening
  }

  /// Paths that are answered, and the query parameters that each takes; nil: they are not looked at.
  package var paths: [String: [String]?] {
    Dictionary(
      uniqueKeysWithValues: CollectorAPI(source, supply, QuestionQueue()).routes.map { ($0.path, $0.parameters) })
  }

  /// The thread of the HTTP side, for as long as the process runs.
  private static let thread = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  /// Pause before what did not work is tried again.
  private static let pause: Duration = .seconds(10)

  /// Serves until the task is cancelled. An address that cannot be listened on, or a token that cannot be read, is tried again:
  /// reception goes on without. When it stops, clients delay that no longer than `grace`.
  package func run() async {
    let queue = QuestionQueue { [supply] in supply.release() }
    let api = CollectorAPI(source, supply, queue)
    var isFailing = false
    while !Task.isCancelled {
      do {
        let token = tokenFile.isEmpty ? nil : try AccessToken(file: tokenFile)
        try await serve(api, AccessRules(hosts: hosts, token: token))
      } catch is CancellationError {
        return
      } catch {
        if !isFailing { logger.error("HTTP: \(problem(error))") }
        isFailing = true
      }
      do { try await Task.sleep(for: Self.pause) } catch { return }
    }
  }

  private func problem(_ error: any Error) -> String {
    if let failure = error as? AccessToken.Failure {
      return "\(failure); the collector runs without HTTP, and retries"
    }
    return
      "cannot listen on \(listen): \(Self.reason(of: error)); the collector runs without HTTP, and retries; free the port or set http.listen"
  }

  private func serve(_ api: CollectorAPI, _ access: AccessRules) async throws {
    let connections = ConnectionTable()
    let server = StoppableServer(
      RequestResponder(api: api, access: access, connections: connections, asset: source.asset),
      http: .init(
        additionalChannelHandlers: [
          ConnectionHandler(connections, timeout: timeout), ResponseDeadline(timeout: timeout),
        ],
        idleTimeout: timeout,
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: 8192, maxHeaderListSize: 16_384, maxHeaderFieldCount: 100)),
      configuration: .init(
        address: .hostname(listen.address.description, port: Int(listen.port)), serverName: "sagflow", backlog: 128),
      on: Self.thread, grace: grace
    ) { channel in
      // The port that was taken, where any was asked for.
      let port = channel.localAddress?.port.flatMap { UInt16(exactly: $0) } ?? listen.port
      logger.info("HTTP on \(Endpoint(address: listen.address, port: port))")
      onListening(port)
    }
    try await server.run()
  }

  private static func reason(of error: any Error) -> String {
    guard let error = error as? IOError else { return "\(error)" }
    return errorText(error.errnoCode)
  }
}

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

/// The collector's HTTP server: monitoring, the API under `/api/v1/`, and the web page. It reads published state on its
/// own thread and queries the store on low-priority threads, so that no client can slow reception.
package struct HTTPServer: Sendable {
  /// The data for responses.
  package struct Source: Sendable {
    /// Stalled parts, one line each.
    var stalled: @Sendable () -> [String]
    /// Why the collector is not ready, one line each.
    var notReady: @Sendable () -> [String]
    var metrics: @Sendable () -> String
    /// JSON.
    var status: @Sendable () throws -> Data
    /// JSON.
    var exporters: @Sendable () throws -> Data
    var sessions: @Sendable () -> [SessionSummary]
    /// Returns the templates of sessions, by id.
    var templates: @Sendable ([SessionKey]) -> [SessionKey: [UInt16: TemplateDefinition]]
    /// The API's description, OpenAPI in JSON.
    var description: [UInt8]
    /// Looks up host names; nil if disabled at present.
    var names: @Sendable () -> ReverseNames?
    /// Returns a file of the page by its path, such as `/`; nil if there is none.
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
  /// Accepted names in `Host`, in addition to this host's own.
  let hosts: [String]
  /// Path of the token file; empty for none.
  let tokenFile: String
  let source: Source
  let supply: FlowSupply
  /// Maximum time to receive a request, and to send a response.
  let timeout: TimeAmount
  /// Time for responses in progress at shutdown.
  let grace: Duration
  let logger: Logger
  /// Called with the port each time it begins to listen.
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

  /// Paths, and the query parameters of each; nil if they are ignored.
  package var paths: [String: [String]?] {
    Dictionary(
      uniqueKeysWithValues: CollectorAPI(source, supply, QuestionQueue()).routes.map { ($0.path, $0.parameters) })
  }

  /// The event loop of the HTTP server, for the lifetime of the process.
  private static let thread = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  /// Pause before retrying.
  private static let pause: Duration = .seconds(10)

  /// Serves until the task is canceled. If the address or the token is unavailable, it retries while reception
  /// continues. At shutdown, clients cause a delay of at most `grace`.
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
      // The assigned port, if 0 was requested.
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

package import Hummingbird
package import HummingbirdCore
import Logging
package import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// An HTTP/1.1 server that can be stopped at any time, even while clients connect or are slow.
package struct StoppableServer<Responder: HTTPResponder>: Sendable
where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
  private let responder: Responder
  private let http: HTTP1Channel.Configuration
  private let configuration: ApplicationConfiguration
  private let group: any EventLoopGroup
  private let grace: Duration
  private let onListening: @Sendable (any Channel) async -> Void

  /// - Parameters:
  ///   - group: its event loops, which must outlive it.
  ///   - grace: how long requests in progress may take after a stop.
  ///   - onListening: called with the listening channel.
  package init(
    _ responder: Responder, http: HTTP1Channel.Configuration = .init(), configuration: ApplicationConfiguration,
    on group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton, grace: Duration = .seconds(2),
    onListening: @escaping @Sendable (any Channel) async -> Void
  ) {
    self.responder = responder
    self.http = http
    self.configuration = configuration
    self.group = group
    self.grace = grace
    self.onListening = onListening
  }

  /// Serves until the task is canceled. Then it stops listening, closes idle connections at once and others after their
  /// response. After `grace` it closes the remaining connections and cancels their handlers.
  ///
  /// - Throws: an error if it cannot listen.
  package func run() async throws {
    // The library's messages add nothing to the collector's own.
    var quiet = Logger(label: "http") { _ in SwiftLogNoOpLogHandler() }
    quiet.logLevel = .critical
    let table = HeldConnectionTable()
    let application = Application(
      responder: responder,
      server: HTTPServerBuilder { [http] in
        HeldConnections(http: HTTP1Channel(responder: $0, configuration: http), table: table)
      },
      configuration: configuration, onServerRunning: onListening, eventLoopGroupProvider: .shared(group), logger: quiet)
    let services = ServiceGroup(services: [application], logger: quiet)
    // Not a child task: canceling it with this task would also cut off responses that are ready.
    let serving = Task { try await services.run() }
    let stopping = Mutex<Task<Void, Never>?>(nil)
    defer {
      stopping.withLock { $0?.cancel() }
      // Closes connections that the library has released.
      table.closeAll()
    }
    try await withTaskCancellationHandler {
      try await serving.value
    } onCancel: {
      let stop = Task { [grace] in
        await services.triggerGracefulShutdown()
        try? await Task.sleep(for: grace)
        table.closeAll()
        serving.cancel()
      }
      stopping.withLock { $0 = stop }
    }
  }
}

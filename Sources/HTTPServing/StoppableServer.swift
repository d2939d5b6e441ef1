package import Hummingbird
package import HummingbirdCore
import Logging
package import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// An HTTP/1.1 server that can be stopped at any time, also while clients connect and while they are slow.
package struct StoppableServer<Responder: HTTPResponder>: Sendable
where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
  private let responder: Responder
  private let http: HTTP1Channel.Configuration
  private let configuration: ApplicationConfiguration
  private let group: any EventLoopGroup
  private let grace: Duration
  private let onListening: @Sendable (any Channel) async -> Void

  /// - Parameters:
  ///   - group: its threads, which outlive it.
  ///   - grace: how long clients that are being answered may still take when it stops.
  ///   - onListening: called with the channel that listens.
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

  /// Serves until the task is cancelled. Then it stops to listen, closes connections that wait for a request at once and others with
  /// their answer, and after `grace` closes those that are left and cancels what answers them.
  ///
  /// - Throws: why it cannot listen.
  package func run() async throws {
    // The library's own messages say nothing that ours do not.
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
    // No child: it is not cancelled with this task, for then it would also cut off answers that are ready.
    let serving = Task { try await services.run() }
    let stopping = Mutex<Task<Void, Never>?>(nil)
    defer {
      stopping.withLock { $0?.cancel() }
      // Connections that the library has given up.
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

import Files
import FlowOutput
import FlowQuery
import Foundation
import Logging
import Parquet
import Synchronization
import Waiting

/// Serves live flows to programs of this host, over a socket in the state directory, to which a link in the store
/// leads.
final class LiveServer: Sendable {
  private let flows: LiveFlows
  private let state: @Sendable () -> LiveState
  private let listener: LocalListener
  private let path: String
  private let link: String
  private let logger: Logger
  private let ended = Event()
  private let connections = Atomic(0)

  /// Further connections are closed at once.
  private static let maximumConnections = 32
  /// Timeouts for a client's request, and for listing the store's files, milliseconds.
  private static let (askingTime, listingTime) = (Int32(30_000), Int32(300_000))

  /// Starts listening.
  ///
  /// - Parameters:
  ///   - path: path of the socket.
  ///   - link: the link in the store.
  init(
    _ flows: LiveFlows, at path: String, link: String, logger: Logger, state: @escaping @Sendable () -> LiveState
  ) throws(FileError) {
    self.flows = flows
    self.state = state
    self.path = path
    self.link = link
    self.logger = logger
    listener = try LocalListener(path)
    try Directory.link(link, to: Self.target(of: path, from: link))
  }

  /// Relative if the socket is below the link's directory, so that a store can be moved.
  private static func target(of path: String, from link: String) -> String {
    let directory = link[...(link.lastIndex(of: "/") ?? link.startIndex)]
    if path.hasPrefix(directory) { return String(path.dropFirst(directory.count)) }
    return URL(fileURLWithPath: path).standardizedFileURL.path
  }

  /// Starts the thread. Call once.
  func start() {
    let thread = Thread { [self] in
      Thread.current.name = "live"
      acceptAll()
      ended.happen()
    }
    thread.start()
  }

  /// Stops the server. Call after the workers have ended; until then, responses report that the collector is stopping.
  func finish() {
    listener.end()
    ended.wait()
    for name in [link, path] { try? Directory.remove(name) }
  }

  private func acceptAll() {
    // Logged once, not with each attempt.
    var failure: Int32 = 0
    while true {
      do throws(FileError) {
        guard let connection = try listener.accept() else { return }
        serve(connection)
        failure = 0
      } catch {
        if error.code != failure { logger.error("\(error); live flows are not available to sagflow top and query") }
        failure = error.code
        Thread.sleep(forTimeInterval: 1)
      }
    }
  }

  private func serve(_ connection: consuming LocalConnection) {
    guard connections.wrappingAdd(1, ordering: .relaxed).newValue <= Self.maximumConnections else {
      connections.wrappingSubtract(1, ordering: .relaxed)
      return
    }
    let handoff = Handoff(connection)
    Thread.detachNewThread { [self] in
      Thread.current.name = "live-client"
      // Reception and the store take precedence.
      Thread.lowerPriority()
      if let connection = handoff.take() {
        // A client that disconnects or does not receive its response is not an error of the collector.
        do throws(FileError) { try answer(connection) } catch {}
      }
      connections.wrappingSubtract(1, ordering: .relaxed)
    }
  }

  private func answer(_ connection: borrowing LocalConnection) throws(FileError) {
    var position: LiveFlows.Position?
    while let received = try connection.receive(timeout: position == nil ? Self.askingTime : Self.listingTime) {
      switch reply(to: LiveMessage(received.octets), &position) {
      case .success(let messages): for message in messages { try connection.send(message) }
      case .failure(let failure):
        try connection.send(LocalMessage(LiveMessage.unavailable(reason: failure.reason).encoded))
      }
    }
  }

  /// - Parameter position: position from the client's `hello`.
  private func reply(
    to message: LiveMessage?, _ position: inout LiveFlows.Position?
  ) -> Result<[LocalMessage], LiveFailure> {
    do throws(LiveFailure) {
      switch (message, position) {
      case (.hello(LiveMessage.version, let name, let directory)?, _):
        guard name == LiveAddress.name(of: link), directory == (try? LiveAddress.store(of: link)) else {
          return .success([LocalMessage(LiveMessage.stranger.encoded)])
        }
        position = try flows.position()
        return .success([LocalMessage(LiveMessage.ready(state()).encoded)])
      case (.cut?, let since?):
        position = nil
        return .success(Self.messages(of: try flows.cut(since: since)))
      default: return .failure(.otherVersion)
      }
    } catch {
      return .failure(error)
    }
  }

  private static func messages(of cut: LiveCut) -> [LocalMessage] {
    let files = cut.snapshots.map { snapshot in
      LocalMessage(
        LiveMessage.file(name: snapshot.path, hasFooter: snapshot.footer != nil).encoded,
        [snapshot.content] + (snapshot.footer.map { [$0] } ?? []))
    }
    let published = cut.published.map { LocalMessage(LiveMessage.published(path: $0).encoded) }
    return files + published + [LocalMessage(LiveMessage.end(time: cut.time).encoded)]
  }
}

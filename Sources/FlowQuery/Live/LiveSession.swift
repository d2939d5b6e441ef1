package import Files
import Glibc
import Parquet

/// Where the collectors of a store can be reached: links in its directory to their sockets.
package enum LiveAddress {
  private static let prefix = ".live-"

  /// Returns the link of the collector with this identity.
  package static func link(in store: String, _ identity: String) -> String { "\(store)/\(prefix)\(identity)" }

  /// Returns the name of a link, which is unique per collector.
  package static func name(of link: String) -> String { String(link.split(separator: "/").last ?? "") }

  /// Identifies the socket that a link leads to; nil if there is none.
  static func identity(_ link: String) -> FileIdentity? { (try? Directory.status(link))?.identity }

  /// Identifies the store that contains a link, as opposed to its copies.
  package static func store(of link: String) throws(FileError) -> FileIdentity {
    try Directory.status(String(link[..<(link.lastIndex(of: "/") ?? link.endIndex)])).identity
  }

  /// Returns the sockets of all collectors of a store, some of which may have ended.
  static func all(in store: String) -> [String] {
    // A directory that cannot be listed has no usable sockets; the search for files reports the error.
    ((try? Directory.names(in: store)) ?? []).filter { $0.hasPrefix(prefix) }.sorted().map { "\(store)/\($0)" }
  }
}

/// A session with a collector, over its socket or within its own process.
public struct LiveSession: Sendable {
  /// The outcome of a request.
  public enum Outcome<Value> {
    case ready(Value)
    /// With the reason, for display.
    case unavailable(String)
    /// There is no collector, or it has ended.
    case ended

    /// Returns the outcome for a reason to be reported.
    package static func missing(_ reason: String) -> Outcome { .unavailable("live flows are missing: \(reason)") }
  }

  let store: String
  let state: LiveState
  private let makeCut: @Sendable () -> Outcome<LiveCut>

  /// Creates a session with a collector that has noted what it has published so far.
  ///
  /// - Parameter cut: returns a snapshot of its unpublished flows at some time after the call, and the files published
  ///   since.
  public init(store: String, state: LiveState, cut: @escaping @Sendable () -> Outcome<LiveCut>) {
    self.store = store
    self.state = state
    makeCut = cut
  }

  /// Returns a snapshot of the unpublished flows at some time after the call.
  func cut() -> Outcome<LiveCut> { makeCut() }

  /// A connection with several owners; the last one closes it.
  private final class Connection: Sendable {
    let value: LocalConnection
    init(to address: String) throws(FileError) { value = try LocalConnection(to: address) }
  }

  /// Maximum time for a cut, milliseconds.
  private static let timeout: Int32 = 20_000

  static func open(_ address: String, store: String) -> Outcome<LiveSession> {
    let connection: Connection
    do throws(FileError) { connection = try Connection(to: address) } catch { return failed(error) }
    do throws(FileError) {
      let hello = LiveMessage.hello(
        version: LiveMessage.version, link: LiveAddress.name(of: address), directory: try LiveAddress.store(of: address)
      )
      try connection.value.send(LocalMessage(hello.encoded))
      switch try next(connection.value) {
      case (.ready(let state), _)?:
        return .ready(LiveSession(store: store, state: state) { cut(over: connection) })
      case (.unavailable(let reason), _)?: return .missing(reason)
      // A link left by an ended collector, or one of another host with the same store, or of the store that this is a
      // copy of.
      case (.stranger, _)?: return .ended
      case nil: return .unavailable(closed)
      default: return .missing(foreign)
      }
    } catch {
      // It is listening, otherwise it would have refused the connection.
      if [ECONNRESET, EPIPE].contains(error.code) { return .unavailable(closed) }
      return failed(error)
    }
  }

  static let closed =
    "live flows are missing: the collector has closed the connection: it has just stopped, or has too many clients; retry"

  private static let foreign = "the running collector has another version; restart it"

  private static func failed<Value>(_ error: FileError) -> Outcome<Value> {
    switch error.code {
    case ENOENT, ECONNREFUSED, ECONNRESET, EPIPE, ENOTDIR: return .ended
    case EAGAIN: return .missing("the collector does not answer in time; see its log")
    case EACCES, EPERM:
      return .missing(
        "\(error.path): \(errorText(error.code)); run as the collector's user or a member of its group")
    default: return .missing("\(error)")
    }
  }

  /// - Returns: nil if the collector has ended.
  private static func next(
    _ connection: borrowing LocalConnection
  ) throws(FileError) -> (LiveMessage?, [SharedFile])? {
    guard let message = try connection.receive(timeout: timeout) else { return nil }
    return (LiveMessage(message.octets), message.files)
  }

  private static func cut(over connection: Connection) -> Outcome<LiveCut> {
    var cut = LiveCut(time: 0, snapshots: [], published: [])
    do throws(FileError) {
      try connection.value.send(LocalMessage(LiveMessage.cut.encoded))
      while let (message, files) = try next(connection.value) {
        switch message {
        case .file(let name, let hasFooter)? where files.count == (hasFooter ? 2 : 1):
          cut.snapshots.append(ParquetSnapshot(files[0], footer: hasFooter ? files[1] : nil, path: name))
        case .published(let path)?: cut.published.append(path)
        case .end(let time)?:
          cut.time = time
          return .ready(cut)
        case .unavailable(let reason)?: return .missing(reason)
        default: return .missing(foreign)
        }
      }
      return .ended
    } catch {
      return failed(error)
    }
  }
}

/// The collector of this process, reached without its socket.
public struct OwnCollector: Sendable {
  let store: String
  /// Leads other processes to its socket.
  let link: String
  let open: @Sendable () -> LiveSession.Outcome<LiveSession>

  /// - Parameters:
  ///   - store: the directory that it writes, as named in requests.
  ///   - identity: identity of its state.
  ///   - open: notes what it has published so far.
  package init(store: String, identity: String, open: @escaping @Sendable () -> LiveSession.Outcome<LiveSession>) {
    self.store = store
    link = LiveAddress.link(in: store, identity)
    self.open = open
  }
}

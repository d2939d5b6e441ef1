import Files
import Glibc
import Parquet

/// Where collectors that write a store can be asked: links in its directory that lead to their sockets.
package enum LiveAddress {
  private static let prefix = ".live-"

  /// The link of the collector with this identity.
  package static func link(in store: String, _ identity: String) -> String { "\(store)/\(prefix)\(identity)" }

  /// The sockets of all collectors of a store, of which some may have ended.
  static func all(in store: String) -> [String] {
    // What cannot be looked at has none that could be used; the search for files reports it.
    ((try? Directory.names(in: store)) ?? []).filter { $0.hasPrefix(prefix) }.sorted().map { "\(store)/\($0)" }
  }
}

/// A collector that is asked for its live flows.
struct LiveSession: Sendable {
  /// What came of asking.
  enum Outcome<Value> {
    case ready(Value)
    /// For people: why there is nothing.
    case unavailable(String)
    /// There is no collector, or no longer.
    case ended
  }

  let store: String
  let state: LiveState
  private let connection: Connection

  /// A connection with several owners, of whom the last one closes it.
  private final class Connection: Sendable {
    let value: LocalConnection
    init(to address: String) throws(FileError) { value = try LocalConnection(to: address) }
  }

  /// Longest that a collector may take for a cut, milliseconds.
  private static let timeout: Int32 = 20_000

  static func open(_ address: String, store: String) -> Outcome<LiveSession> {
    do throws(FileError) {
      let connection = try Connection(to: address)
      try connection.value.send(LocalMessage(LiveMessage.hello(version: LiveMessage.version).encoded))
      switch try next(connection.value) {
      case (.ready(let state), _)?:
        return .ready(LiveSession(store: store, state: state, connection: connection))
      case (.unavailable(let reason), _)?: return .unavailable("live flows are missing: \(reason)")
      case nil: return .ended
      default: return .unavailable(foreign)
      }
    } catch {
      return failed(error)
    }
  }

  private static let foreign =
    "live flows are missing: the running collector is of another version; restart it"

  private static func failed<Value>(_ error: FileError) -> Outcome<Value> {
    switch error.code {
    case ENOENT, ECONNREFUSED, ECONNRESET, EPIPE, ENOTDIR: return .ended
    case EAGAIN: return .unavailable("live flows are missing: the collector does not answer in time; see its log")
    case EACCES, EPERM:
      return .unavailable(
        "live flows are missing: \(error.path): \(errorText(error.code)); ask as the collector's user or a member of its group"
      )
    default: return .unavailable("live flows are missing: \(error)")
    }
  }

  /// - Returns: nil: the collector has ended.
  private static func next(
    _ connection: borrowing LocalConnection
  ) throws(FileError) -> (LiveMessage?, [SharedFile])? {
    guard let message = try connection.receive(timeout: timeout) else { return nil }
    return (LiveMessage(message.octets), message.files)
  }

  /// The collector's flows that were in no published file, at one moment after the call.
  func cut() -> Outcome<LiveCut> {
    var cut = LiveCut(time: 0, snapshots: [], published: [])
    do throws(FileError) {
      try connection.value.send(LocalMessage(LiveMessage.cut.encoded))
      while let (message, files) = try Self.next(connection.value) {
        switch message {
        case .file(let name, let hasFooter)? where files.count == (hasFooter ? 2 : 1):
          cut.snapshots.append(ParquetSnapshot(files[0], footer: hasFooter ? files[1] : nil, path: name))
        case .published(let path)?: cut.published.append(path)
        case .end(let time)?:
          cut.time = time
          return .ready(cut)
        case .unavailable(let reason)?: return .unavailable("live flows are missing: \(reason)")
        default: return .unavailable(Self.foreign)
        }
      }
      return .ended
    } catch {
      return Self.failed(error)
    }
  }
}

import Capture
public import Glibc
public import Logging
import NetworkBytes

/// Sockets passed in by the parent process: by systemd's socket activation, or from its descriptor store, which keeps
/// them over a restart so that datagrams wait in the kernel meanwhile (sd_listen_fds(3)).
public struct PassedSockets: ~Copyable, Sendable {
  /// Ordered by the worker of an earlier run, or as passed.
  private var sockets: [(endpoint: ScopedEndpoint, rank: Int, descriptor: Int32)] = []

  private static let firstDescriptor: Int32 = 3

  /// No sockets.
  public init() {}

  /// - Parameter environment: `LISTEN_FDS`, `LISTEN_PID` and `LISTEN_FDNAMES`.
  public init(environment: [String: String], logger: Logger, processIdentifier: Int32 = getpid()) {
    guard environment["LISTEN_PID"].flatMap({ Int32($0) }) == processIdentifier,
      let count = environment["LISTEN_FDS"].flatMap({ Int32($0) }), count > 0, count < 4096
    else { return }
    let names = (environment["LISTEN_FDNAMES"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
    for index in 0..<count {
      let descriptor = Self.firstDescriptor + index
      do throws(SocketError) {
        // Only inspected here; `take` transfers ownership.
        let endpoint = try UDPSocket.endpoint(of: descriptor)
        let name = Int(index) < names.count ? String(names[Int(index)]) : ""
        sockets.append((endpoint, Self.worker(of: name) ?? Int(index), descriptor))
      } catch {
        logger.warning("descriptor \(descriptor) that was passed in is ignored: \(error)")
      }
    }
    sockets.sort { $0.rank < $1.rank }
  }

  /// Returns the name under which a worker's socket is stored.
  static func name(worker: Int) -> String { "worker-\(worker)" }

  private static func worker(of name: String) -> Int? {
    name.hasPrefix("worker-") ? Int(name.dropFirst("worker-".count)) : nil
  }

  /// The distinct addresses of those left.
  var endpoints: [ScopedEndpoint] {
    var endpoints: [ScopedEndpoint] = []
    for socket in sockets where !endpoints.contains(socket.endpoint) { endpoints.append(socket.endpoint) }
    return endpoints
  }

  /// Removes and returns the next socket of an address; nil if there is none.
  mutating func take(_ endpoint: ScopedEndpoint) -> Int32? {
    guard let index = sockets.firstIndex(where: { $0.endpoint == endpoint }) else { return nil }
    return sockets.remove(at: index).descriptor
  }

  /// Closes IPv6 sockets that also receive IPv4, if IPv4 gets its own socket.
  mutating func closeThoseThatTakeIPv4(_ endpoint: ScopedEndpoint, _ logger: Logger) {
    let unfit = sockets.filter { $0.endpoint == endpoint && UDPSocket.takesIPv4($0.descriptor) }
    sockets.removeAll { socket in unfit.contains { $0.descriptor == socket.descriptor } }
    for socket in unfit {
      logger.notice("the socket passed in for \(endpoint) also receives IPv4; reopening it for IPv6 only")
      close(socket.descriptor)
    }
  }

  /// Closes unused sockets.
  mutating func closeRest(_ logger: Logger) {
    for socket in sockets {
      logger.notice("a socket of \(socket.endpoint) that was passed in is no longer needed")
      close(socket.descriptor)
    }
    sockets = []
  }
}

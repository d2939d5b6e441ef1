import Capture
public import Glibc
public import Logging
import NetworkBytes

/// Sockets that whoever started this process passed in: systemd's socket activation, or its store of descriptors, which
/// keeps them over a restart so that datagrams wait in the kernel meanwhile (sd_listen_fds(3)).
public struct PassedSockets: ~Copyable, Sendable {
  /// By the worker that had it in an earlier run, or in the order in which they came.
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
        // Looked at only; who takes it adopts it.
        let endpoint = try UDPSocket.endpoint(of: descriptor)
        let name = Int(index) < names.count ? String(names[Int(index)]) : ""
        sockets.append((endpoint, Self.worker(of: name) ?? Int(index), descriptor))
      } catch {
        logger.warning("descriptor \(descriptor) that was passed in is ignored: \(error)")
      }
    }
    sockets.sort { $0.rank < $1.rank }
  }

  /// The name under which a worker's socket is kept.
  static func name(worker: Int) -> String { "worker-\(worker)" }

  private static func worker(of name: String) -> Int? {
    name.hasPrefix("worker-") ? Int(name.dropFirst("worker-".count)) : nil
  }

  /// The addresses of those that are left, each once.
  var endpoints: [ScopedEndpoint] {
    var endpoints: [ScopedEndpoint] = []
    for socket in sockets where !endpoints.contains(socket.endpoint) { endpoints.append(socket.endpoint) }
    return endpoints
  }

  /// Takes the next socket of an address; nil if there is none.
  mutating func take(_ endpoint: ScopedEndpoint) -> Int32? {
    guard let index = sockets.firstIndex(where: { $0.endpoint == endpoint }) else { return nil }
    return sockets.remove(at: index).descriptor
  }

  /// Closes those of an IPv6 address that take IPv4, too, which somebody else is to take.
  mutating func closeThoseThatTakeIPv4(_ endpoint: ScopedEndpoint, _ logger: Logger) {
    let unfit = sockets.filter { $0.endpoint == endpoint && UDPSocket.takesIPv4($0.descriptor) }
    sockets.removeAll { socket in unfit.contains { $0.descriptor == socket.descriptor } }
    for socket in unfit {
      logger.notice("the socket passed in for \(endpoint) also receives IPv4; reopening it for IPv6 only")
      close(socket.descriptor)
    }
  }

  /// Closes what nobody took.
  mutating func closeRest(_ logger: Logger) {
    for socket in sockets {
      logger.notice("a socket of \(socket.endpoint) that was passed in is no longer needed")
      close(socket.descriptor)
    }
    sockets = []
  }
}

import CSystemCalls
import Glibc
public import NetworkBytes

/// A UDP socket that datagrams arrive at, closed when it goes away. Give it to a `UDPReceiver` to read from it.
public struct UDPSocket: ~Copyable, Sendable {
  /// Who else may listen on the same address and port.
  public enum Sharing: Sendable {
    /// Nobody, now or later.
    case exclusive
    /// Nobody yet, not even another collector; sockets that are `joining` may follow.
    case opening
    /// The sockets of this user that are `opening` or `joining`: the kernel spreads exporters over them by a hash of
    /// address and port (SO_REUSEPORT).
    case joining
  }

  package let descriptor: Int32
  /// The address and port that the socket is bound to; the port is never 0.
  public let localEndpoint: Endpoint
  /// Whether it is an IPv6 socket that takes IPv4, too.
  public let takesIPv4: Bool
  /// The receive buffer that was asked for, in octets.
  public let requestedReceiveBuffer: Int
  /// The receive buffer that the kernel granted, in octets.
  public let grantedReceiveBuffer: Int
  let drops: KernelDrops

  /// 64 MiB: 50,000 full-sized datagrams, a second's worth of a large site's exporters.
  public static let defaultReceiveBuffer = 64 << 20

  /// Opens a socket and binds it.
  ///
  /// - Parameters:
  ///   - endpoint: The address to listen on, perhaps 0.0.0.0 or `::` for all; port 0 takes a free one.
  ///   - zone: The interface of a link-local address: its name or its number.
  ///   - takesIPv4: Whether a socket of `::` takes IPv4, too; then nothing else can listen there on 0.0.0.0.
  ///   - receiveBuffer: Octets to ask the kernel for.
  public init(
    listening endpoint: Endpoint, zone: String = "", takesIPv4: Bool = false, sharing: Sharing = .opening,
    receiveBuffer: Int = Self.defaultReceiveBuffer
  ) throws(SocketError) {
    guard let scope = Self.scope(of: zone) else {
      throw SocketError(operation: .listen, endpoint: endpoint, zone: zone, code: ENODEV)
    }
    let descriptor = sagflow_udp_bind(endpoint.c, scope, takesIPv4 ? 1 : 0, sharing.c)
    guard descriptor >= 0 else {
      throw SocketError(operation: .listen, endpoint: endpoint, zone: zone, code: -descriptor)
    }
    do throws(SocketError) {
      let settings = try Settings(of: descriptor, receiveBuffer, operation: .listen, endpoint: endpoint)
      self.init(descriptor, settings, KernelDrops())
    } catch {
      sagflow_close(descriptor)
      throw error
    }
  }

  /// Takes over an open descriptor, such as systemd's socket activation passes in. On failure it stays open.
  ///
  /// - Parameter drops: Where the kernel's count of drops at this socket stood when it was last counted.
  public init(
    adopting descriptor: Int32, receiveBuffer: Int = Self.defaultReceiveBuffer, dropsCounted drops: UInt32 = 0
  ) throws(SocketError) {
    let check = sagflow_udp_check(descriptor)
    guard check == 0 else { throw SocketError(operation: .adopt, endpoint: nil, code: -check) }
    let settings = try Settings(of: descriptor, receiveBuffer, operation: .adopt, endpoint: nil)
    self.init(descriptor, settings, KernelDrops(since: drops))
  }

  /// The number of a zone's interface, 0 of none; nil: there is no such interface.
  private static func scope(of zone: String) -> UInt32? {
    if zone.isEmpty { return 0 }
    let number = interfaceNumber(zone)
    if number > 0 { return number }
    return UInt32(zone).flatMap { interfaceName($0) == nil ? nil : $0 }
  }

  /// The endpoint with the name of its interface, where its number was given.
  public static func named(_ endpoint: ScopedEndpoint) -> ScopedEndpoint {
    guard !endpoint.zone.isEmpty, interfaceNumber(endpoint.zone) == 0, let number = UInt32(endpoint.zone) else {
      return endpoint
    }
    return ScopedEndpoint(endpoint.endpoint, zone: interfaceName(number) ?? endpoint.zone)
  }

  /// Whether a socket that somebody else opened is an IPv6 socket that takes IPv4, too.
  public static func takesIPv4(_ descriptor: Int32) -> Bool { sagflow_udp_takes_v4(descriptor) > 0 }

  /// The address of a UDP socket that somebody else opened.
  public static func endpoint(of descriptor: Int32) throws(SocketError) -> ScopedEndpoint {
    let check = sagflow_udp_check(descriptor)
    let local = sagflow_udp_local_endpoint(descriptor)
    for status in [check, local.error] where status < 0 {
      throw SocketError(operation: .adopt, endpoint: nil, code: -status)
    }
    let scope = sagflow_udp_scope(descriptor)
    return ScopedEndpoint(
      Endpoint(local.endpoint), zone: scope == 0 ? "" : interfaceName(scope) ?? String(scope))
  }

  /// Opens a socket to send from.
  init(sending local: Endpoint) throws(SocketError) {
    let descriptor = sagflow_udp_bind(local.c, 0, 0, UDPSocket.Sharing.exclusive.c)
    guard descriptor >= 0 else { throw SocketError(operation: .sendFrom, endpoint: local, code: -descriptor) }
    let bound = sagflow_udp_local_endpoint(descriptor)
    self.init(descriptor, Settings(endpoint: Endpoint(bound.endpoint), requested: 0, granted: 0), KernelDrops())
  }

  private init(_ descriptor: Int32, _ settings: Settings, _ drops: KernelDrops) {
    self.descriptor = descriptor
    localEndpoint = settings.endpoint
    takesIPv4 = Self.takesIPv4(descriptor)
    requestedReceiveBuffer = settings.requested
    grantedReceiveBuffer = settings.granted
    self.drops = drops
  }

  deinit { sagflow_close(descriptor) }

  /// What to tell the operator when the kernel granted a smaller receive buffer than was asked for, else nil.
  public var receiveBufferAdvice: String? {
    guard grantedReceiveBuffer < requestedReceiveBuffer else { return nil }
    return "receive buffer of \(localEndpoint) is \(grantedReceiveBuffer) bytes, not \(requestedReceiveBuffer): "
      + "bursts may be lost; run `sysctl -w net.core.rmem_max=\(requestedReceiveBuffer)` and restart"
  }

  /// Hands the descriptor over to the caller, who closes it.
  consuming func release() -> Int32 {
    let descriptor = descriptor
    discard self
    return descriptor
  }
}

extension UDPSocket {
  /// What a socket is after it has been set up for receiving.
  private struct Settings {
    let endpoint: Endpoint
    let requested: Int
    let granted: Int

    init(endpoint: Endpoint, requested: Int, granted: Int) {
      self.endpoint = endpoint
      self.requested = requested
      self.granted = granted
    }

    init(
      of descriptor: Int32, _ requested: Int, operation: SocketError.Operation, endpoint: Endpoint?
    ) throws(SocketError) {
      let local = sagflow_udp_local_endpoint(descriptor)
      let granted = sagflow_udp_set_receive_buffer(descriptor, Int32(clamping: requested))
      for status in [local.error, granted, sagflow_udp_enable_ancillary(descriptor)] where status < 0 {
        throw SocketError(operation: operation, endpoint: endpoint, code: -status)
      }
      self.endpoint = Endpoint(local.endpoint)
      self.requested = requested
      self.granted = Int(granted)
    }
  }
}

extension UDPSocket.Sharing {
  fileprivate var c: Int32 {
    switch self {
    case .exclusive: Int32(SAGFLOW_SHARE_NOT)
    case .opening: Int32(SAGFLOW_SHARE_OPEN)
    case .joining: Int32(SAGFLOW_SHARE_JOIN)
    }
  }
}

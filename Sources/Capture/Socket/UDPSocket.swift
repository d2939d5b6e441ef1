import CSystemCalls
import Glibc
public import NetworkBytes

/// A UDP socket for receiving, closed when it goes out of scope. Pass it to a `UDPReceiver`.
public struct UDPSocket: ~Copyable, Sendable {
  /// Which other sockets may listen on the same address and port.
  public enum Sharing: Sendable {
    /// None, now or later.
    case exclusive
    /// None yet, not even of another collector; `joining` sockets may follow.
    case opening
    /// `opening` and `joining` sockets of this user: the kernel distributes exporters over them by a hash of address
    /// and port (SO_REUSEPORT).
    case joining
  }

  package let descriptor: Int32
  /// The address and port that the socket is bound to; the port is never 0.
  public let localEndpoint: Endpoint
  /// Whether it is an IPv6 socket that also receives IPv4.
  public let takesIPv4: Bool
  /// The requested receive buffer, octets.
  public let requestedReceiveBuffer: Int
  /// The granted receive buffer, octets.
  public let grantedReceiveBuffer: Int
  let drops: KernelDrops

  /// 64 MiB: 50,000 full-sized datagrams, a second's worth of a large site's exporters.
  public static let defaultReceiveBuffer = 64 << 20

  /// Opens a socket and binds it.
  ///
  /// - Parameters:
  ///   - endpoint: The address to listen on, possibly 0.0.0.0 or `::` for all; port 0 for a free one.
  ///   - zone: Name or number of the interface of a link-local address.
  ///   - takesIPv4: Whether a socket of `::` also receives IPv4; then nothing else can listen on 0.0.0.0.
  ///   - receiveBuffer: Octets to request from the kernel.
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

  /// Takes over an open descriptor, such as one from systemd's socket activation. On failure it remains open.
  ///
  /// - Parameter drops: Value of the kernel's drop counter when it was last read.
  public init(
    adopting descriptor: Int32, receiveBuffer: Int = Self.defaultReceiveBuffer, dropsCounted drops: UInt32 = 0
  ) throws(SocketError) {
    let check = sagflow_udp_check(descriptor)
    guard check == 0 else { throw SocketError(operation: .adopt, endpoint: nil, code: -check) }
    let settings = try Settings(of: descriptor, receiveBuffer, operation: .adopt, endpoint: nil)
    self.init(descriptor, settings, KernelDrops(since: drops))
  }

  /// Returns the interface index of a zone, 0 for an empty one; nil if there is no such interface.
  private static func scope(of zone: String) -> UInt32? {
    if zone.isEmpty { return 0 }
    let number = interfaceNumber(zone)
    if number > 0 { return number }
    return UInt32(zone).flatMap { interfaceName($0) == nil ? nil : $0 }
  }

  /// Returns the endpoint with an interface number replaced by the name.
  public static func named(_ endpoint: ScopedEndpoint) -> ScopedEndpoint {
    guard !endpoint.zone.isEmpty, interfaceNumber(endpoint.zone) == 0, let number = UInt32(endpoint.zone) else {
      return endpoint
    }
    return ScopedEndpoint(endpoint.endpoint, zone: interfaceName(number) ?? endpoint.zone)
  }

  /// Returns whether an inherited socket is an IPv6 socket that also receives IPv4.
  public static func takesIPv4(_ descriptor: Int32) -> Bool { sagflow_udp_takes_v4(descriptor) > 0 }

  /// Returns the address of an inherited UDP socket.
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

  /// Advice if the kernel granted a smaller receive buffer than requested, otherwise nil.
  public var receiveBufferAdvice: String? {
    guard grantedReceiveBuffer < requestedReceiveBuffer else { return nil }
    return "receive buffer of \(localEndpoint) is \(grantedReceiveBuffer) bytes, not \(requestedReceiveBuffer): "
      + "bursts may be lost; run `sysctl -w net.core.rmem_max=\(requestedReceiveBuffer)` and restart"
  }

  /// Passes ownership of the descriptor to the caller.
  consuming func release() -> Int32 {
    let descriptor = descriptor
    discard self
    return descriptor
  }
}

extension UDPSocket {
  /// Properties of a socket after setup.
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

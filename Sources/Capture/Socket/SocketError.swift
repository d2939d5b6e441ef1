import Files
import Glibc
public import NetworkBytes

/// A failed socket call.
public struct SocketError: Error, Equatable, Sendable {
  public enum Operation: String, Sendable {
    case listen = "listen on"
    case adopt = "take over the socket of"
    case receive = "receive on"
    case wait = "wait for datagrams"
    case send = "send to"
    case sendFrom = "send from"
    case keepSource = "keep the exporter's address of datagrams for"
    case allocate = "allocate datagram buffers"
  }

  public var operation: Operation
  /// The socket's own address, or the destination of a datagram.
  public var endpoint: Endpoint?
  /// The interface of a link-local address, as given.
  public var zone = ""
  /// The errno value.
  public var code: Int32

  public init(operation: Operation, endpoint: Endpoint?, zone: String = "", code: Int32) {
    self.operation = operation
    self.endpoint = endpoint
    self.zone = zone
    self.code = code
  }
}

extension SocketError: CustomStringConvertible {
  /// One line: what, where, what to do.
  public var description: String {
    let place = endpoint.map { " \(ScopedEndpoint($0, zone: zone))" } ?? ""
    return "cannot \(operation.rawValue)\(place): \(errorText(code))\(advice)"
  }

  private var advice: String {
    switch (operation, code) {
    case (.listen, EADDRINUSE): "; `ss -lunp` shows which program listens there"
    case (.listen, EADDRNOTAVAIL), (.sendFrom, EADDRNOTAVAIL): "; no interface of this host has this address"
    case (.listen, EACCES): "; ports below 1024 need root or CAP_NET_BIND_SERVICE"
    case (.listen, EAFNOSUPPORT): "; IPv6 is disabled on this host: listen on 0.0.0.0"
    case (.listen, ENODEV): "; this host has no interface '\(zone)': `ip link` lists them"
    case (.listen, EINVAL) where endpoint?.address.isLinkLocal == true && zone.isEmpty:
      "; a link-local address needs its interface, such as [fe80::1%eth0]:9995"
    case (.keepSource, EPERM), (.keepSource, EACCES):
      "; relay.keepSource needs CAP_NET_RAW: in a systemd unit AmbientCapabilities=CAP_NET_RAW, CapabilityBoundingSet=CAP_NET_RAW and PrivateUsers=no, elsewhere `setcap cap_net_raw+ep` on the program; or set relay.keepSource: false"
    case (.adopt, EPROTOTYPE), (.adopt, ENOTSOCK), (.adopt, EAFNOSUPPORT):
      "; the descriptor passed in must be a UDP socket (ListenDatagram= in the .socket unit)"
    default: ""
    }
  }
}

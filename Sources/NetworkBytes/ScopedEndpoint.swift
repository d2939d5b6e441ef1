/// An endpoint of this host. A link-local address may exist on several interfaces; the zone identifies one (RFC 4007
/// §11).
public struct ScopedEndpoint: Hashable, Sendable, CustomStringConvertible {
  public var endpoint: Endpoint
  /// Name or number of the interface; empty for none.
  public var zone: String

  public init(_ endpoint: Endpoint, zone: String = "") {
    self.endpoint = endpoint
    self.zone = zone
  }

  public var address: IPAddress { endpoint.address }
  public var port: UInt16 { endpoint.port }

  /// `192.0.2.1:9995`, `[2001:db8::1]:9995` or `[fe80::1%eth0]:9995`.
  public var description: String {
    zone.isEmpty ? endpoint.description : "[\(address)%\(zone)]:\(port)"
  }
}

/// An endpoint of this host. A link-local address may be that of several interfaces; its zone says which (RFC 4007 §11).
public struct ScopedEndpoint: Hashable, Sendable, CustomStringConvertible {
  public var endpoint: Endpoint
  /// The name of the interface, or its number; empty: there is none.
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

/// Source or destination of a datagram: an address and a UDP port (host order).
public struct Endpoint: Hashable, Sendable, Codable, CustomStringConvertible {
  public var address: IPAddress
  public var port: UInt16

  public init(address: IPAddress, port: UInt16) {
    self.address = address
    self.port = port
  }

  /// `192.0.2.1:9995` or `[2001:db8::1]:9995`.
  public var description: String {
    address.isV4 ? "\(address):\(port)" : "[\(address)]:\(port)"
  }
}

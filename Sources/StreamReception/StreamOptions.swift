public import NIOCore
public import NetworkBytes

/// Where connections are accepted, and what they may take.
public struct StreamOptions: Sendable {
  /// Where to listen.
  public struct Listener: Hashable, Sendable, CustomStringConvertible {
    public var endpoint: ScopedEndpoint
    /// Whether its connections begin with a TLS handshake.
    public var isSecure: Bool
    /// Whether one of `::` takes IPv4, too.
    public var takesIPv4: Bool

    public init(_ endpoint: ScopedEndpoint, isSecure: Bool, takesIPv4: Bool = false) {
      self.endpoint = endpoint
      self.isSecure = isSecure
      self.takesIPv4 = takesIPv4
    }

    /// `tcp://0.0.0.0:4739` or `tls://[::]:4740`.
    public var description: String { "\(isSecure ? "tls" : "tcp")://\(endpoint)" }
  }

  public var listeners: [Listener] = []
  /// Whether a sender's connections are accepted; asked for each of them.
  public var takes: @Sendable (IPAddress) -> Bool = { _ in true }
  /// Connections in all, and from one address; more are closed at once.
  public var maximumConnections = 1024
  public var maximumConnectionsPerAddress = 64
  /// A connection that brings nothing for this long is closed; nil: never.
  public var idleTimeout: TimeAmount? = .hours(1)
  /// How long a TLS handshake may take, and a message from its first octet to its last.
  public var handshakeTimeout = TimeAmount.seconds(10)
  public var messageTimeout = TimeAmount.seconds(60)
  /// At the end, how long what is on its way is still read.
  public var drainTime = TimeAmount.seconds(2)
  /// The kernel's receive buffer of a connection, octets.
  public var receiveBuffer = 256 << 10

  public init() {}
}

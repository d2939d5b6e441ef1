public import NIOCore
public import NetworkBytes

/// Listeners and limits.
public struct StreamOptions: Sendable {
  /// A listen address.
  public struct Listener: Hashable, Sendable, CustomStringConvertible {
    public var endpoint: ScopedEndpoint
    /// Whether its connections use TLS.
    public var isSecure: Bool
    /// Whether a listener on `::` also accepts IPv4.
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
  /// Returns whether a sender's connections are accepted; called for each of them.
  public var takes: @Sendable (IPAddress) -> Bool = { _ in true }
  /// Maximum number of connections, in all and per address; further ones are closed at once.
  public var maximumConnections = 1024
  public var maximumConnectionsPerAddress = 64
  /// Closes a connection without data for this long; nil disables.
  public var idleTimeout: TimeAmount? = .hours(1)
  /// Timeouts of a TLS handshake, and of a message from its first octet to its last.
  public var handshakeTimeout = TimeAmount.seconds(10)
  public var messageTimeout = TimeAmount.seconds(60)
  /// How long remaining data is read at shutdown.
  public var drainTime = TimeAmount.seconds(2)
  /// The kernel's receive buffer of a connection, octets.
  public var receiveBuffer = 256 << 10

  public init() {}
}

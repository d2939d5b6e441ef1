public import NetworkBytes

/// A listen address: an endpoint of this host, and the transport.
public struct ListenSetting: Hashable, Sendable, CustomStringConvertible {
  public enum Transport: String, CaseIterable, Sendable {
    case udp
    /// IPFIX over TCP or TLS (RFC 7011 §10.4).
    case tcp, tls
  }

  public var transport: Transport
  public var endpoint: ScopedEndpoint

  public init(_ transport: Transport = .udp, _ endpoint: ScopedEndpoint) {
    self.transport = transport
    self.endpoint = endpoint
  }

  /// Parses `tcp://192.0.2.1:4739`; without a scheme, UDP. Nil if the text is neither.
  package init?(parsing text: String) {
    var (transport, rest) = (Transport.udp, text[...])
    if let mark = text.firstRange(of: "://") {
      guard let known = Transport(rawValue: text[..<mark.lowerBound].lowercased()) else { return nil }
      (transport, rest) = (known, text[mark.upperBound...])
    }
    guard let endpoint = ScopedEndpoint(parsing: String(rest)) else { return nil }
    self.init(transport, endpoint)
  }

  /// In the form of the configuration file: no scheme for UDP.
  public var description: String { transport == .udp ? "\(endpoint)" : "\(transport.rawValue)://\(endpoint)" }

  /// Returns whether both share a port space: TLS uses TCP.
  func isOfSameKind(_ other: ListenSetting) -> Bool { (transport == .udp) == (other.transport == .udp) }
}

extension ValueForm where Value == ListenSetting {
  static var listen: Self {
    ValueForm(
      expected:
        "ADDRESS:PORT, with tcp:// or tls:// in front unless it is UDP, such as 0.0.0.0:9995 or tcp://[::]:4739"
    ) {
      ListenSetting(parsing: $0)
    } text: {
      $0.description
    }
  }
}

extension CollectorConfiguration {
  /// Endpoints for datagrams.
  public var datagramEndpoints: [ScopedEndpoint] { listen.filter { $0.transport == .udp }.map(\.endpoint) }

  /// Listeners for connections.
  public var streamListeners: [ListenSetting] { listen.filter { $0.transport != .udp } }
}

public import NetworkBytes

/// Stream of messages with templates and sequence numbers of its own (RFC 7011 §2, §8.4).
public struct SessionKey: Hashable, Sendable {
  public var exporter: Endpoint
  /// Destination port: one socket of an exporter may send to two. 0 if not distinguished.
  public var localPort: UInt16
  public var version: UInt16
  public var domain: UInt32
  public var transport: Transport
  /// Distinguishes devices that alternate on one address and port, such as a fail-over pair, and the runs of a device
  /// before and after a restart; 0 for the first. Over TCP, the connection's number; 0 for past connections.
  public var stream: UInt32

  /// Transport of messages.
  public enum Transport: UInt8, Decodable, Sendable, Comparable {
    case udp
    /// TCP, with or without TLS.
    case tcp

    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
  }

  public init(
    exporter: Endpoint, localPort: UInt16 = 0, version: UInt16, domain: UInt32, transport: Transport = .udp,
    stream: UInt32 = 0
  ) {
    self.exporter = exporter
    self.localPort = localPort
    self.version = version
    self.domain = domain
    self.transport = transport
    self.stream = stream
  }
}

extension SessionKey {
  /// Key of the first stream; connections are unrelated to each other.
  var base: SessionKey {
    if transport == .tcp { return self }
    var base = self
    base.stream = 0
    return base
  }

  /// Key for counting past connections of the same exporter and domain.
  var ofPastConnections: SessionKey {
    var past = self
    past.exporter.port = 0
    past.stream = 0
    return past
  }
}

extension SessionKey: Comparable {
  /// By address, port, version, domain, local port, stream and transport.
  public static func < (a: Self, b: Self) -> Bool {
    if a.exporter.address != b.exporter.address { return a.exporter.address < b.exporter.address }
    let (left, right) = ((a.exporter.port, a.version, a.domain), (b.exporter.port, b.version, b.domain))
    if left != right { return left < right }
    return (a.localPort, a.stream, a.transport) < (b.localPort, b.stream, b.transport)
  }
}

extension SessionKey: Decodable {
  private enum CodingKeys: CodingKey {
    case exporter, localPort, version, domain, transport, stream
  }

  /// Fields missing in earlier versions are 0.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      exporter: try container.decode(Endpoint.self, forKey: .exporter),
      localPort: try container.decodeIfPresent(UInt16.self, forKey: .localPort) ?? 0,
      version: try container.decode(UInt16.self, forKey: .version),
      domain: try container.decode(UInt32.self, forKey: .domain),
      transport: try container.decodeIfPresent(Transport.self, forKey: .transport) ?? .udp,
      stream: try container.decodeIfPresent(UInt32.self, forKey: .stream) ?? 0)
  }
}

extension SessionKey {
  /// Appends the key to a checkpoint.
  func append(to octets: inout OctetWriter) {
    octets.append(exporter.address)
    octets.append(exporter.port)
    octets.append(localPort)
    octets.append(version)
    octets.append(domain)
    octets.append(octet: transport.rawValue)
    octets.append(stream)
  }

  /// Reads the key from a checkpoint.
  init(_ octets: inout OctetReader) throws(OctetFault) {
    let exporter = Endpoint(address: try octets.address(), port: try octets.number())
    let (localPort, version): (UInt16, UInt16) = (try octets.number(), try octets.number())
    let domain: UInt32 = try octets.number()
    guard [5, 9, 10].contains(version), let transport = Transport(rawValue: try octets.octet()) else { throw .badValue }
    self.init(
      exporter: exporter, localPort: localPort, version: version, domain: domain, transport: transport,
      stream: try octets.number())
  }
}

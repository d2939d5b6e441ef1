public import NetworkBytes

/// One stream of messages with its own templates and sequence numbers (RFC 7011 §2, §8.4).
public struct SessionKey: Hashable, Sendable {
  public var exporter: Endpoint
  /// The port that it was sent to: one socket of an exporter may send to two. 0: not told apart.
  public var localPort: UInt16
  public var version: UInt16
  public var domain: UInt32
  /// Tells devices apart that take turns on one address and port, as a fail-over pair does, and the runs of one device
  /// before and after a restart: 0 for the first.
  public var stream: UInt32

  public init(exporter: Endpoint, localPort: UInt16 = 0, version: UInt16, domain: UInt32, stream: UInt32 = 0) {
    self.exporter = exporter
    self.localPort = localPort
    self.version = version
    self.domain = domain
    self.stream = stream
  }
}

extension SessionKey {
  /// The key of the first stream.
  var base: SessionKey {
    var base = self
    base.stream = 0
    return base
  }
}

extension SessionKey: Comparable {
  /// By address, port, version, domain, local port and stream.
  public static func < (a: Self, b: Self) -> Bool {
    if a.exporter.address != b.exporter.address { return a.exporter.address < b.exporter.address }
    return (a.exporter.port, a.version, a.domain, a.localPort, a.stream)
      < (b.exporter.port, b.version, b.domain, b.localPort, b.stream)
  }
}

extension SessionKey: Decodable {
  private enum CodingKeys: CodingKey {
    case exporter, localPort, version, domain, stream
  }

  /// What earlier versions of the program did not tell apart is 0.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      exporter: try container.decode(Endpoint.self, forKey: .exporter),
      localPort: try container.decodeIfPresent(UInt16.self, forKey: .localPort) ?? 0,
      version: try container.decode(UInt16.self, forKey: .version),
      domain: try container.decode(UInt32.self, forKey: .domain),
      stream: try container.decodeIfPresent(UInt32.self, forKey: .stream) ?? 0)
  }
}

extension SessionKey {
  /// Appends it as a checkpoint keeps it.
  func append(to octets: inout OctetWriter) {
    octets.append(exporter.address)
    octets.append(exporter.port)
    octets.append(localPort)
    octets.append(version)
    octets.append(domain)
    octets.append(stream)
  }

  /// Reads what `append` wrote.
  init(_ octets: inout OctetReader) throws(OctetFault) {
    let address = try octets.address()
    self.init(
      exporter: Endpoint(address: address, port: try octets.number()), localPort: try octets.number(),
      version: try octets.number(), domain: try octets.number(), stream: try octets.number())
    guard [5, 9, 10].contains(version) else { throw .badValue }
  }
}

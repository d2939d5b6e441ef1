public import NetworkBytes

/// Whose flows these are: the exporter, its observation domain and the protocol version it speaks.
///
/// A record carries the number of its origin in the pipeline's `OriginTable` instead of these 22 octets.
public struct FlowOrigin: Hashable, Sendable, Decodable {
  /// Source address of the datagrams, or what elements 130/131 of the record say.
  public var exporter: IPAddress
  /// IPFIX observation domain id, v9 source id, v5 engine_type * 256 + engine_id.
  public var domain: UInt32
  /// 5, 9 or 10; 0 where flows of several versions were merged.
  public var version: UInt16
  /// Source port of a session whose names contradict those of the exporter's other sessions: its flows have its names. 0: the
  /// flows have the exporter's.
  public var namesPort: UInt16

  public init(exporter: IPAddress, domain: UInt32, version: UInt16, namesPort: UInt16 = 0) {
    self.exporter = exporter
    self.domain = domain
    self.version = version
    self.namesPort = namesPort
  }

  private enum CodingKeys: CodingKey {
    case exporter, domain, version, namesPort
  }

  /// Earlier versions of the program did not tell names of ports apart.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    exporter = try container.decode(IPAddress.self, forKey: .exporter)
    domain = try container.decode(UInt32.self, forKey: .domain)
    version = try container.decode(UInt16.self, forKey: .version)
    namesPort = try container.decodeIfPresent(UInt16.self, forKey: .namesPort) ?? 0
  }
}

/// Gives each origin a small number, in order of first appearance; numbers are never reused.
///
/// Origins beyond the bounds are merged: those of a sender beyond `maximumPerSender` into one that has the sender's address
/// alone, and what is beyond `maximumCount` into number 0. That also stands for records merged over all exporters.
public struct OriginTable: Sendable, Decodable {
  public private(set) var origins: [FlowOrigin]
  /// Origins that were merged into another, each time that one was asked for.
  public private(set) var merged: UInt64 = 0
  private var numbers: [FlowOrigin: UInt32] = [:]
  private var countBySender: [IPAddress: Int] = [:]
  private let maximumCount: Int
  private let maximumPerSender: Int

  public init(maximumCount: Int = 1 << 20, maximumPerSender: Int = 1 << 12) {
    self.maximumCount = maximumCount
    self.maximumPerSender = maximumPerSender
    origins = [FlowOrigin(exporter: .unspecified, domain: 0, version: 0)]
  }

  /// The origin's number.
  ///
  /// - Parameter sender: where the datagram came from that tells the origin.
  public mutating func number(of origin: FlowOrigin, from sender: IPAddress) -> UInt32 {
    if let number = numbers[origin] { return number }
    if countBySender[sender, default: 0] < maximumPerSender, let number = add(origin) {
      countBySender[sender, default: 0] += 1
      return number
    }
    merged &+= 1
    let coarse = FlowOrigin(exporter: sender, domain: 0, version: 0)
    return numbers[coarse] ?? add(coarse) ?? 0
  }

  private mutating func add(_ origin: FlowOrigin) -> UInt32? {
    guard origins.count < maximumCount else { return nil }
    let number = UInt32(origins.count)
    origins.append(origin)
    numbers[origin] = number
    return number
  }
}

extension OriginTable {
  /// Appends it as a checkpoint keeps it.
  package func append(to octets: inout OctetWriter) {
    octets.append(count: maximumCount)
    octets.append(count: maximumPerSender)
    octets.append(merged)
    octets.append(count: origins.count)
    for origin in origins {
      octets.append(origin.exporter)
      octets.append(origin.domain)
      octets.append(origin.version)
      octets.append(origin.namesPort)
    }
    octets.append(count: countBySender.count)
    for (sender, count) in countBySender {
      octets.append(sender)
      octets.append(count: count)
    }
  }

  /// Reads what `append` wrote.
  package init(_ octets: inout OctetReader) throws(OctetFault) {
    maximumCount = try octets.bound()
    maximumPerSender = try octets.bound()
    merged = try octets.word()
    let count = try octets.count(of: 19)
    origins = []
    origins.reserveCapacity(count)
    for number in 0..<count {
      let origin = FlowOrigin(
        exporter: try octets.address(), domain: try octets.number(), version: try octets.number(),
        namesPort: try octets.number())
      origins.append(origin)
      // Number 0 is what is merged over all, and nobody's.
      if number > 0 { numbers[origin] = UInt32(number) }
    }
    guard !origins.isEmpty else { throw .badValue }
    for _ in 0..<(try octets.count(of: 17)) {
      countBySender[try octets.address()] = try octets.bound()
    }
  }
}

extension OctetReader {
  /// A count of what is not in these octets.
  fileprivate mutating func bound() throws(OctetFault) -> Int {
    guard let bound = Int(exactly: try word()), bound <= 1 << 32 else { throw .badValue }
    return bound
  }
}

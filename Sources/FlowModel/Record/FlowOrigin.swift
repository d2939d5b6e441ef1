public import NetworkBytes

/// The origin of flows: exporter, observation domain and protocol version.
///
/// A record contains the number of its origin in the pipeline's `OriginTable` instead of these 22 octets.
public struct FlowOrigin: Hashable, Sendable, Decodable {
  /// Source address of the datagrams, or elements 130/131 of the record.
  public var exporter: IPAddress
  /// IPFIX observation domain id, v9 source id, v5 engine_type * 256 + engine_id.
  public var domain: UInt32
  /// 5, 9 or 10; 0 if flows of several versions were merged.
  public var version: UInt16
  /// Source port of a session whose names contradict those of the exporter's other sessions, so that its flows use its
  /// own names; 0 if the flows use the exporter's.
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

  /// Earlier versions did not distinguish names by port.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    exporter = try container.decode(IPAddress.self, forKey: .exporter)
    domain = try container.decode(UInt32.self, forKey: .domain)
    version = try container.decode(UInt16.self, forKey: .version)
    namesPort = try container.decodeIfPresent(UInt16.self, forKey: .namesPort) ?? 0
  }
}

/// Assigns small numbers to origins, in order of first appearance; numbers are never reused.
///
/// Origins beyond the limits are merged: those of a sender beyond `maximumPerSender` into one that has only the
/// sender's address, and those beyond `maximumCount` into number 0, which also denotes records merged over all
/// exporters.
public struct OriginTable: Sendable, Decodable {
  public private(set) var origins: [FlowOrigin]
  /// Number of lookups of origins that were merged.
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

  /// Returns the origin's number.
  ///
  /// - Parameter sender: source of the datagram that names the origin.
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
  /// Appends the form used in checkpoints.
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
      // Number 0 denotes merged origins.
      if number > 0 { numbers[origin] = UInt32(number) }
    }
    guard !origins.isEmpty else { throw .badValue }
    for _ in 0..<(try octets.count(of: 17)) {
      countBySender[try octets.address()] = try octets.bound()
    }
  }
}

extension OctetReader {
  /// Reads a count that is independent of the remaining octets.
  fileprivate mutating func bound() throws(OctetFault) -> Int {
    guard let bound = Int(exactly: try word()), bound <= 1 << 32 else { throw .badValue }
    return bound
  }
}

public import NetworkBytes

/// Whose flows these are: the exporter, its observation domain and the protocol version it speaks.
///
/// A record carries the number of its origin in the pipeline's `OriginTable` instead of these 22 octets.
public struct FlowOrigin: Hashable, Sendable, Codable {
  /// Source address of the datagrams, or what elements 130/131 of the record say.
  public var exporter: IPAddress
  /// IPFIX observation domain id, v9 source id, v5 engine_type * 256 + engine_id.
  public var domain: UInt32
  /// 5, 9 or 10; 0 where flows of several versions were merged.
  public var version: UInt16

  public init(exporter: IPAddress, domain: UInt32, version: UInt16) {
    self.exporter = exporter
    self.domain = domain
    self.version = version
  }
}

/// Gives each origin a small number, in order of first appearance; numbers are never reused.
///
/// Origins beyond the bounds are merged: those of a sender beyond `maximumPerSender` into one that has the sender's address
/// alone, and what is beyond `maximumCount` into number 0. That also stands for records merged over all exporters.
public struct OriginTable: Sendable, Codable {
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

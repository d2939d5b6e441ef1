import NetworkBytes

/// Whose flows these are: the exporter, its observation domain and the protocol version it speaks.
///
/// A record carries the number of its origin in the pipeline's `OriginTable` instead of these 22 octets.
public struct FlowOrigin: Hashable, Sendable {
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
/// Number 0 stands for "no particular origin": records merged over all exporters, and origins beyond `maximumCount`.
public struct OriginTable: Sendable {
  public private(set) var origins: [FlowOrigin]
  private var numbers: [FlowOrigin: UInt32] = [:]
  private let maximumCount: Int

  public init(maximumCount: Int = 1 << 20) {
    self.maximumCount = maximumCount
    origins = [FlowOrigin(exporter: .unspecified, domain: 0, version: 0)]
  }

  /// The origin's number; 0 when the table is full and the origin is new.
  public mutating func number(of origin: FlowOrigin) -> UInt32 {
    if let number = numbers[origin] { return number }
    guard origins.count < maximumCount else { return 0 }
    let number = UInt32(origins.count)
    origins.append(origin)
    numbers[origin] = number
    return number
  }
}

/// The sampling rates that an exporter's options data announce for one observation domain.
struct SamplingRates: Sendable, Equatable, Codable {
  /// By samplerId (element 48) or selectorId (302).
  private(set) var bySampler: [UInt64: UInt32] = [:]
  /// By SNMP index of the interface.
  private(set) var byInterface: [UInt32: UInt32] = [:]
  /// For the whole domain.
  private(set) var domain: UInt32?

  /// Bound on `bySampler` and `byInterface`, so that an exporter cannot make us remember without end.
  static let maximumCount = 4096

  enum Scope {
    case sampler(UInt64)
    case interface(UInt32)
    case domain
  }

  var count: Int { bySampler.count + byInterface.count + (domain == nil ? 0 : 1) }

  /// The rate of exactly this scope.
  subscript(scope: Scope) -> UInt32? {
    switch scope {
    case .sampler(let id): bySampler[id]
    case .interface(let index): byInterface[index]
    case .domain: domain
    }
  }

  /// The rate of the interface at which the record's packets were seen: the one they came in by, unless the exporter says
  /// that it looked at those going out (element 61).
  func byInterface(of record: FlowRecord) -> UInt32? {
    if record.direction == 2, let rate = byInterface[record.egressInterface] { return rate }
    return byInterface[record.ingressInterface]
  }

  /// Remembers a rate, if there is room for it.
  mutating func set(_ rate: UInt32, for scope: Scope) {
    switch scope {
    case .sampler(let id) where bySampler[id] != nil || bySampler.count < Self.maximumCount: bySampler[id] = rate
    case .interface(let index) where byInterface[index] != nil || byInterface.count < Self.maximumCount:
      byInterface[index] = rate
    case .domain: domain = rate
    default: break
    }
  }
}

extension SamplingRates {
  /// One in how many, when `interval` packets are taken and `space` left out in turn (RFC 5476 §6.5.2.1).
  static func rate(interval: UInt32, space: UInt64) -> UInt32 {
    let interval = UInt64(max(interval, 1))
    return UInt32(clamping: (interval + min(space, 1 << 40)) / interval)
  }
}

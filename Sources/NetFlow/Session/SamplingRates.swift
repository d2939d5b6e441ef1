import FlowModel
import NetworkBytes

/// Sampling rates that an exporter's options data announce for an observation domain.
struct SamplingRates: Sendable, Equatable, Decodable {
  /// By samplerId or selectorId.
  private(set) var bySampler: [UInt64: UInt32] = [:]
  /// By SNMP index of the interface.
  private(set) var byInterface: [UInt32: UInt32] = [:]
  /// For the whole domain.
  private(set) var domain: UInt32?

  /// Maximum entries of `bySampler` and `byInterface`, which limits the memory an exporter can claim.
  static let maximumCount = 4096

  enum Scope: Hashable {
    case sampler(UInt64)
    case interface(UInt32)
    case domain
  }

  var count: Int { bySampler.count + byInterface.count + (domain == nil ? 0 : 1) }

  /// Rate of exactly this scope.
  subscript(scope: Scope) -> UInt32? {
    switch scope {
    case .sampler(let id): bySampler[id]
    case .interface(let index): byInterface[index]
    case .domain: domain
    }
  }

  /// Rate of the only sampler; nil if there are none or several.
  var onlySampler: UInt32? { bySampler.count == 1 ? bySampler.first?.value : nil }

  /// Returns the rate of the interface where the record's packets were observed: the ingress interface, unless the
  /// exporter reports egress (flowDirection).
  func byInterface(of record: FlowRecord) -> UInt32? {
    if record.direction == 2, let rate = byInterface[record.egressInterface] { return rate }
    return byInterface[record.ingressInterface]
  }

  /// Stores a rate if there is room.
  mutating func set(_ rate: UInt32, for scope: Scope) {
    switch scope {
    case .sampler(let id) where bySampler[id] != nil || bySampler.count < Self.maximumCount: bySampler[id] = rate
    case .interface(let index) where byInterface[index] != nil || byInterface.count < Self.maximumCount:
      byInterface[index] = rate
    case .domain: domain = rate
    default: break
    }
  }

  mutating func remove(_ scope: Scope) {
    switch scope {
    case .sampler(let id): bySampler[id] = nil
    case .interface(let index): byInterface[index] = nil
    case .domain: domain = nil
    }
  }

  /// Adopts from `other` each kind of rate that is missing here.
  mutating func complete(from other: SamplingRates) {
    if bySampler.isEmpty { bySampler = other.bySampler }
    if byInterface.isEmpty { byInterface = other.byInterface }
    domain = domain ?? other.domain
  }

  /// Keeps the rates that `other` has as well with the same value, or does not have at all.
  mutating func agree(with other: SamplingRates) {
    bySampler.removeContradictions(to: other.bySampler)
    byInterface.removeContradictions(to: other.byInterface)
    if let rate = other.domain, rate != domain { domain = nil }
  }

  /// Adds the rates of `other` that are missing here.
  mutating func join(_ other: SamplingRates) {
    if count == 0 {
      self = other
      return
    }
    bySampler.merge(other.bySampler) { old, _ in old }
    byInterface.merge(other.byInterface) { old, _ in old }
    domain = domain ?? other.domain
  }
}

extension Dictionary where Value: Equatable {
  /// Removes what `other` has another value of; looks through the smaller one.
  fileprivate mutating func removeContradictions(to other: Self) {
    if other.isEmpty || isEmpty { return }
    let (few, many) = other.count < count ? (other, self) : (self, other)
    for (key, value) in few where many[key].map({ $0 != value }) ?? false { self[key] = nil }
  }
}

extension SamplingRates {
  func append(to octets: inout OctetWriter) {
    octets.append(count: bySampler.count)
    for (sampler, rate) in bySampler {
      octets.append(sampler)
      octets.append(rate)
    }
    octets.append(count: byInterface.count)
    for (interface, rate) in byInterface {
      octets.append(interface)
      octets.append(rate)
    }
    octets.append(domain) { $1.append($0) }
  }

  /// Reads the rates from a checkpoint, within its own limits.
  init(_ octets: inout OctetReader) throws(OctetFault) {
    self.init()
    for _ in 0..<(try octets.count(of: 2)) {
      let sampler = try octets.word()
      set(try octets.number(), for: .sampler(sampler))
    }
    for _ in 0..<(try octets.count(of: 2)) {
      let interface: UInt32 = try octets.number()
      set(try octets.number(), for: .interface(interface))
    }
    domain = try octets.optional { reader throws(OctetFault) in try reader.number() }
  }
}

extension SamplingRates {
  /// Returns the rate if `interval` packets are taken and `space` skipped alternately (RFC 5476 §6.5.2.1).
  static func rate(interval: UInt32, space: UInt64) -> UInt32 {
    let interval = UInt64(max(interval, 1))
    return UInt32(clamping: (interval + min(space, 1 << 40)) / interval)
  }
}

/// Sampling rates that apply to the records of a session: those of its domain, and those announced by the exporter's
/// other domains where it has none.
struct KnownRates: Sendable, Equatable {
  /// Rates of the session's domain, completed from others.
  private(set) var rates = SamplingRates()
  /// Rate of records that name no sampler and whose interface has none; nil if unknown.
  private(set) var unnamed: UInt32?
  /// Source of `unnamed`.
  private(set) var source = SessionSummary.Sampling.Source.none

  init() {}

  init(own: SamplingRates, others: SamplingRates) {
    rates = own
    rates.complete(from: others)
    let candidates: [(rate: UInt32?, source: SessionSummary.Sampling.Source)] = [
      (own.domain, .options), (own.onlySampler, .onlySampler), (others.domain, .otherDomain),
      (others.onlySampler, .otherDomain),
    ]
    guard let best = candidates.first(where: { $0.rate != nil }) else { return }
    unnamed = best.rate
    source = best.source
  }

  /// Returns the initial rate of records.
  ///
  /// - Parameter namesSampler: Whether the records name their sampler.
  func initial(namesSampler: Bool) -> UInt32? { namesSampler ? rates.domain : unnamed }
}

/// Sampling parameters in a record of options data or of a flow.
struct SamplingFacts {
  private var interval: UInt64?
  private var packetInterval: UInt64?
  private var packetSpace: UInt64?
  private var size: UInt64?
  private var population: UInt64?
  private var probability: Double?

  /// Takes an element's value of `width` octets.
  mutating func note(_ element: InformationElementID, _ value: UInt64, width: Int) {
    switch element {
    case .samplingInterval, .samplerRandomInterval: if value > 0 { interval = value }
    case .samplingPacketInterval: packetInterval = value
    case .samplingPacketSpace: packetSpace = value
    case .samplingSize: size = value
    case .samplingPopulation: population = value
    case .samplingProbability where width == 8: probability = Double(bitPattern: value)
    case .samplingProbability where width == 4:
      probability = Double(Float(bitPattern: UInt32(truncatingIfNeeded: value)))
    default: break
    }
  }

  /// Sampling rate, one in so many packets (RFC 5477 §8.2); nil if the record does not have it.
  var rate: UInt32? {
    if let interval { return UInt32(clamping: interval) }
    if let packetInterval, packetInterval > 0 {
      guard let packetSpace else { return UInt32(clamping: packetInterval) }
      return SamplingRates.rate(interval: UInt32(clamping: packetInterval), space: packetSpace)
    }
    if let size, let population, size > 0, population > 0 { return UInt32(clamping: max(1, population / size)) }
    // NaN fails these comparisons as well.
    if let probability, probability > 1e-9, probability <= 1 { return UInt32((1 / probability).rounded()) }
    return nil
  }
}

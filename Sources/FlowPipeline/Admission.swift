import FlowFilter
public import NetworkBytes

/// Decides for each datagram whether it is decoded, before anything else examines it, and counts the others by reason.
///
/// A refusal allocates no memory and creates no session: its cost must be negligible at any rate.
public struct Admission: Sendable {
  public private(set) var options: AdmissionOptions
  public internal(set) var refused = RefusedDatagrams()
  /// Source of the latest refused datagram.
  public private(set) var lastRefused: IPAddress?
  private var limit: RateLimit?
  /// Whether everything is admitted.
  private var isOpen: Bool

  public init(_ options: AdmissionOptions = AdmissionOptions()) {
    self.options = options
    limit = Self.limit(options)
    isOpen = options.addresses.areEmpty && limit == nil
  }

  /// Replaces the rules and keeps the counters.
  mutating func reconfigure(_ new: AdmissionOptions) {
    if new == options { return }
    if new.maximumRate != options.maximumRate { limit = Self.limit(new) }
    options = new
    isOpen = new.addresses.areEmpty && limit == nil
  }

  private static func limit(_ options: AdmissionOptions) -> RateLimit? {
    options.maximumRate > 0 ? RateLimit(options.maximumRate) : nil
  }

  /// Returns whether a datagram should be decoded.
  ///
  /// - Parameter arrival: nanoseconds since 1970 UTC.
  @inline(__always)
  public mutating func takes(_ exporter: IPAddress, arrival: UnixNanoseconds) -> Bool {
    isOpen || judge(exporter, arrival)
  }

  /// Returns whether a message over a connection should be decoded. Rates do not apply: connections are slowed down by
  /// not reading them.
  mutating func takesMessage(of exporter: IPAddress) -> Bool {
    switch options.addresses.verdict(on: exporter) {
    case .taken: return true
    case .denied: refused.denied &+= 1
    case .notAllowed: refused.notAllowed &+= 1
    }
    lastRefused = exporter
    return false
  }

  private mutating func judge(_ exporter: IPAddress, _ arrival: UnixNanoseconds) -> Bool {
    guard takesMessage(of: exporter) else { return false }
    if limit?.takes(exporter, at: arrival) ?? true { return true }
    refused.overRate &+= 1
    lastRefused = exporter
    return false
  }
}

import FlowFilter
public import NetworkBytes

/// Decides of each datagram whether it is decoded, before anything else looks at it, and counts the others by reason.
///
/// Refusing takes no memory and makes no session: it has to cost next to nothing, whoever sends and however much.
public struct Admission: Sendable {
  public private(set) var options: AdmissionOptions
  public internal(set) var refused = RefusedDatagrams()
  /// Who sent the newest of them.
  public private(set) var lastRefused: IPAddress?
  private var limit: RateLimit?
  /// Whether everything is taken.
  private var isOpen: Bool

  public init(_ options: AdmissionOptions = AdmissionOptions()) {
    self.options = options
    limit = Self.limit(options)
    isOpen = options.addresses.areEmpty && limit == nil
  }

  /// Changes who is taken; what was counted stays.
  mutating func reconfigure(_ new: AdmissionOptions) {
    if new == options { return }
    if new.maximumRate != options.maximumRate { limit = Self.limit(new) }
    options = new
    isOpen = new.addresses.areEmpty && limit == nil
  }

  private static func limit(_ options: AdmissionOptions) -> RateLimit? {
    options.maximumRate > 0 ? RateLimit(options.maximumRate) : nil
  }

  /// Whether a datagram is to be decoded.
  ///
  /// - Parameter arrival: nanoseconds since 1970 UTC.
  @inline(__always)
  public mutating func takes(_ exporter: IPAddress, arrival: UnixNanoseconds) -> Bool {
    isOpen || judge(exporter, arrival)
  }

  /// Whether a message over a connection is to be decoded. By who sent it alone: connections are slowed down by not reading them.
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

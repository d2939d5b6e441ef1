public import FlowFilter

/// Which datagrams are decoded, by source and rate.
public struct AdmissionOptions: Hashable, Sendable {
  public var addresses = AddressRules()
  /// Maximum datagrams per second from one address, with a burst of the same number; 0 for unlimited.
  public var maximumRate = 0

  public init() {}
}

/// Datagrams not decoded because of their source or its rate.
public struct RefusedDatagrams: Hashable, Sendable {
  /// The sender is denied.
  public var denied: UInt64 = 0
  /// The sender is not among those allowed.
  public var notAllowed: UInt64 = 0
  /// The sender exceeded the maximum rate.
  public var overRate: UInt64 = 0

  public init() {}

  public var total: UInt64 { denied &+ notAllowed &+ overRate }

  public static func += (sum: inout Self, other: Self) {
    sum.denied &+= other.denied
    sum.notAllowed &+= other.notAllowed
    sum.overRate &+= other.overRate
  }
}

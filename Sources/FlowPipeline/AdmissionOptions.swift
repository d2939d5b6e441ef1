public import FlowFilter

/// Whose datagrams are decoded, and how many of them.
public struct AdmissionOptions: Hashable, Sendable {
  public var addresses = AddressRules()
  /// Datagrams a second of one address, with a burst of as many; 0: any number.
  public var maximumRate = 0

  public init() {}
}

/// Datagrams that were not decoded because of who sent them, or of how many came.
public struct RefusedDatagrams: Hashable, Sendable {
  /// The sender is denied.
  public var denied: UInt64 = 0
  /// The sender is none of those that are allowed.
  public var notAllowed: UInt64 = 0
  /// The sender's address was over its rate.
  public var overRate: UInt64 = 0

  public init() {}

  public var total: UInt64 { denied &+ notAllowed &+ overRate }

  public static func += (sum: inout Self, other: Self) {
    sum.denied &+= other.denied
    sum.notAllowed &+= other.notAllowed
    sum.overRate &+= other.overRate
  }
}

public import NetworkBytes

/// Which senders are taken, by address: those that a list allows, without those that another one denies.
///
/// IPv4 addresses are the same however they are written or received: `IPAddress` has one form for 10.0.0.1 and ::ffff:10.0.0.1.
public struct AddressRules: Hashable, Sendable {
  /// Empty: everybody.
  public let allowed: NetworkSet
  /// Overrides `allowed`, however long the prefixes are.
  public let denied: NetworkSet

  public enum Verdict: Hashable, Sendable {
    case taken
    /// A prefix of `denied` holds it.
    case denied
    /// No prefix of `allowed` holds it.
    case notAllowed
  }

  public init(allowed: NetworkSet = [], denied: NetworkSet = []) {
    self.allowed = allowed
    self.denied = denied
  }

  /// Whether everybody is taken.
  public var areEmpty: Bool { allowed.isEmpty && denied.isEmpty }

  public func verdict(on address: IPAddress) -> Verdict {
    if denied.contains(address) { return .denied }
    return allowed.isEmpty || allowed.contains(address) ? .taken : .notAllowed
  }

  /// Whether somebody has named this sender as one to take: not if everybody is taken.
  public func names(_ address: IPAddress) -> Bool { allowed.contains(address) && !denied.contains(address) }
}

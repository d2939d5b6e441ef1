public import NetworkBytes

/// Accepts or rejects senders by address: an allow list and a deny list.
///
/// IPv4 addresses match in either form: `IPAddress` represents 10.0.0.1 and ::ffff:10.0.0.1 alike.
public struct AddressRules: Hashable, Sendable {
  /// Empty to allow everyone.
  public let allowed: NetworkSet
  /// Takes precedence over `allowed`, regardless of prefix lengths.
  public let denied: NetworkSet

  public enum Verdict: Hashable, Sendable {
    case taken
    /// Matches a prefix of `denied`.
    case denied
    /// Matches no prefix of `allowed`.
    case notAllowed
  }

  public init(allowed: NetworkSet = [], denied: NetworkSet = []) {
    self.allowed = allowed
    self.denied = denied
  }

  /// Whether everyone is allowed.
  public var areEmpty: Bool { allowed.isEmpty && denied.isEmpty }

  public func verdict(on address: IPAddress) -> Verdict {
    if denied.contains(address) { return .denied }
    return allowed.isEmpty || allowed.contains(address) ? .taken : .notAllowed
  }

  /// Whether a sender is explicitly allowed; false if everyone is.
  public func names(_ address: IPAddress) -> Bool { allowed.contains(address) && !denied.contains(address) }
}

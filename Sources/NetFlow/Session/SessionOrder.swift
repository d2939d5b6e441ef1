import NetworkBytes

/// Order of eviction: sessions of least worth first, of these the longest silent one. An address or network with many
/// sessions evicts its own. Sessions of trusted exporters are evicted only for each other.
///
/// All operations take constant time: sessions, identified by their slots, are in lists in the order in which they were
/// heard.
struct SessionOrder {
  private struct Member {
    var worth = SessionWorth.bare
    var isTrusted = false
    /// Numbers of its groups; unused for trusted exporters, which are in none.
    var address = 0
    var network = 0
  }

  private var members: [Member] = []
  private var links = SlotLinks()
  /// By worth, longest silent first.
  private var lists: [4 of SlotLinks.List] = .init(repeating: .init())
  private var trusted: [4 of SlotLinks.List] = .init(repeating: .init())
  private var addresses = SessionGroups()
  private var networks = SessionGroups()

  // MARK: Members

  mutating func insert(_ slot: Int, _ address: IPAddress, isTrusted: Bool, _ worth: SessionWorth = .bare) {
    if slot >= members.count { members += Array(repeating: Member(), count: slot + 1 - members.count) }
    var member = Member(worth: worth, isTrusted: isTrusted)
    if isTrusted {
      links.append(slot, to: &trusted[worth.rawValue])
    } else {
      links.append(slot, to: &lists[worth.rawValue])
      member.address = addresses.insert(slot, address, worth)
      member.network = networks.insert(slot, address.network, worth)
    }
    members[slot] = member
  }

  mutating func remove(_ slot: Int) {
    let member = members[slot]
    if member.isTrusted { return links.remove(slot, from: &trusted[member.worth.rawValue]) }
    links.remove(slot, from: &lists[member.worth.rawValue])
    addresses.remove(slot, of: member.address, member.worth)
    networks.remove(slot, of: member.network, member.worth)
  }

  /// Records that a session was heard, and its current worth.
  @inline(__always)
  mutating func note(_ slot: Int, _ worth: SessionWorth) {
    let member = members[slot]
    if member.worth != worth { change(slot, member, to: worth) }
    if member.isTrusted { return links.moveToEnd(slot, of: &trusted[worth.rawValue]) }
    links.moveToEnd(slot, of: &lists[worth.rawValue])
    addresses.moveToEnd(slot, of: member.address, worth)
    networks.moveToEnd(slot, of: member.network, worth)
  }

  private mutating func change(_ slot: Int, _ member: Member, to worth: SessionWorth) {
    members[slot].worth = worth
    if member.isTrusted {
      links.remove(slot, from: &trusted[member.worth.rawValue])
      return links.append(slot, to: &trusted[worth.rawValue])
    }
    links.remove(slot, from: &lists[member.worth.rawValue])
    links.append(slot, to: &lists[worth.rawValue])
    addresses.change(slot, of: member.address, from: member.worth, to: worth)
    networks.change(slot, of: member.network, from: member.worth, to: worth)
  }

  func isTrusted(_ slot: Int) -> Bool { members[slot].isTrusted }

  // MARK: Who makes room

  /// Returns a session to be evicted before an address that has reached its limit gets another one.
  func surplus(of address: IPAddress, _ limits: SessionLimits) -> Int? {
    if addresses.count(address) >= limits.sessionsPerAddress { return addresses.first(address) }
    let network = address.network
    return networks.count(network) >= limits.sessionsPerNetwork ? networks.first(network) : nil
  }

  /// Returns the session to be evicted for a new one of `address`; nil if all belong to trusted exporters and it does
  /// not.
  func first(for address: IPAddress, isTrusted: Bool, _ limits: SessionLimits) -> Int? {
    if let slot = lists[SessionWorth.bare.rawValue].first ?? lists[SessionWorth.templates.rawValue].first {
      return slot
    }
    // Sessions that an address can have before it evicts its own rather than others'.
    let share = max(limits.sessions / 64, 16)
    if !isTrusted, addresses.count(address) > share { return addresses.first(address) }
    return firstWithRecords(limits) ?? (isTrusted ? firstTrusted : nil)
  }

  /// Returns the session to be evicted to free templates: trusted exporters' last.
  func firstWithTemplates(_ limits: SessionLimits) -> Int? {
    lists[SessionWorth.templates.rawValue].first ?? firstWithRecords(limits) ?? firstTrusted
      ?? lists[SessionWorth.bare.rawValue].first
  }

  /// Steady sessions are evicted only if there are no others, or if they leave new exporters too little room.
  private func firstWithRecords(_ limits: SessionLimits) -> Int? {
    let (brief, steady) = (lists[SessionWorth.brief.rawValue], lists[SessionWorth.steady.rawValue])
    if steady.count > limits.sessions - limits.sessions / 4 { return steady.first }
    return brief.first ?? steady.first
  }

  /// The longest silent steady session.
  var longestSilent: Int? { lists[SessionWorth.steady.rawValue].first }

  private var firstTrusted: Int? {
    for worth in SessionWorth.allCases {
      if let slot = trusted[worth.rawValue].first { return slot }
    }
    return nil
  }
}

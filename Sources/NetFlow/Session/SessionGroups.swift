import NetworkBytes

/// The sessions of each address, or of each prefix: how many, and which of them makes room first. All takes constant time.
struct SessionGroups {
  private struct Group {
    let key: IPAddress
    /// By worth, those heard longest ago first.
    var lists: [4 of SlotLinks.List] = .init(repeating: .init())
    var count = 0
  }

  private var numbers: [IPAddress: Int] = [:]
  private var groups: [Group] = []
  /// Numbers of groups that nobody is in any more.
  private var free: [Int] = []
  private var links = SlotLinks()

  /// Adds a session.
  ///
  /// - Returns: the number of its group.
  mutating func insert(_ slot: Int, _ key: IPAddress, _ worth: SessionWorth) -> Int {
    let number = numbers[key] ?? open(key)
    links.append(slot, to: &groups[number].lists[worth.rawValue])
    groups[number].count += 1
    return number
  }

  private mutating func open(_ key: IPAddress) -> Int {
    let number = free.popLast() ?? groups.count
    if number == groups.count { groups.append(Group(key: key)) } else { groups[number] = Group(key: key) }
    numbers[key] = number
    return number
  }

  mutating func remove(_ slot: Int, of number: Int, _ worth: SessionWorth) {
    links.remove(slot, from: &groups[number].lists[worth.rawValue])
    groups[number].count -= 1
    guard groups[number].count == 0 else { return }
    numbers[groups[number].key] = nil
    free.append(number)
  }

  /// Takes note that a session was heard.
  @inline(__always)
  mutating func moveToEnd(_ slot: Int, of number: Int, _ worth: SessionWorth) {
    links.moveToEnd(slot, of: &groups[number].lists[worth.rawValue])
  }

  mutating func change(_ slot: Int, of number: Int, from old: SessionWorth, to new: SessionWorth) {
    links.remove(slot, from: &groups[number].lists[old.rawValue])
    links.append(slot, to: &groups[number].lists[new.rawValue])
  }

  func count(_ key: IPAddress) -> Int { numbers[key].map { groups[$0].count } ?? 0 }

  /// The session that makes room first: of those of least worth the one heard longest ago.
  func first(_ key: IPAddress) -> Int? {
    guard let number = numbers[key] else { return nil }
    for worth in SessionWorth.allCases {
      if let slot = groups[number].lists[worth.rawValue].first { return slot }
    }
    return nil
  }
}

extension IPAddress {
  /// The network that whoever has this address can be expected to have as a whole: the /24, or of IPv6 the /64.
  var network: IPAddress {
    isV4 ? masked(by: .mask(leadingBits: 96 + 24)) : masked(by: .mask(leadingBits: 64))
  }
}

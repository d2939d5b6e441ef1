import NetworkBytes

/// Sessions grouped by address or prefix: their number, and which is evicted first. All operations take constant time.
struct SessionGroups {
  private struct Group {
    let key: IPAddress
    /// By worth, longest silent first.
    var lists: [4 of SlotLinks.List] = .init(repeating: .init())
    var count = 0
  }

  private var numbers: [IPAddress: Int] = [:]
  private var groups: [Group] = []
  /// Numbers of empty groups.
  private var free: [Int] = []
  private var links = SlotLinks()

  /// Adds a session.
  ///
  /// - Returns: Number of its group.
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

  /// Records that a session was heard.
  @inline(__always)
  mutating func moveToEnd(_ slot: Int, of number: Int, _ worth: SessionWorth) {
    links.moveToEnd(slot, of: &groups[number].lists[worth.rawValue])
  }

  mutating func change(_ slot: Int, of number: Int, from old: SessionWorth, to new: SessionWorth) {
    links.remove(slot, from: &groups[number].lists[old.rawValue])
    links.append(slot, to: &groups[number].lists[new.rawValue])
  }

  func count(_ key: IPAddress) -> Int { numbers[key].map { groups[$0].count } ?? 0 }

  /// Returns the session to be evicted first: the longest silent one of least worth.
  func first(_ key: IPAddress) -> Int? {
    guard let number = numbers[key] else { return nil }
    for worth in SessionWorth.allCases {
      if let slot = groups[number].lists[worth.rawValue].first { return slot }
    }
    return nil
  }
}

extension IPAddress {
  /// Network that a single party can be expected to control with this address: the /24, or the /64 for IPv6.
  var network: IPAddress {
    isV4 ? masked(by: .mask(leadingBits: 96 + 24)) : masked(by: .mask(leadingBits: 64))
  }
}

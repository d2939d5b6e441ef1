package import NetworkBytes

/// Orders addresses as their texts compare, octet by octet, which is the order that readers of a string column expect.
package enum AddressOrder {
  /// - Returns: positions in `addresses`, the first in order first.
  package static func sorted(_ addresses: [IPAddress]) -> [UInt32] {
    var v4: [SortItem] = []
    var v6: [TextItem] = []
    v4.reserveCapacity(addresses.count)
    for (number, address) in addresses.enumerated() {
      if address.isV4 {
        v4.append(SortItem(key: dottedRank(address.v4), number: UInt32(number)))
      } else {
        v6.append(TextItem(address, number: UInt32(number)))
      }
    }
    radixSort(&v4, bits: 32)
    if v6.isEmpty { return v4.map(\.number) }
    v6.sort()
    return merged(v4, v6, addresses)
  }

  private static func merged(_ v4: [SortItem], _ v6: [TextItem], _ addresses: [IPAddress]) -> [UInt32] {
    var order: [UInt32] = []
    order.reserveCapacity(addresses.count)
    var next = 0
    for item in v4 {
      let text = TextItem(addresses[Int(item.number)], number: item.number)
      while next < v6.count, v6[next] < text {
        order.append(v6[next].number)
        next += 1
      }
      order.append(item.number)
    }
    order.append(contentsOf: v6[next...].lazy.map(\.number))
    return order
  }

  /// Places of 0...255 when their decimal texts are in order: since "." comes before every digit and a text before those
  /// it begins, dotted addresses compare as their octets' places do.
  private static let octetRanks: [UInt8] = {
    let order = (0...255).sorted { String($0) < String($1) }
    var ranks = [UInt8](repeating: 0, count: 256)
    for (rank, octet) in order.enumerated() { ranks[octet] = UInt8(rank) }
    return ranks
  }()

  private static func dottedRank(_ address: UInt32) -> UInt64 {
    var rank: UInt64 = 0
    for shift in stride(from: UInt32(24), through: 0, by: -8) {
      rank = rank << 8 | UInt64(octetRanks[Int(address >> shift & 255)])
    }
    return rank
  }
}

/// An address's text, at most 39 octets, in words that compare as the text does.
private struct TextItem: Comparable {
  private var words: [5 of UInt64] = .init(repeating: 0)
  let number: UInt32

  init(_ address: IPAddress, number: UInt32) {
    self.number = number
    var text: [UInt8] = []
    text.reserveCapacity(40)
    address.appendText(to: &text)
    for (index, octet) in text.enumerated() { words[index >> 3] |= UInt64(octet) << UInt64(56 - (index & 7) * 8) }
  }

  static func < (a: Self, b: Self) -> Bool {
    for index in a.words.indices where a.words[index] != b.words[index] { return a.words[index] < b.words[index] }
    return false
  }

  static func == (a: Self, b: Self) -> Bool {
    a.words.indices.allSatisfy { a.words[$0] == b.words[$0] }
  }
}

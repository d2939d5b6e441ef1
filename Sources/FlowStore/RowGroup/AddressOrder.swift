package import NetworkBytes

/// Orders addresses as their texts compare, octet by octet, which is the order that readers of a string column expect.
package enum AddressOrder {
  /// - Returns: indexes into `addresses` in order.
  package static func sorted(_ addresses: [IPAddress]) -> [UInt32] {
    // An address as it is ordered, and below it its number.
    var v4: [UInt64] = []
    var v6: [TextItem] = []
    var text: [UInt8] = []
    v4.reserveCapacity(addresses.count)
    let octetRanks = octetRanks
    for (number, address) in addresses.enumerated() {
      if address.isV4 {
        v4.append(dottedRank(address.v4, octetRanks.span) << 32 | UInt64(number))
      } else {
        v6.append(TextItem(address, number: UInt32(number), &text))
      }
    }
    var spare: [UInt64] = []
    radixSort(&v4, &spare, from: 32, bits: 32)
    if v6.isEmpty { return v4.map { UInt32(truncatingIfNeeded: $0) } }
    v6.sort()
    return merged(v4, v6)
  }

  /// An IPv6 text is before, or behind, all IPv4 texts of one first octet: the dot behind that is nowhere among the hexadecimal
  /// digits and the colon that an IPv6 text begins with, so that four characters decide.
  private static func merged(_ v4: [UInt64], _ v6: [TextItem]) -> [UInt32] {
    var order: [UInt32] = []
    order.reserveCapacity(v4.count + v6.count)
    let firstCharacters = firstCharacters
    var next = 0
    for item in v6 {
      while next < v4.count, firstCharacters[Int(v4[next] >> 56)] < item.firstCharacters {
        order.append(UInt32(truncatingIfNeeded: v4[next]))
        next += 1
      }
      order.append(item.number)
    }
    order.append(contentsOf: v4[next...].lazy.map { UInt32(truncatingIfNeeded: $0) })
    return order
  }

  /// The beginnings of dotted texts, `0.` to `255.`, in order.
  private static let firstCharacters: [UInt32] = (0...255).map { "\($0)." }.sorted().map { text in
    var word: UInt32 = 0
    for (index, octet) in text.utf8.enumerated() { word |= UInt32(octet) << UInt32(24 - 8 * index) }
    return word
  }

  /// Places of 0...255 when their decimal texts are in order: since "." comes before every digit and a text before those
  /// it begins, dotted addresses compare as their octets' places do.
  private static let octetRanks: [UInt8] = {
    let order = (0...255).sorted { String($0) < String($1) }
    var ranks = [UInt8](repeating: 0, count: 256)
    for (rank, octet) in order.enumerated() { ranks[octet] = UInt8(rank) }
    return ranks
  }()

  @inline(__always)
  private static func dottedRank(_ address: UInt32, _ octetRanks: Span<UInt8>) -> UInt64 {
    var rank: UInt64 = 0
    for shift in stride(from: UInt32(24), through: 0, by: -8) {
      rank = rank << 8 | UInt64(octetRanks[Int(address >> shift & 255)])
    }
    return rank
  }
}

/// An address's text, at most 39 octets, in words that compare as the text does.
private struct TextItem: Comparable {
  private let words: [5 of UInt64]
  let number: UInt32

  /// - Parameter text: memory to work with.
  init(_ address: IPAddress, number: UInt32, _ text: inout [UInt8]) {
    self.number = number
    text.removeAll(keepingCapacity: true)
    address.appendText(to: &text)
    text.append(contentsOf: repeatElement(0, count: 40 - text.count))
    let octets = text.span.octets
    words = [octets.be64(0), octets.be64(8), octets.be64(16), octets.be64(24), octets.be64(32)]
  }

  var firstCharacters: UInt32 { UInt32(truncatingIfNeeded: words[0] >> 32) }

  static func < (a: Self, b: Self) -> Bool {
    for index in a.words.indices where a.words[index] != b.words[index] { return a.words[index] < b.words[index] }
    return false
  }

  static func == (a: Self, b: Self) -> Bool {
    a.words.indices.allSatisfy { a.words[$0] == b.words[$0] }
  }
}

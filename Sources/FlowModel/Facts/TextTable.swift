import NetworkBytes

/// Texts by number, from 1. Numbers are stable: a later table of the same `TextCollector` contains all texts of an
/// earlier one.
///
/// Texts share one array of octets, so that a million of them take little more memory than their octets.
public struct TextTable: Sendable {
  fileprivate var octets: [UInt8] = []
  /// End of each text; the first entry is for number 0, which means no text.
  fileprivate var ends: [UInt32] = [0]

  public init() {}

  public var count: Int { ends.count - 1 }
  public var isEmpty: Bool { count == 0 }

  /// Returns the text of a number; nil for 0 and for numbers not in the table.
  public subscript(number: UInt32) -> String? {
    guard number > 0, number < ends.count else { return nil }
    return String(decoding: octets[range(number)], as: UTF8.self)
  }

  fileprivate func range(_ number: UInt32) -> Range<Int> { Int(ends[Int(number) - 1])..<Int(ends[Int(number)]) }

  /// Octets of memory.
  package var memory: Int { octets.capacity + ends.capacity * 4 }
}

/// Collects distinct texts and numbers them in order of first appearance.
package struct TextCollector: Sendable {
  package private(set) var table = TextTable()
  /// Open addressing with linear probing: text numbers; 0 for an empty slot.
  private var slots: [UInt32] = Array(repeating: 0, count: 1024)
  private let maximumOctets: Int
  private let maximumCount: Int

  /// The table is full.
  package struct Full: Error {}

  package init(maximumOctets: Int = 1 << 28, maximumCount: Int = 1 << 23) {
    // Ends are 32-bit numbers.
    self.maximumOctets = min(maximumOctets, Int(UInt32.max))
    self.maximumCount = maximumCount
  }

  /// Returns the number of a UTF-8 text; 0 if it is empty.
  package mutating func number(of text: [UInt8]) throws(Full) -> UInt32 {
    if text.isEmpty { return 0 }
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: Self.hash(text[...])) & mask
    while slots[place] != 0 {
      if table.octets[table.range(slots[place])].elementsEqual(text) { return slots[place] }
      place = (place + 1) & mask
    }
    guard table.octets.count + text.count <= maximumOctets, table.count < maximumCount else { throw Full() }
    table.octets.append(contentsOf: text)
    table.ends.append(UInt32(table.octets.count))
    let number = UInt32(table.count)
    slots[place] = number
    if table.count * 2 > slots.count { grow() }
    return number
  }

  package mutating func number(of text: String) throws(Full) -> UInt32 { try number(of: Array(text.utf8)) }

  private mutating func grow() {
    slots = Array(repeating: 0, count: slots.count * 2)
    let mask = slots.count - 1
    for number in 1...UInt32(table.count) {
      var place = Int(truncatingIfNeeded: Self.hash(table.octets[table.range(number)])) & mask
      while slots[place] != 0 { place = (place + 1) & mask }
      slots[place] = number
    }
  }

  private static func hash(_ text: ArraySlice<UInt8>) -> UInt64 {
    // The low bits select the slot.
    let hash = fnv1a(text)
    return hash ^ hash >> 32
  }

  /// Octets of memory.
  package var memory: Int { table.memory + slots.capacity * 4 }
}

import NetworkBytes
import Parquet

/// A dictionary of addresses in order of first appearance; `::` is null.
struct AddressDictionary: Sendable {
  private var numbers = Interner<IPAddress>()

  mutating func removeAll() {
    numbers.removeAll()
  }

  @inline(__always)
  mutating func index(of address: IPAddress) -> UInt32 {
    address.isUnspecified ? ParquetWriter.nullIndex : numbers.number(of: address)
  }

  func texts() -> StringDictionary {
    var texts = StringDictionary()
    for address in numbers.values { texts.append(address.utf8.span) }
    return texts
  }
}

/// A dictionary of MAC addresses in order of first appearance; all zeros is null.
struct MACDictionary: Sendable {
  private var numbers = Interner<UInt64>()

  mutating func removeAll() {
    numbers.removeAll()
  }

  @inline(__always)
  mutating func index(of address: UInt64) -> UInt32 {
    address == 0 ? ParquetWriter.nullIndex : numbers.number(of: address)
  }

  func texts() -> StringDictionary {
    var texts = StringDictionary()
    var text: [UInt8] = []
    for address in numbers.values {
      text.removeAll(keepingCapacity: true)
      FlowText.appendMAC(address, to: &text)
      texts.append(text.span)
    }
    return texts
  }
}

/// A dictionary of texts in order of first appearance.
struct TextDictionary: Sendable {
  private var numbers: [String: UInt32] = [:]
  private(set) var texts = StringDictionary()

  mutating func index(of text: String?) -> UInt32 {
    guard let text else { return ParquetWriter.nullIndex }
    if let number = numbers[text] { return number }
    let number = texts.append(text)
    numbers[text] = number
    return number
  }
}

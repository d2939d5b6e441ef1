/// Interprets a fuzzer's octets as a series of choices, such as changes, repetitions and omissions, so that fuzzing
/// explores well-formed messages and slight variations. After the last octet every choice is the first.
package struct Choices {
  private var rest: ArraySlice<UInt8>

  package init(_ octets: [UInt8]) { rest = octets[...] }

  package var isEmpty: Bool { rest.isEmpty }

  package mutating func octet() -> UInt8 { rest.popFirst() ?? 0 }

  package mutating func octets(_ count: Int) -> [UInt8] {
    let taken = Array(rest.prefix(count))
    rest = rest.dropFirst(count)
    return taken + Array(repeating: 0, count: count - taken.count)
  }

  /// Returns all remaining octets.
  package mutating func remainder() -> [UInt8] {
    defer { rest = [] }
    return Array(rest)
  }

  package mutating func number() -> UInt32 { (0..<4).reduce(0) { value, _ in value << 8 | UInt32(octet()) } }

  /// Returns a number in the range, from as few octets as needed.
  package mutating func number(_ range: ClosedRange<Int>) -> Int {
    let count = range.upperBound - range.lowerBound + 1
    let chosen = count <= 256 ? Int(octet()) : count <= 65_536 ? Int(octet()) << 8 | Int(octet()) : Int(number())
    return range.lowerBound + chosen % count
  }

  /// Returns true for one octet value in `count`.
  package mutating func isOne(in count: Int) -> Bool { number(0...(count - 1)) == 1 }

  package mutating func pick<Element>(_ list: [Element]) -> Element { list[number(0...(list.count - 1))] }
}

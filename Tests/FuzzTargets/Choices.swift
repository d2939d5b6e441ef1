/// A fuzzer's octets as a series of choices: what it changes, repeats or leaves out are choices, so that its search goes over
/// well-formed messages and what differs a little from them. Behind the last octet every choice is the first.
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

  /// All that is left.
  package mutating func remainder() -> [UInt8] {
    defer { rest = [] }
    return Array(rest)
  }

  package mutating func number() -> UInt32 { (0..<4).reduce(0) { value, _ in value << 8 | UInt32(octet()) } }

  /// A number of the range, from as few octets as it takes.
  package mutating func number(_ range: ClosedRange<Int>) -> Int {
    let count = range.upperBound - range.lowerBound + 1
    let chosen = count <= 256 ? Int(octet()) : count <= 65_536 ? Int(octet()) << 8 | Int(octet()) : Int(number())
    return range.lowerBound + chosen % count
  }

  /// True for one octet in `count`.
  package mutating func isOne(in count: Int) -> Bool { number(0...(count - 1)) == 1 }

  package mutating func pick<Element>(_ list: [Element]) -> Element { list[number(0...(list.count - 1))] }
}

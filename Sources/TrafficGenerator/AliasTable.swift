/// Draws indexes with given weights in constant time (Vose's alias method).
struct AliasTable: Sendable {
  /// For each column: the share, in 2^-32, of its own index, and the index that gets the rest.
  private var columns: [(share: UInt64, alias: UInt32)]

  /// - Parameter weights: not negative, at least one above zero.
  init(weights: [Double]) {
    let total = weights.reduce(0, +)
    var heights = weights.map { $0 * Double(weights.count) / total }
    columns = weights.indices.map { (1 << 32, UInt32($0)) }
    var low = heights.indices.filter { heights[$0] < 1 }
    var high = heights.indices.filter { heights[$0] >= 1 }
    while let small = low.popLast(), let large = high.last {
      columns[small] = (UInt64(heights[small] * 0x1p32), UInt32(large))
      heights[large] -= 1 - heights[small]
      if heights[large] < 1 {
        high.removeLast()
        low.append(large)
      }
    }
  }

  /// Zipf's law with exponent 1: rank r, from 0, has the weight 1 / (r + 1).
  init(zipf count: Int) {
    self.init(weights: (0..<count).map { 1 / Double($0 + 1) })
  }

  func draw(_ random: inout SeededGenerator) -> Int {
    let (column, remainder) = random.next().multipliedFullWidth(by: UInt64(columns.count))
    let (share, alias) = columns[Int(column)]
    return remainder &>> 32 < share ? Int(column) : Int(alias)
  }
}

/// A numbered item, such as a row, and its sort key.
package struct SortItem: BitwiseCopyable, Sendable {
  package var key: UInt64
  package var number: UInt32

  package init(key: UInt64, number: UInt32) {
    self.key = key
    self.number = number
  }
}

/// Sorts by key, stably: least significant digit first, eleven bits at a time.
///
/// - Parameters:
///   - spare: memory to sort in; its content means nothing.
///   - bits: how many low bits of the keys may differ.
package func radixSort(_ items: inout [SortItem], _ spare: inout [SortItem], bits: Int) {
  if spare.count != items.count {
    spare.removeAll(keepingCapacity: true)
    spare.append(contentsOf: repeatElement(SortItem(key: 0, number: 0), count: items.count))
  }
  for shift in stride(from: 0, to: bits, by: 11) {
    if distribute(items, into: &spare, shift: UInt64(shift)) { swap(&items, &spare) }
  }
}

/// The same with memory of its own.
package func radixSort(_ items: inout [SortItem], bits: Int) {
  var spare: [SortItem] = []
  radixSort(&items, &spare, bits: bits)
}

/// Distributes `items` by one digit of their keys into `sorted`.
///
/// - Returns: false, without effect, if all have the same digit.
private func distribute(_ items: [SortItem], into sorted: inout [SortItem], shift: UInt64) -> Bool {
  var starts: [2048 of Int] = .init(repeating: 0)
  for item in items { starts[Int(truncatingIfNeeded: item.key &>> shift & 2047)] &+= 1 }
  var next = 0
  for digit in starts.indices {
    let count = starts[digit]
    if count == items.count { return false }
    starts[digit] = next
    next &+= count
  }
  var target = sorted.mutableSpan
  for item in items {
    let digit = Int(truncatingIfNeeded: item.key &>> shift & 2047)
    target[starts[digit]] = item
    starts[digit] &+= 1
  }
  return true
}

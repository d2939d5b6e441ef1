/// Sorts words by some of their bits, stably: least significant digit first, at most eleven bits at a time.
///
/// A key and the number of what it is the key of are packed into one word, so that as little as possible is moved.
///
/// - Parameters:
///   - spare: memory to sort in; its content means nothing.
///   - low: the lowest bit of the key.
///   - bits: how many bits of the words from there on may differ.
package func radixSort(_ items: inout [UInt64], _ spare: inout [UInt64], from low: Int, bits: Int) {
  precondition(low >= 0 && bits >= 0 && low + bits <= 64)
  spare.setCount(items.count, 0)
  let digits = (bits + 10) / 11
  if digits == 0 { return }
  let width = (bits + digits - 1) / digits
  let mask = UInt64(1) << UInt64(width) - 1
  for digit in 0..<digits {
    if distribute(items, into: &spare, shift: UInt64(low + digit * width), mask) { swap(&items, &spare) }
  }
}

/// Distributes `items` by one digit of their keys into `sorted`.
///
/// - Returns: false, without effect, if all have the same digit.
private func distribute(_ items: [UInt64], into sorted: inout [UInt64], shift: UInt64, _ mask: UInt64) -> Bool {
  let mask = mask & 2047
  var starts: [2048 of UInt32] = .init(repeating: 0)
  for item in items { starts[Int(truncatingIfNeeded: item &>> shift & mask)] &+= 1 }
  var next: UInt32 = 0
  for digit in 0...Int(truncatingIfNeeded: mask) {
    let count = starts[digit]
    if count == items.count { return false }
    starts[digit] = next
    next &+= count
  }
  var target = sorted.mutableSpan
  for item in items {
    let digit = Int(truncatingIfNeeded: item &>> shift & mask)
    target[Int(starts[digit])] = item
    starts[digit] &+= 1
  }
  return true
}

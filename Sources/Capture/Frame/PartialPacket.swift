import NetworkBytes

/// The fragments of one IP packet received so far.
struct PartialPacket {
  /// Distinguishes packets with the same key.
  let began: Int
  /// Capture time of its first fragment, nanoseconds.
  let arrival: Int64
  /// The fragmentable part up to the furthest fragment, zero where octets are missing.
  private(set) var bytes: [UInt8] = []
  /// The ranges present: ascending and disjoint.
  private var present: [Range<Int>] = []
  /// The part's length, known from the last fragment.
  private var length: Int?
  /// The header named by the first fragment.
  private var nextHeader: UInt8?

  init(began: Int, arrival: Int64) {
    self.began = began
    self.arrival = arrival
  }

  /// The header at the beginning, once the packet is complete.
  var completeFrom: UInt8? {
    guard let length, present.count == 1, present[0] == 0..<length else { return nil }
    return nextHeader
  }

  /// Returns whether a fragment cannot belong to this packet: it has other content at the same offset, or another
  /// length.
  func contradicts(_ fragment: Fragment, _ content: RawSpan) -> Bool {
    let end = fragment.offset + content.byteCount
    if let length, fragment.isLast ? end != length : end > length { return true }
    if fragment.isLast, end < bytes.count { return true }
    for range in present where range.overlaps(fragment.offset..<end) {
      for offset in range.clamped(to: fragment.offset..<end)
      where bytes[offset] != content.octet(offset - fragment.offset) { return true }
    }
    return false
  }

  /// Adds a fragment that does not contradict the others.
  ///
  /// - Returns: the number of octets by which `bytes` has grown.
  mutating func insert(_ fragment: Fragment, _ content: RawSpan) -> Int {
    let end = fragment.offset + content.byteCount
    let growth = max(0, end - bytes.count)
    if growth > 0 { bytes.append(contentsOf: repeatElement(0, count: growth)) }
    for offset in 0..<content.byteCount { bytes[fragment.offset + offset] = content.octet(offset) }
    if fragment.isLast { length = end }
    if fragment.offset == 0 { nextHeader = fragment.nextHeader }
    mark(fragment.offset..<end)
    return growth
  }

  private mutating func mark(_ range: Range<Int>) {
    // Ranges that touch or overlap `range` are contiguous in the list; they are merged.
    let first = present.firstIndex { $0.upperBound >= range.lowerBound } ?? present.endIndex
    let last = present[first...].firstIndex { $0.lowerBound > range.upperBound } ?? present.endIndex
    var merged = range
    if first < last {
      merged = min(range.lowerBound, present[first].lowerBound)..<max(range.upperBound, present[last - 1].upperBound)
    }
    present.replaceSubrange(first..<last, with: CollectionOfOne(merged))
  }
}

import NetworkBytes

/// The pieces of one IP packet that have come so far.
struct PartialPacket {
  /// A number that tells packets with the same key apart.
  let began: Int
  /// When its first piece was captured, in nanoseconds.
  let arrival: Int64
  /// The fragmentable part as far as the furthest piece, zero where octets are missing.
  private(set) var bytes: [UInt8] = []
  /// Which of them are there: ascending, apart from each other.
  private var present: [Range<Int>] = []
  /// The part's length, known from the last piece.
  private var length: Int?
  /// The header that the first piece names.
  private var nextHeader: UInt8?

  init(began: Int, arrival: Int64) {
    self.began = began
    self.arrival = arrival
  }

  /// The header at the beginning, once nothing is missing.
  var completeFrom: UInt8? {
    guard let length, present.count == 1, present[0] == 0..<length else { return nil }
    return nextHeader
  }

  /// Whether the piece cannot be of the same packet: other octets in the same place, or another length.
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

  /// Adds a piece that does not contradict the others.
  ///
  /// - Returns: By how many octets `bytes` has grown.
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
    // Those that touch or overlap `range` are one run of the list; it and they become one.
    let first = present.firstIndex { $0.upperBound >= range.lowerBound } ?? present.endIndex
    let last = present[first...].firstIndex { $0.lowerBound > range.upperBound } ?? present.endIndex
    var merged = range
    if first < last {
      merged = min(range.lowerBound, present[first].lowerBound)..<max(range.upperBound, present[last - 1].upperBound)
    }
    present.replaceSubrange(first..<last, with: CollectionOfOne(merged))
  }
}

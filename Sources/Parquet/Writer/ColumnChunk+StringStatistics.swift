import NetworkBytes

extension ColumnChunk {
  /// Longer bounds are omitted from the footer, as other writers do; old readers would take truncated ones for exact.
  private static var longestBound: Int { 4096 }

  /// Finds the least and the greatest entry in octet order among those that `numbers` marks as used, up to entry
  /// `greatest`.
  ///
  /// - Returns: Octets of the used entries in a dictionary page, and whether all entries are used.
  mutating func setStatistics(of entries: StringDictionary, used: Int, greatest: Int) -> (bytes: Int, all: Bool) {
    let all = used == entries.count
    // Beyond the greatest index, `numbers` has values of an earlier column.
    let end = all ? entries.count : greatest + 1
    var bounds = Bounds(least: -1, greatest: -1)
    var bytes = 0
    let offsets = entries.offsets.span
    let encoded = entries.encoded.span
    var leastKey = UInt64.max
    var greatestKey = UInt64.min
    for entry in 0..<end where all || numbers[entry] == 1 {
      let (start, next) = (offsets[entry], offsets[entry &+ 1])
      bytes &+= next &- start
      // The first eight octets nearly always decide.
      let key = Self.key(encoded, start &+ 4, next)
      if key <= leastKey {
        if bounds.least < 0 || key < leastKey || Self.isLess(entry, bounds.least, entries) { bounds.least = entry }
        leastKey = key
      }
      if key >= greatestKey {
        if bounds.greatest < 0 || key > greatestKey || Self.isLess(bounds.greatest, entry, entries) {
          bounds.greatest = entry
        }
        greatestKey = key
      }
    }
    if bounds.least >= 0 {
      statistics.minimum = Self.bound(entries[UInt32(bounds.least)])
      statistics.maximum = Self.bound(entries[UInt32(bounds.greatest)])
    }
    return (bytes, all)
  }

  /// Sets minimum and maximum to the same value.
  mutating func setBounds(_ octets: Span<UInt8>) {
    statistics.minimum = Self.bound(octets)
    statistics.maximum = statistics.minimum
  }

  private struct Bounds {
    var least: Int
    var greatest: Int
  }

  private static func bound(_ octets: Span<UInt8>) -> [UInt8]? {
    octets.count > longestBound ? nil : Array(octets)
  }

  /// Returns the first eight octets from `start` as a big-endian number, padded with zeros.
  @inline(__always)
  private static func key(_ encoded: Span<UInt8>, _ start: Int, _ end: Int) -> UInt64 {
    let length = end &- start
    if length == 0 { return 0 }
    if start &+ 8 <= encoded.count {
      let word = encoded.octets.be64(start)
      return length >= 8 ? word : word & ~(UInt64.max &>> UInt64(truncatingIfNeeded: 8 &* length))
    }
    var key: UInt64 = 0
    for index in 0..<8 { key = key << 8 | (index < length ? UInt64(encoded[start &+ index]) : 0) }
    return key
  }

  /// Returns whether entry `first` precedes `second`: by unsigned octets, a prefix before its extensions.
  private static func isLess(_ first: Int, _ second: Int, _ entries: StringDictionary) -> Bool {
    let left = entries[UInt32(first)]
    let right = entries[UInt32(second)]
    for index in 0..<min(left.count, right.count) where left[index] != right[index] {
      return left[index] < right[index]
    }
    return left.count < right.count
  }
}

extension Array where Element == UInt8 {
  fileprivate init(_ octets: Span<UInt8>) {
    self.init(capacity: octets.count) { output in
      for index in octets.indices { output.append(octets[index]) }
    }
  }
}

import FlowModel
import NetworkBytes
import Parquet

/// Sorts rows by (exporter_addr, src_addr, dst_addr): neighbours are alike, and files a sixth smaller.
///
/// Each address becomes its rank among the group's addresses; the three ranks of a row make one integer, which is what
/// is sorted.
struct RowSorter: Sendable {
  /// One item a row in sorted order; `number` is the row's place before.
  private(set) var items: [SortItem] = []
  /// Distinct texts in order: a rank is an index.
  private var exporters = StringDictionary()
  private var sources = StringDictionary()
  private var destinations = StringDictionary()

  /// Each row's origin, end to end: rows are too far apart to be walked through again for it.
  private var origins: [UInt32] = []
  private var sourceNumbers = Interner<IPAddress>()
  private var destinationNumbers = Interner<IPAddress>()
  private var sourceBits: UInt64 = 0
  private var destinationBits: UInt64 = 0

  /// - Parameter origins: what the rows' origin numbers stand for.
  mutating func sort(_ rows: [FlowRecord], origins: [FlowOrigin]) {
    number(rows)
    let exporterRanks = rankExporters(origins)
    let sourceRanks = Self.rank(sourceNumbers.values, into: &sources)
    let destinationRanks = Self.rank(destinationNumbers.values, into: &destinations)
    sourceBits = Self.bits(sources.count)
    destinationBits = Self.bits(destinations.count)
    for index in items.indices {
      let numbers = items[index].key
      let exporter = UInt64(exporterRanks[Int(self.origins[index])])
      let source = UInt64(sourceRanks[Int(numbers >> 32)])
      let destination = UInt64(destinationRanks[Int(numbers & 0xffff_ffff)])
      items[index].key = (exporter &<< sourceBits | source) &<< destinationBits | destination
    }
    radixSort(&items, bits: Int(Self.bits(exporters.count) + sourceBits + destinationBits))
  }

  /// Gives each row's addresses numbers: two of 32 bits in the key's place until their ranks are known.
  private mutating func number(_ rows: [FlowRecord]) {
    sourceNumbers.removeAll()
    destinationNumbers.removeAll()
    items.removeAll(keepingCapacity: true)
    items.reserveCapacity(rows.count)
    origins.removeAll(keepingCapacity: true)
    origins.append(addingCapacity: rows.count) { output in
      for record in rows { output.append(record.origin) }
    }
    for (row, record) in rows.enumerated() {
      let source = sourceNumbers.number(of: record.source)
      let destination = destinationNumbers.number(of: record.destination)
      items.append(SortItem(key: UInt64(source) << 32 | UInt64(destination), number: UInt32(truncatingIfNeeded: row)))
    }
  }

  /// Appends the ranks of one of the three addresses of some rows.
  func appendRanks(_ key: Int, _ places: Range<Int>, to ranks: inout [UInt32]) {
    let shift = key == 0 ? sourceBits + destinationBits : key == 1 ? destinationBits : 0
    let mask = key == 0 ? UInt64.max : (1 << (key == 1 ? sourceBits : destinationBits)) - 1
    ranks.append(addingCapacity: places.count) { output in
      for place in places { output.append(UInt32(truncatingIfNeeded: items[place].key &>> shift & mask)) }
    }
  }

  /// The texts of one of the three addresses, by rank.
  func texts(_ key: Int) -> StringDictionary { key == 0 ? exporters : key == 1 ? sources : destinations }

  /// Bits that hold the numbers below `count`.
  private static func bits(_ count: Int) -> UInt64 {
    UInt64(Int.bitWidth - max(count - 1, 0).leadingZeroBitCount)
  }

  /// - Returns: each origin's exporter as a rank; meaningful for origins that the rows have.
  private mutating func rankExporters(_ origins: [FlowOrigin]) -> [UInt32] {
    var isUsed = [Bool](repeating: false, count: origins.count)
    for origin in self.origins { isUsed[Int(origin)] = true }
    var numbers = Interner<IPAddress>()
    let ofOrigin = origins.indices.map { isUsed[$0] ? numbers.number(of: origins[$0].exporter) : 0 }
    let ranks = Self.rank(numbers.values, into: &exporters)
    return ofOrigin.indices.map { isUsed[$0] ? ranks[Int(ofOrigin[$0])] : 0 }
  }

  /// Fills `texts` with the addresses' texts in order.
  ///
  /// - Returns: each address's place among them.
  private static func rank(_ addresses: [IPAddress], into texts: inout StringDictionary) -> [UInt32] {
    texts.removeAll()
    texts.reserve(count: addresses.count, byteCount: addresses.count * 14)
    var ranks = [UInt32](repeating: 0, count: addresses.count)
    var text: [UInt8] = []
    for (rank, number) in AddressOrder.sorted(addresses).enumerated() {
      ranks[Int(number)] = UInt32(truncatingIfNeeded: rank)
      text.removeAll(keepingCapacity: true)
      addresses[Int(number)].appendText(to: &text)
      texts.append(text.span)
    }
    return ranks
  }
}

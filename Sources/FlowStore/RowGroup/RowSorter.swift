import FlowModel
import NetworkBytes
import Parquet

/// Sorts rows by (exporter_addr, src_addr, dst_addr), which makes adjacent rows similar and files a sixth smaller.
///
/// Each address becomes its rank among the group's addresses; the three ranks of a row form one integer, the sort key.
struct RowSorter: Sendable {
  /// For each place in order, which row is there.
  private(set) var order: [UInt32] = []
  /// One item a row in sorted order; `number` is the row's place before.
  private var items: [SortItem] = []
  /// Memory to sort in.
  private var spare: [SortItem] = []
  /// Distinct texts in order: a rank is an index.
  private var exporters = StringDictionary()
  private var sources = StringDictionary()
  private var destinations = StringDictionary()

  private var sourceBits: UInt64 = 0
  private var destinationBits: UInt64 = 0

  /// - Parameter origins: origins by the rows' origin number.
  mutating func sort(_ rows: RowColumns, origins: [FlowOrigin]) {
    let sourceRanks = Self.rank(rows.sources.values, into: &sources)
    let destinationRanks = Self.rank(rows.destinations.values, into: &destinations)
    sourceBits = Self.bits(sources.count)
    destinationBits = Self.bits(destinations.count)
    let rowOrigins = rows.words[RecordLane.origin.word].values(.high)
    let sharedOrigin = rows.words[RecordLane.origin.word].shared(.high)
    let exporterRanks = rankExporters(rowOrigins.isEmpty && rows.count > 0 ? [sharedOrigin] : rowOrigins, origins)
    items.removeAll(keepingCapacity: true)
    items.append(addingCapacity: rows.count) { output in
      let (shift, sourceShift) = (sourceBits &+ destinationBits, destinationBits)
      let ends = rows.ends.span
      let (sourceRanks, destinationRanks) = (sourceRanks.span, destinationRanks.span)
      let exporterRanks = exporterRanks.span
      let rowOrigins = rowOrigins.span
      for row in ends.indices {
        let exporter = exporterRanks[Int(rowOrigins.isEmpty ? sharedOrigin : rowOrigins[row])]
        let source = UInt64(sourceRanks[Int(ends[row] &>> 32)])
        let destination = UInt64(destinationRanks[Int(ends[row] & 0xffff_ffff)])
        let key = UInt64(exporter) &<< shift | source &<< sourceShift | destination
        output.append(SortItem(key: key, number: UInt32(truncatingIfNeeded: row)))
      }
    }
    radixSort(&items, &spare, bits: Int(Self.bits(exporters.count) + sourceBits + destinationBits))
    order.removeAll(keepingCapacity: true)
    order.append(addingCapacity: items.count) { output in
      for item in items { output.append(item.number) }
    }
  }

  /// Replaces `ranks` by those of one of the three addresses, in order.
  func ranks(_ key: Int, into ranks: inout [UInt32]) {
    let shift = key == 0 ? sourceBits + destinationBits : key == 1 ? destinationBits : 0
    let mask = key == 0 ? UInt64.max : (1 << (key == 1 ? sourceBits : destinationBits)) - 1
    ranks.removeAll(keepingCapacity: true)
    ranks.append(addingCapacity: items.count) { output in
      for item in items { output.append(UInt32(truncatingIfNeeded: item.key &>> shift & mask)) }
    }
  }

  /// Returns the texts of one of the three addresses, by rank.
  func texts(_ key: Int) -> StringDictionary { key == 0 ? exporters : key == 1 ? sources : destinations }

  /// Returns the number of bits for numbers below `count`.
  private static func bits(_ count: Int) -> UInt64 {
    UInt64(Int.bitWidth - max(count - 1, 0).leadingZeroBitCount)
  }

  /// - Parameter rowOrigins: the origins that rows have.
  /// - Returns: each origin's exporter as a rank; meaningful for origins that the rows have.
  private mutating func rankExporters(_ rowOrigins: [UInt32], _ origins: [FlowOrigin]) -> [UInt32] {
    var isUsed = [Bool](repeating: false, count: origins.count)
    for origin in rowOrigins { isUsed[Int(origin)] = true }
    var numbers = Interner<IPAddress>()
    let ofOrigin = origins.indices.map { isUsed[$0] ? numbers.number(of: origins[$0].exporter) : 0 }
    let ranks = Self.rank(numbers.values, into: &exporters)
    return ofOrigin.indices.map { isUsed[$0] ? ranks[Int(ofOrigin[$0])] : 0 }
  }

  /// Fills `texts` with the addresses' texts in order.
  ///
  /// - Returns: the rank of each address.
  private static func rank(_ addresses: [IPAddress], into texts: inout StringDictionary) -> [UInt32] {
    texts.removeAll()
    texts.reserve(count: addresses.count, byteCount: addresses.count * 14)
    var ranks = [UInt32](repeating: 0, count: addresses.count)
    for (rank, number) in AddressOrder.sorted(addresses).enumerated() {
      ranks[Int(number)] = UInt32(truncatingIfNeeded: rank)
      let address = addresses[Int(number)]
      texts.append(capacity: IPAddress.longestText) { address.appendText(to: &$0) }
    }
    return ranks
  }
}

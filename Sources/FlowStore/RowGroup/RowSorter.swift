package import FlowModel
import NetworkBytes
import Parquet

/// Sorts rows by (exporter_addr, src_addr, dst_addr), which makes adjacent rows similar and files a sixth smaller.
///
/// Each address becomes its rank among the group's addresses; the three ranks of a row, and below them its number, form one word.
package struct RowSorter: Sendable {
  /// For each place in order, which row is there.
  package private(set) var order: [UInt32] = []
  /// One word a row, in sorted order: what it is sorted by, and its number before.
  private var items: [UInt64] = []
  /// Memory to sort in.
  private var spare: [UInt64] = []
  /// Distinct texts in order: a rank is an index.
  private var exporters = StringDictionary()
  private var sources = StringDictionary()
  private var destinations = StringDictionary()
  /// The rank of each destination, by its number.
  private var destinationRanks: [UInt32] = []

  private var rowBits = 0
  private var sourceBits = 0
  private var destinationBits = 0
  /// Whether the ranks of destinations are not in the words, because there are too many of all.
  private var isSplit = false

  package init() {}

  /// - Parameter origins: origins by the rows' origin number.
  package mutating func sort(_ rows: RowColumns, origins: [FlowOrigin]) {
    let sourceRanks = Self.rank(rows.sources.values, into: &sources)
    destinationRanks = Self.rank(rows.destinations.values, into: &destinations)
    let rowOrigins = rows.words[RecordLane.origin.word].values(.high)
    let sharedOrigin = rows.words[RecordLane.origin.word].shared(.high)
    let exporterRanks = rankExporters(rowOrigins.isEmpty && rows.count > 0 ? [sharedOrigin] : rowOrigins, origins)
    rowBits = Self.bits(rows.count)
    sourceBits = Self.bits(sources.count)
    destinationBits = Self.bits(destinations.count)
    let exporterBits = Self.bits(exporters.count)
    isSplit = rowBits + destinationBits + sourceBits + exporterBits > 64
    if isSplit { sortByDestination(rows) }
    let shared = exporterRanks.isEmpty ? 0 : exporterRanks[Int(sharedOrigin)]
    fillItems(rows, exporterRanks.span, rowOrigins.span, sharedExporter: shared, sourceRanks.span)
    sortItems(bits: exporterBits + sourceBits + (isSplit ? 0 : destinationBits))
  }

  /// Where the destination is not in the words, rows are in its order already, which sorting keeps.
  private mutating func fillItems(
    _ rows: RowColumns, _ exporterRanks: Span<UInt32>, _ rowOrigins: Span<UInt32>, sharedExporter: UInt32,
    _ sourceRanks: Span<UInt32>
  ) {
    let (ends, destinationRanks, first) = (rows.ends, destinationRanks, order)
    let destinationShift = UInt64(rowBits)
    let sourceShift = destinationShift + UInt64(isSplit ? 0 : destinationBits)
    let exporterShift = sourceShift + UInt64(sourceBits)
    let isSplit = isSplit
    // Taken out, so that it is changed in its place.
    var items: [UInt64] = []
    swap(&items, &self.items)
    items.setCount(rows.count, 0)
    var filled = items.mutableSpan
    for place in filled.indices {
      let row = isSplit ? Int(first[place]) : place
      let exporter = UInt64(rowOrigins.isEmpty ? sharedExporter : exporterRanks[Int(rowOrigins[row])])
      let source = UInt64(sourceRanks[Int(ends[row] &>> 32)])
      let destination = isSplit ? 0 : UInt64(destinationRanks[Int(ends[row] & 0xffff_ffff)])
      filled[place] =
        exporter &<< exporterShift | source &<< sourceShift | destination &<< destinationShift | UInt64(row)
    }
    swap(&items, &self.items)
  }

  /// Puts rows in the order of their destinations.
  private mutating func sortByDestination(_ rows: RowColumns) {
    items.setCount(rows.count, 0)
    for row in 0..<rows.count {
      items[row] = UInt64(destinationRanks[Int(rows.ends[row] & 0xffff_ffff)]) << UInt64(rowBits) | UInt64(row)
    }
    sortItems(bits: destinationBits)
  }

  /// Sorts by so many bits above the number of the row.
  private mutating func sortItems(bits: Int) {
    radixSort(&items, &spare, from: rowBits, bits: bits)
    let mask = UInt64(1) << UInt64(rowBits) - 1
    var order: [UInt32] = []
    swap(&order, &self.order)
    order.setCount(items.count, 0)
    Self.extract(items.span, shift: 0, mask, into: order.mutableSpan)
    swap(&order, &self.order)
  }

  /// Replaces `ranks` by those of one of the three addresses, in order.
  package func ranks(_ key: Int, of rows: RowColumns, into ranks: inout [UInt32]) {
    ranks.setCount(items.count, 0)
    if isSplit, key == 2 {
      for (place, row) in order.enumerated() { ranks[place] = destinationRanks[Int(rows.ends[Int(row)] & 0xffff_ffff)] }
      return
    }
    let behind = isSplit ? 0 : destinationBits
    let shift = UInt64(rowBits + (key == 2 ? 0 : behind) + (key == 0 ? sourceBits : 0))
    let mask = key == 0 ? UInt64.max : UInt64(1) << UInt64(key == 1 ? sourceBits : destinationBits) - 1
    Self.extract(items.span, shift: UInt64(shift), mask, into: ranks.mutableSpan)
  }

  private static func extract(
    _ items: Span<UInt64>, shift: UInt64, _ mask: UInt64, into values: consuming MutableSpan<UInt32>
  ) {
    for place in items.indices { values[place] = UInt32(truncatingIfNeeded: items[place] &>> shift & mask) }
  }

  /// Returns the texts of one of the three addresses, by rank.
  func texts(_ key: Int) -> StringDictionary { key == 0 ? exporters : key == 1 ? sources : destinations }

  /// Returns the number of bits for numbers below `count`.
  private static func bits(_ count: Int) -> Int { Int.bitWidth - max(count - 1, 0).leadingZeroBitCount }

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

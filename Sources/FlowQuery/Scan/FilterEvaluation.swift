import FlowFilter
import FlowModel
import NetworkBytes
import Parquet

extension RowGroupView {
  /// The rows that a mask selects, which this view was narrowed to; nil for all.
  func rows(of mask: RowMask) -> [UInt32]? { neededRows ?? mask.rows }

  /// Returns the rows that a scan selects: those in its window that match its filter. Later reads are restricted to
  /// them.
  func selection(_ scan: Scan) throws(ParquetReadError) -> RowMask {
    var mask = try scan.window.map { window throws(ParquetReadError) in try rows(in: window) } ?? .all
    // Each condition is evaluated only for rows that match the previous ones.
    for condition in scan.filter.conditions {
      if mask.isNone { break }
      narrow(to: mask)
      mask = (mask && (try rows(matching: condition))).simplified
    }
    narrow(to: mask)
    return mask
  }

  /// Returns the rows that a filter selects. Cheap conditions are evaluated first, and unneeded data is not read.
  func rows(matching filter: FlowFilter) throws(ParquetReadError) -> RowMask {
    switch filter {
    case .any: return .all
    case .not(let inner): return !(try rows(matching: inner))
    case .test(let test): return try rows(passing: test).simplified
    case .all:
      var mask = RowMask.all
      for condition in filter.conditions {
        mask = (mask && (try rows(matching: condition))).simplified
        if mask.isNone { break }
      }
      return mask
    case .some(let conditions):
      var mask = RowMask.none
      for condition in conditions {
        mask = (mask || (try rows(matching: condition))).simplified
        if case .all = mask { break }
      }
      return mask
    }
  }

  private func rows(passing test: FlowTest) throws(ParquetReadError) -> RowMask {
    switch test {
    case .isIPv4(let wanted):
      return try rows(ofIPv4: wanted)
    case .address(let columns, let networks):
      return try either(columns) { column throws(ParquetReadError) in
        try rows(column, in: networks)
      }
    case .number(let columns, let comparison):
      return try either(columns) { column throws(ParquetReadError) in try rows(column, comparison) }
    case .tcpFlags(let flags):
      return mask(try integers(.tcpFlags)) { $0 & UInt64(flags) == UInt64(flags) }
    case .mac(let columns, let address):
      let text = ValueText.mac(address)
      return try either(columns) { column throws(ParquetReadError) in
        let values = try strings(column)
        return mask(values) { values.text($0) == text }
      }
    case .text(let columns, let texts):
      let wanted = Set(texts.map { $0.lowercased() })
      return try either(columns) { column throws(ParquetReadError) in
        let values = try strings(column)
        return mask(values) { wanted.contains(values.text($0).lowercased()) }
      }
    case .mpls(let label, let comparison):
      let values = try strings(.mplsLabels)
      return mask(values) { entry in
        label.holds(comparison, values.text(entry).split(separator: "/").lazy.compactMap { UInt64($0) })
      }
    case .rate(let rate, let comparison):
      let (starts, ends) = (try integers(.timeStart), try integers(.timeEnd))
      let (octets, packets) = (try counters(.octets), try counters(.packets))
      return .some(
        (0..<rowCount).map { row in
          let duration = Int64(bitPattern: ends[row]) &- Int64(bitPattern: starts[row])
          let value = rate.value(octets: octets[row], packets: packets[row], duration: UInt64(max(0, duration)))
          return comparison.holds(value) ? 1 : 0
        })
    case .collector(let name):
      return file.metadata["sagflow.host"]?.lowercased() == name.lowercased() ? .all : .none
    }
  }

  private func rows(_ column: FlowColumn, in networks: NetworkSet) throws(ParquetReadError) -> RowMask {
    guard networks.holdsUnspecifiedAmongOthers else {
      return mask(try addresses(column, onlyIPv4: networks.isIPv4)) { networks.contains($0) }
    }
    let values = try addresses(column)
    let found = mask(values) { !$0.isUnspecified && networks.contains($0) }
    guard let other = column.otherEnd, file.keeps(column) else { return found }
    // `::` is an address if the other end is IPv6; otherwise it means absent.
    let unspecified = unspecified(values, column)
    if unspecified.isNone { return found }
    return found || (unspecified && mask(try addresses(other)) { !$0.isUnspecified && !$0.isV4 })
  }

  /// Returns the rows without an address, or with `::`; usually none, as the entries show.
  private func unspecified(_ values: AddressColumn, _ column: FlowColumn) -> RowMask {
    let hasNulls = values.indices == nil || file.isOptional(column)
    if !hasNulls, !values.entries.dropLast().contains(where: \.isUnspecified) { return .none }
    return mask(values) { $0.isUnspecified }.simplified
  }

  /// Returns the rows of a family: the source decides, or the destination if the source is absent.
  private func rows(ofIPv4 wanted: Bool) throws(ParquetReadError) -> RowMask {
    let sources = try addresses(.sourceAddress)
    let found = mask(sources) { !$0.isUnspecified && $0.isV4 == wanted }
    let absent = unspecified(sources, .sourceAddress)
    if absent.isNone { return found }
    return found || (absent && mask(try addresses(.destinationAddress)) { !$0.isUnspecified && $0.isV4 == wanted })
  }

  private func either(
    _ columns: [FlowColumn], _ body: (FlowColumn) throws(ParquetReadError) -> RowMask
  ) throws(ParquetReadError) -> RowMask {
    var mask = RowMask.none
    for column in columns { mask = mask || (try body(column)) }
    return mask
  }

  private func rows(_ column: FlowColumn, _ comparison: Comparison) throws(ParquetReadError) -> RowMask {
    if column.kind != .counter, let bounds = bounds(column), !comparison.canHold(in: bounds) { return .none }
    let values = try numbers(column)
    if column.isZeroAbsent { return mask(values) { $0 != 0 && comparison.holds($0) } }
    // Dispatches once instead of per row.
    switch comparison {
    case .equal(let wanted): return mask(values) { $0 == wanted }
    case .less(let bound): return mask(values) { $0 < bound }
    case .greater(let bound): return mask(values) { $0 > bound }
    case .atMost(let bound): return mask(values) { $0 <= bound }
    case .atLeast(let bound): return mask(values) { $0 >= bound }
    case .oneOf: return mask(values) { comparison.holds($0) }
    }
  }

  /// Returns the rows whose number matches; dictionary entries are tested once each.
  @inline(__always)
  private func mask(_ values: IntegerColumn, _ passes: (UInt64) -> Bool) -> RowMask {
    switch values {
    case .constant(let value): return passes(value) ? .all : .none
    case .dictionary(let entries, let indices): return spread(entries.map { passes($0) ? 1 : 0 }, indices)
    case .narrow(let numbers):
      var flags = [UInt8](repeating: 0, count: numbers.count)
      var target = flags.mutableSpan
      for row in 0..<numbers.count { target[row] = passes(UInt64(numbers[row])) ? 1 : 0 }
      return .some(flags)
    case .wide(let numbers): return .some(numbers.map { passes($0) ? 1 : 0 })
    }
  }

  private func mask(_ values: AddressColumn, _ passes: (IPAddress) -> Bool) -> RowMask {
    guard let indices = values.indices else { return passes(values.entries[0]) ? .all : .none }
    return spread(values.entries.map { passes($0) ? 1 : 0 }, indices)
  }

  private func mask(_ values: StringColumn, _ passes: (Int) -> Bool) -> RowMask {
    switch values.rows {
    case .constant(let entry): return entry.map(passes) ?? false ? .all : .none
    case .indices(let indices): return spread((0..<values.entryCount).map { passes($0) ? 1 : 0 } + [0], indices)
    }
  }

  /// Returns the flag of each row's entry; 0 for rows that are not needed any more, if few are.
  private func spread(_ entries: [UInt8], _ indices: [UInt32]) -> RowMask {
    var sum = 0
    for flag in entries { sum &+= Int(flag) }
    if sum == 0 { return .none }
    if sum == entries.count { return .all }
    var flags = [UInt8](repeating: 0, count: indices.count)
    var target = flags.mutableSpan
    let source = entries.span
    if let neededRows {
      for row in neededRows { target[Int(row)] = source[Int(indices[Int(row)])] }
    } else {
      for row in 0..<indices.count { target[row] = source[Int(indices[row])] }
    }
    return .some(flags)
  }

  /// Returns the rows whose flow overlaps a window.
  func rows(in window: TimeWindow) throws(ParquetReadError) -> RowMask {
    if let times = file.times(group) {
      if !window.overlaps(start: times.lowerBound, end: times.upperBound) { return .none }
      if window.includes(times) { return .all }
    }
    let (starts, ends) = (try integers(.timeStart), try integers(.timeEnd))
    return RowMask.some(
      (0..<rowCount).map { row in
        window.overlaps(start: Int64(bitPattern: starts[row]), end: Int64(bitPattern: ends[row])) ? 1 : 0
      }
    ).simplified
  }
}

extension FlowFilter {
  /// Conjoined conditions, cheapest first.
  fileprivate var conditions: [FlowFilter] {
    guard case .all(let conditions) = self else { return [self] }
    return conditions.sorted { $0.cost < $1.cost }
  }

  /// Approximate cost: constants and small dictionaries, then addresses, then numbers in every row.
  fileprivate var cost: Int {
    switch self {
    case .any: 0
    case .not(let inner): inner.cost
    case .all(let conditions), .some(let conditions): conditions.reduce(0) { $0 + $1.cost }
    case .test(let test):
      switch test {
      case .collector: 0
      case .tcpFlags, .mac, .text, .mpls: 2
      case .number(let columns, _):
        columns.contains { $0.isVaried || $0.kind == .counter } ? 4 * columns.count : 1
      case .isIPv4: 3
      case .address(let columns, _): 5 * columns.count
      case .rate: 20
      }
    }
  }
}

import FlowModel

extension FlowColumn {
  /// The column's type in a ClickHouse table.
  package var tableColumn: TableColumn {
    let standard: TableColumn.Expression? = absentNumber == 0 ? nil : .defaultValue(String(absentNumber))
    return TableColumn(name, tableType, codec: tableCodec, standard)
  }

  fileprivate var tableType: String {
    switch kind {
    case .time: "DateTime64(3, 'UTC')"
    case .counter: isNullable ? "Nullable(UInt64)" : "UInt64"
    case .number(let width): "UInt\(width.rawValue)"
    case .address: isNullable ? "Nullable(IPv6)" : "IPv6"
    case .mac, .text: isNullable ? "LowCardinality(Nullable(String))" : "LowCardinality(String)"
    case .json: isNullable ? "Nullable(String)" : "String"
    }
  }

  private var tableCodec: String? {
    switch kind {
    case .time, .counter: "T64, ZSTD(1)"
    case .number, .address, .json: "ZSTD(1)"
    // Stored as numbers of a dictionary.
    case .mac, .text: nil
    }
  }

  /// The column as part of a rollup's key, where absence becomes the empty value, because a key may not be null.
  package var rollupKey: (column: TableColumn, expression: String) {
    let source = "\(Rollup.source).\(name)"
    guard isNullable else { return (TableColumn(name, tableType, codec: rollupCodec), source) }
    switch kind {
    case .address: return (TableColumn(name, "IPv6", codec: rollupCodec), "ifNull(\(source), toIPv6('::'))")
    case .mac, .text, .json: return (TableColumn(name, "LowCardinality(String)"), "ifNull(\(source), '')")
    case .counter: return (TableColumn(name, "UInt64", codec: rollupCodec), "ifNull(\(source), 0)")
    case .time, .number: return (TableColumn(name, tableType, codec: rollupCodec), "ifNull(\(source), 0)")
    }
  }

  private var rollupCodec: String? { tableCodec == nil ? nil : "ZSTD(1)" }
}

extension [FlowColumn] {
  /// Computed columns: counters with sampling applied, and networks of source and destination.
  package var aliases: [TableColumn] {
    let sides = filter { $0.end?.property == .address }
    return sides.compactMap(network) + filter { $0.kind == .counter }.map(Self.estimate)
  }

  private static func estimate(_ counter: FlowColumn) -> TableColumn {
    TableColumn(
      "\(counter.name)_est", counter.tableType, .alias("\(counter.name) * greatest(\(FlowColumn.samplingRate.name), 1)")
    )
  }

  /// `src_net` from `src_addr` and `src_mask`. IPv4 addresses are `::ffff:…` in a column of type IPv6.
  private func network(of address: FlowColumn) -> TableColumn? {
    guard let end = address.end,
      let mask = first(where: { $0.end?.side == end.side && $0.end?.property == .mask })
    else { return nil }
    let (addr, bits) = (address.name, mask.name)
    let v4 = "toString(toIPv4(tupleElement(IPv6CIDRToRange(\(addr), toUInt8(96 + least(\(bits), 32))), 1)))"
    let v6 = "toString(tupleElement(IPv6CIDRToRange(\(addr), toUInt8(least(\(bits), 128))), 1))"
    let name = addr.hasSuffix("_addr") ? "\(addr.dropLast(5))_net" : "\(addr)_net"
    return TableColumn(
      name, "String",
      .alias("concat(if(startsWith(toString(\(addr)), '::ffff:'), \(v4), \(v6)), '/', toString(\(bits)))"))
  }
}

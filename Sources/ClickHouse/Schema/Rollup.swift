package import FlowModel

/// Sums of flows by a few columns, maintained by a materialized view. Few columns reduce the most: with many, there are
/// nearly as many rows as flows.
public struct Rollup: Hashable, Sendable {
  /// Time resolution.
  package enum Step: String, Sendable {
    case minute = "toStartOfMinute"
    case fiveMinutes = "toStartOfFiveMinutes"
    case hour = "toStartOfHour"
  }

  package enum Key: Hashable, Sendable {
    case column(FlowColumn)
    /// The port that identifies the service of a flow.
    case servicePort
  }

  /// Name used in options.
  public let name: String
  /// Appended to the name of the flow table.
  package let suffix: String
  package let step: Step
  package let keys: [Key]
  /// Columns whose distinct values may be counted.
  package let distinct: [FlowColumn]

  /// All rollups.
  public static let all: [Rollup] = [
    Rollup(
      name: "if", suffix: "1m_if", step: .minute,
      keys: [
        .column(.exporterAddress), .column(.ingressInterface), .column(.egressInterface), .column(.protocolIdentifier),
        .column(.direction), .column(.samplingRate),
      ], distinct: []),
    Rollup(
      name: "svc", suffix: "1m_svc", step: .minute,
      keys: [
        .column(.exporterAddress), .column(.protocolIdentifier), .servicePort, .column(.direction),
        .column(.samplingRate),
      ], distinct: []),
    Rollup(
      name: "as", suffix: "5m_as", step: .fiveMinutes,
      keys: [.column(.exporterAddress), .column(.sourceAS), .column(.destinationAS), .column(.samplingRate)],
      distinct: [.sourceAddress, .destinationAddress]),
    Rollup(
      name: "src", suffix: "1h_src", step: .hour, keys: [.column(.sourceAddress), .column(.samplingRate)], distinct: []),
  ]

  /// Alias of the flow table in the view, so that no result name hides a column.
  package static let source = "f"
  package static let time = TableColumn("time", "DateTime('UTC')", codec: "DoubleDelta, ZSTD(1)")

  package var keyColumns: [(column: TableColumn, expression: String)] {
    keys.map { key in
      switch key {
      case .column(let column): column.rollupKey
      case .servicePort: (TableColumn("service_port", "UInt16", codec: "ZSTD(1)"), Self.servicePort)
      }
    }
  }

  /// Sums of the counters that every flow has, and of the records.
  package func sums(_ columns: [FlowColumn]) -> [(column: TableColumn, expression: String)] {
    let summed = columns.filter { $0.kind == .counter && !$0.isNullable || $0 == .records }
    return summed.map {
      (
        TableColumn($0.name, "SimpleAggregateFunction(sum, UInt64)", codec: "ZSTD(1)"),
        "sum(\(Self.source).\($0.name))"
      )
    }
  }

  /// Aggregation states of distinct counts.
  package var states: [(column: TableColumn, expression: String)] {
    distinct.map { column in
      let name = column.name.hasSuffix("_addr") ? "\(column.name.dropLast(5))_hosts" : "\(column.name)_values"
      return (
        TableColumn(name, "AggregateFunction(uniqCombined64(14), \(column.tableColumn.type))", codec: "ZSTD(1)"),
        "uniqCombined64State(14)(\(Self.source).\(column.name))"
      )
    }
  }

  /// The lower port if it is below 1024, else the one that has a name, else 0.
  private static let servicePort: String = {
    let (from, to) = ("\(source).\(FlowColumn.sourcePort.name)", "\(source).\(FlowColumn.destinationPort.name)")
    let lower = "least(\(from), \(to))"
    let known = "(\(ServiceName.ports.filter { $0 >= 1024 }.map(String.init).joined(separator: ", ")))"
    return "multiIf(\(lower) < 1024, \(lower), \(to) IN \(known), \(to), \(from) IN \(known), \(from), 0)"
  }()
}

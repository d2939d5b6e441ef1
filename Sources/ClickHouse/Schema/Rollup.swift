package import FlowModel

/// Sums of flows by few columns, kept by a materialized view as flows arrive. Narrow ones reduce most: a wide one has nearly as many rows as
/// there are flows.
public struct Rollup: Hashable, Sendable {
  /// What times are cut to.
  package enum Step: String, Sendable {
    case minute = "toStartOfMinute"
    case fiveMinutes = "toStartOfFiveMinutes"
    case hour = "toStartOfHour"
  }

  package enum Key: Hashable, Sendable {
    case column(FlowColumn)
    /// The port that says which service a flow is of.
    case servicePort
  }

  /// How options name it.
  public let name: String
  /// Behind the name of the table of flows.
  package let suffix: String
  package let step: Step
  package let keys: [Key]
  /// Columns of which the number of different values may be kept.
  package let distinct: [FlowColumn]

  /// Those that there are.
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

  /// What the view calls the table of flows: with it, no name of a result hides one of a column.
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

  /// States of how many different values there were.
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

public import NetworkBytes

/// Combines three prefix tables, so that one search replaces three.
///
/// Its intervals are those of all three, split wherever one of them begins: at most the sum, usually far fewer, because
/// databases of the same networks share boundaries.
public struct JoinedTable: Sendable {
  /// The values of the three tables; 0 for none.
  public struct Values: Sendable, Equatable {
    public var first: UInt32 = 0
    public var second: UInt32 = 0
    public var third: UInt32 = 0
  }

  private let table: AddressTable<Values>

  public init(_ first: PrefixTable, _ second: PrefixTable, _ third: PrefixTable) {
    let tables = [first.table, second.table, third.table]
    var v4: [Interval<UInt32, Values>] = []
    Self.join(tables.map { $0.v4.makeIterator() }) { v4.append(Interval(start: $0, value: $1)) }
    var v6 = WideTable<Values>.Builder()
    Self.join(tables.map { $0.v6.makeIterator() }) { v6.append($0, $1) }
    table = AddressTable(v4: IntervalTable(v4), v6: v6.table())
  }

  /// Merges the intervals of three tables.
  private static func join<Key: FixedWidthInteger, Cursor: IteratorProtocol>(
    _ tables: [Cursor], _ take: (Key, Values) -> Void
  ) where Cursor.Element == Interval<Key, UInt32> {
    var cursors = tables
    var nexts = cursors.indices.map { cursors[$0].next() }
    var values = Values()
    var last: Values?
    while let key = nexts.lazy.compactMap({ $0?.start }).min() {
      for index in nexts.indices {
        guard let next = nexts[index], next.start == key else { continue }
        switch index {
        case 0: values.first = next.value
        case 1: values.second = next.value
        default: values.third = next.value
        }
        nexts[index] = cursors[index].next()
      }
      if values != last { take(key, values) }
      last = values
    }
  }

  public subscript(address: IPAddress) -> Values { table[address] }

  /// Returns the values of many addresses.
  public func values(of addresses: Span<IPAddress>) -> [Values] { table.values(of: addresses) }

  /// Octets of memory.
  public var memory: Int { table.memory }
  /// Number of merged intervals.
  package var intervals: Int { table.v4.count + table.v6.count }
}

extension JoinedTable.Values: GroupableValue {
  static var none: Self { Self() }
  init(group: UInt32) { first = UInt32.groupBit | group }
  @inline(__always)
  var group: UInt32? { first.group }
}

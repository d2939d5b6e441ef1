import NetworkBytes

/// Maps addresses of both families to values.
struct AddressTable<Value: GroupableValue>: Sendable {
  let v4: IntervalTable<UInt32, Value>
  let v6: WideTable<Value>

  /// Number of searches that wait for memory in parallel.
  private static var groupSize: Int { 64 }

  /// Returns the value of an address.
  @inline(__always)
  subscript(address: IPAddress) -> Value {
    if address.isV4 {
      let key = address.v4
      return v4.value(of: key, in: v4.halved(v4.range(of: key), by: key))
    }
    let key = address.high
    return v6.value(of: key, address.low, in: v6.halved(v6.range(of: key), by: key))
  }

  /// Returns the values of many addresses. Each step of the search runs for a whole group, so that memory latencies
  /// overlap.
  @inline(__always)
  func values(of addresses: Span<IPAddress>) -> [Value] {
    var values = [Value](repeating: .none, count: addresses.count)
    var found = values.mutableSpan
    var order = InlineArray<64, Int>(repeating: 0)
    var ranges = InlineArray<64, PlaceRange>(repeating: PlaceRange())
    for begin in stride(from: 0, to: addresses.count, by: Self.groupSize) {
      let count = min(Self.groupSize, addresses.count &- begin)
      let split = Self.divide(addresses, begin..<begin &+ count, &order)
      for place in 0..<split { ranges[place] = v4.range(of: addresses[order[place]].v4) }
      for place in split..<count { ranges[place] = v6.range(of: addresses[order[place]].high) }
      for place in 0..<split { ranges[place] = v4.halved(ranges[place], by: addresses[order[place]].v4) }
      for place in split..<count { ranges[place] = v6.halved(ranges[place], by: addresses[order[place]].high) }
      for place in 0..<split {
        found[order[place]] = v4.value(of: addresses[order[place]].v4, in: ranges[place])
      }
      for place in split..<count {
        let address = addresses[order[place]]
        found[order[place]] = v6.value(of: address.high, address.low, in: ranges[place])
      }
    }
    return values
  }

  /// Orders the addresses of a group by family, to keep branches on the family out of the search: IPv4 from the front,
  /// IPv6 from the back.
  ///
  /// - Returns: the number of IPv4 addresses.
  @inline(__always)
  private static func divide(
    _ addresses: Span<IPAddress>, _ group: Range<Int>, _ order: inout InlineArray<64, Int>
  ) -> Int {
    var (front, back) = (0, group.count &- 1)
    for index in group {
      // Written to both places; the next address overwrites one of them.
      (order[front], order[back]) = (index, index)
      let isV4 = addresses[index].isV4
      front &+= isV4 ? 1 : 0
      back &-= isV4 ? 0 : 1
    }
    return front
  }

  /// Octets of memory.
  var memory: Int { v4.memory + v6.memory }
}

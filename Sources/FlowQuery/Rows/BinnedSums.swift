import FlowModel
import NetworkBytes

/// Sums of flows per time bin, in one or more columns.
struct BinnedSums: Sendable {
  private(set) var bins: BinNumbers
  /// Columns of each bin.
  let columnCount: Int
  private let rule: BinRule
  /// The columns of a bin are adjacent; bins are in the order of their numbers.
  private var sums: [FlowSums] = []

  init(_ bins: TimeBins, _ rule: BinRule, columns: Int) {
    self.bins = BinNumbers(bins)
    self.rule = rule
    columnCount = columns
  }

  /// Adds a flow to a column.
  ///
  /// - Parameters:
  ///   - window: excludes what is outside; nil for none.
  ///   - sums: one flow with its counters; reduced to the portion inside the window.
  /// - Returns: whether there was room for its bins.
  mutating func add(
    start: UnixMilliseconds, end: UnixMilliseconds, _ flow: inout FlowSums, to column: Int, window: Range<Int64>?
  ) -> Bool {
    let span = FlowSpan(start: start, end: end)
    let first = window.map { max(span.start, $0.lowerBound) } ?? span.start
    let behind = window.map { min(span.end, $0.upperBound) } ?? span.end
    if rule == .spread {
      let number = number(at: first)
      if behind > bins.ends[number] { return spread(span, first..<behind, from: number, &flow, column) }
      leave(first..<behind, of: span, in: &flow)
      sums[number &* columnCount &+ column] += flow
    } else {
      leave(first..<behind, of: span, in: &flow)
      sums[number(at: rule == .start ? first : max(first, behind - 1)) &* columnCount &+ column] += flow
    }
    return bins.count <= Scan.maximumBins
  }

  /// Reduces counters to a part of the flow's span.
  private func leave(_ part: Range<Int64>, of span: FlowSpan, in flow: inout FlowSums) {
    if part.lowerBound == span.start, part.upperBound == span.end { return }
    flow.octets = span.share(of: flow.octets, in: part)
    flow.packets = span.share(of: flow.packets, in: part)
  }

  /// Adds a flow that covers several bins, beginning with `number`.
  private mutating func spread(
    _ span: FlowSpan, _ part: Range<Int64>, from number: Int, _ flow: inout FlowSums, _ column: Int
  ) -> Bool {
    guard (part.upperBound - part.lowerBound) / bins.width < Int64(Scan.maximumBins) else { return false }
    var number = number
    var time = part.lowerBound
    var octets = FlowPortions(flow.octets, span, from: span.elapsed(at: time))
    var packets = FlowPortions(flow.packets, span, from: span.elapsed(at: time))
    flow.octets = 0
    flow.packets = 0
    while true {
      let next = min(bins.ends[number], part.upperBound)
      let length = UInt64(next - time)
      let share = FlowSums(
        flows: time == part.lowerBound ? 1 : 0, packets: packets.next(length), octets: octets.next(length))
      sums[number &* columnCount &+ column] += share
      flow.octets &+= share.octets
      flow.packets &+= share.packets
      if next >= part.upperBound { break }
      time = next
      number = bins.number(behind: number)
      makeRoom()
    }
    return bins.count <= Scan.maximumBins
  }

  private mutating func number(at time: UnixMilliseconds) -> Int {
    let number = bins.number(at: time)
    makeRoom()
    return number
  }

  /// Allocates sums for every known bin.
  @inline(__always)
  private mutating func makeRoom() {
    let missing = bins.count &* columnCount &- sums.count
    if missing > 0 { sums.append(contentsOf: repeatElement(FlowSums(), count: missing)) }
  }

  /// Adds another series with as many columns.
  ///
  /// - Returns: whether there was room for its bins.
  mutating func merge(_ other: BinnedSums) -> Bool {
    for (place, start) in other.bins.starts.enumerated() {
      let number = number(at: start)
      for column in 0..<columnCount {
        sums[number &* columnCount &+ column] += other.sums[place &* columnCount &+ column]
      }
      if bins.count > Scan.maximumBins { return false }
    }
    return true
  }

  /// Returns the bins in order, with the sums of their columns.
  mutating func ordered(
    covering span: Range<UnixMilliseconds>?
  ) -> [(start: UnixMilliseconds, end: UnixMilliseconds, sums: ArraySlice<FlowSums>)] {
    let order = bins.ordered(covering: span, limit: Scan.maximumBins)
    makeRoom()
    return order.map { number in
      (bins.starts[number], bins.ends[number], sums[(number * columnCount)..<((number + 1) * columnCount)])
    }
  }
}

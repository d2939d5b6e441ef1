import NetworkBytes

/// Assigns numbers to time bins in order of first use.
///
/// Times far apart, as from exporters with wrong clocks, cost no more than others: bins in between do not exist. Times
/// near the last one, and steps to the next bin, need no search.
struct BinNumbers: Sendable {
  private var bins: TimeBins
  /// Milliseconds since 1970 UTC.
  private(set) var starts: [UnixMilliseconds] = []
  private(set) var ends: [UnixMilliseconds] = []
  /// Number of the next bin of each; negative if not determined yet.
  private var links: [Int] = []
  private var numbers: [UnixMilliseconds: Int] = [:]
  private var last = 0

  init(_ bins: TimeBins) {
    self.bins = bins
  }

  var count: Int { starts.count }
  /// Milliseconds.
  var width: Int64 { bins.width }

  /// Returns the bin of a time.
  mutating func number(at time: UnixMilliseconds) -> Int {
    if last < count, time >= starts[last] {
      if time < ends[last] { return last }
      let next = links[last]
      if next >= 0, time < ends[next] {
        last = next
        return next
      }
    }
    last = number(from: bins.start(of: time))
    return last
  }

  /// Returns the next bin.
  mutating func number(behind number: Int) -> Int {
    if links[number] < 0 { links[number] = self.number(from: ends[number]) }
    return links[number]
  }

  /// Returns the bin that begins at a time.
  private mutating func number(from start: UnixMilliseconds) -> Int {
    if let known = numbers[start] { return known }
    let number = count
    numbers[start] = number
    starts.append(start)
    ends.append(bins.next(after: start))
    links.append(-1)
    return number
  }

  /// Returns the bins used and those that a span touches, in order, including those in between unless there are more
  /// than `limit`.
  mutating func ordered(covering span: Range<UnixMilliseconds>?, limit: Int) -> [Int] {
    var first = starts.min()
    var last = starts.max()
    if let span, !span.isEmpty {
      first = min(first ?? .max, bins.start(of: span.lowerBound))
      last = max(last ?? .min, bins.start(of: span.upperBound - 1))
    }
    guard let first, let last else { return [] }
    // Distant times would otherwise cause an unbounded number of empty bins.
    guard (last - first) / width < Int64(limit) else { return starts.indices.sorted { starts[$0] < starts[$1] } }
    var order: [Int] = []
    var start = first
    while start <= last {
      let number = number(from: start)
      order.append(number)
      start = ends[number]
    }
    return order
  }
}

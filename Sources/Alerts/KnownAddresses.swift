public import NetworkBytes

/// Addresses that were seen, and since when, as far back as a rule remembers. Times are milliseconds since 1970 UTC.
public struct KnownAddresses: Sendable {
  private struct Span: Sendable {
    /// When it was new.
    var first: Int64
    var last: Int64
  }

  private var spans: [IPAddress: Span] = [:]
  private let memory: Int64
  /// Addresses at most; with more it cannot be said which are new.
  public static let maximumCount = 2_000_000

  /// - Parameter memory: an address is new if it was not seen for this long, milliseconds.
  public init(memory: Int64) { self.memory = memory }

  public var count: Int { spans.count }
  /// Whether there were more addresses than are remembered.
  public private(set) var isFull = false

  /// Notes addresses that were seen in a window.
  ///
  /// - Returns: how many of them were new at its start or became so in it; nil if too many are known to say.
  @discardableResult
  public mutating func note(_ addresses: [IPAddress], in window: Range<Int64>) -> Int? {
    var new = 0
    let end = window.upperBound
    for address in addresses {
      var span = spans[address] ?? Span(first: end, last: end)
      if span.last < window.lowerBound - memory { span.first = end }
      span.last = max(span.last, end)
      if spans[address] == nil, spans.count >= Self.maximumCount {
        isFull = true
        continue
      }
      spans[address] = span
      if span.first > window.lowerBound { new += 1 }
    }
    return isFull ? nil : new
  }

  /// Takes in addresses that were seen some time ago: they are not new.
  public mutating func learn(_ addresses: [IPAddress], in window: Range<Int64>) {
    for address in addresses {
      var span = spans[address] ?? Span(first: window.lowerBound, last: window.upperBound)
      span.first = min(span.first, window.lowerBound)
      span.last = max(span.last, window.upperBound)
      if spans[address] == nil, spans.count >= Self.maximumCount { isFull = true } else { spans[address] = span }
    }
  }

  /// Forgets addresses that were not seen for so long that they are new again.
  public mutating func expire(at now: Int64) {
    spans = spans.filter { $0.value.last >= now - memory - Self.grace }
    if spans.count < Self.maximumCount { isFull = false }
  }

  /// Windows end before now, and the longest one is a day.
  private static let grace: Int64 = 86_400_000
}

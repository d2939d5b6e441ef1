public import NetworkBytes

/// Addresses seen within a rule's memory, and since when. Times are milliseconds since 1970 UTC.
public struct KnownAddresses: Sendable {
  private struct Span: Sendable {
    /// When the address was new.
    var first: Int64
    var last: Int64
  }

  private var spans: [IPAddress: Span] = [:]
  private let memory: Int64
  /// Maximum number of addresses; beyond it, new ones cannot be detected.
  public static let maximumCount = 2_000_000

  /// - Parameter memory: an address is new if it was not seen for this long, milliseconds.
  public init(memory: Int64) { self.memory = memory }

  public var count: Int { spans.count }
  /// Whether the maximum was exceeded.
  public private(set) var isFull = false

  /// Records the addresses seen in a window.
  ///
  /// - Returns: the number of addresses first seen in the window; nil if the table is full.
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

  /// Adds addresses seen earlier, which are therefore not new.
  public mutating func learn(_ addresses: [IPAddress], in window: Range<Int64>) {
    for address in addresses {
      var span = spans[address] ?? Span(first: window.lowerBound, last: window.upperBound)
      span.first = min(span.first, window.lowerBound)
      span.last = max(span.last, window.upperBound)
      if spans[address] == nil, spans.count >= Self.maximumCount { isFull = true } else { spans[address] = span }
    }
  }

  /// Removes addresses not seen for so long that they count as new again.
  public mutating func expire(at now: Int64) {
    spans = spans.filter { $0.value.last >= now - memory - Self.grace }
    if spans.count < Self.maximumCount { isFull = false }
  }

  /// Windows end before now and last at most a day.
  private static let grace: Int64 = 86_400_000
}

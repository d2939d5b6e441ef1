import FlowModel

/// The time span of a flow, over which its octets and packets are spread evenly.
///
/// Half-open, from the first packet to the last, or one millisecond if both have the same time. The amount before a
/// moment is rounded down, and that between two moments is the difference, so that adjacent parts always add up to the
/// whole.
struct FlowSpan {
  /// Milliseconds since 1970 UTC.
  let start: Int64
  /// Milliseconds, at least 1 and less than 2^49, because times are within the years 1 to 9999.
  let length: UInt64

  init(start: Int64, end: Int64) {
    self.start = start.storable
    length = UInt64(max(1, end.storable - self.start))
  }

  var end: Int64 { start + Int64(length) }

  /// Returns how much of it has elapsed at a moment: 0 to `length`.
  func elapsed(at time: Int64) -> UInt64 {
    time <= start ? 0 : min(UInt64(bitPattern: time &- start), length)
  }

  /// Returns the part of a counter between two elapsed times.
  func share(of value: UInt64, _ from: UInt64, _ to: UInt64) -> UInt64 {
    cumulative(value, to) - cumulative(value, from)
  }

  /// Returns the part of a counter inside a window.
  func share(of value: UInt64, in window: Range<Int64>) -> UInt64 {
    share(of: value, elapsed(at: window.lowerBound), elapsed(at: window.upperBound))
  }

  private func cumulative(_ value: UInt64, _ elapsed: UInt64) -> UInt64 {
    elapsed == length ? value : value.portion(elapsed, of: length).quotient
  }
}

/// Returns the parts of a counter for consecutive parts of a flow's span: equal to `FlowSpan.share`, but without a
/// division if a part is as long as the previous one.
struct FlowPortions {
  private let value: UInt64
  private let length: UInt64
  /// Remainder of `value × elapsed / length`.
  private var remainder: UInt64
  private var step: (length: UInt64, quotient: UInt64, remainder: UInt64) = (0, 0, 0)

  /// - Parameter elapsed: start of the first part within the span.
  init(_ value: UInt64, _ span: FlowSpan, from elapsed: UInt64) {
    self.value = value
    length = span.length
    remainder = elapsed == 0 || elapsed == span.length ? 0 : value.portion(elapsed, of: span.length).remainder
  }

  /// Returns the share of the next part.
  mutating func next(_ milliseconds: UInt64) -> UInt64 {
    if milliseconds != step.length {
      let whole = milliseconds == length
      let (quotient, remainder) = whole ? (value, 0) : value.portion(milliseconds, of: length)
      step = (milliseconds, quotient, remainder)
    }
    // Both are less than `length`, which is far below 2^63.
    remainder &+= step.remainder
    if remainder < length { return step.quotient }
    remainder &-= length
    return step.quotient &+ 1
  }
}

extension UInt64 {
  /// Returns `self × part / length` for `part` less than `length`.
  fileprivate func portion(_ part: UInt64, of length: UInt64) -> (quotient: UInt64, remainder: UInt64) {
    let product = multipliedFullWidth(by: part)
    if product.high == 0 { return product.low.quotientAndRemainder(dividingBy: length) }
    return length.dividingFullWidth(product)
  }
}

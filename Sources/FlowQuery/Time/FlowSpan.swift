import FlowModel

/// The time that a flow covers, over which its octets and packets are spread evenly.
///
/// It is half-open, from the first packet to the last one, and a millisecond if both came in one. What is before a moment is rounded
/// down to a whole number, and what is between two moments is the difference: parts that follow one another always add up to
/// the whole.
struct FlowSpan {
  /// Milliseconds since 1970 UTC.
  let start: Int64
  /// Milliseconds, at least 1 and, since times are within the years 1 to 9999, less than 2^49.
  let length: UInt64

  init(start: Int64, end: Int64) {
    self.start = start.storable
    length = UInt64(max(1, end.storable - self.start))
  }

  var end: Int64 { start + Int64(length) }

  /// How much of it is before a moment: 0 to `length`.
  func elapsed(at time: Int64) -> UInt64 {
    time <= start ? 0 : min(UInt64(bitPattern: time &- start), length)
  }

  /// What of a counter's value falls into a part of it, from `elapsed` to `elapsed`.
  func share(of value: UInt64, _ from: UInt64, _ to: UInt64) -> UInt64 {
    cumulative(value, to) - cumulative(value, from)
  }

  /// What of a counter's value falls into a window.
  func share(of value: UInt64, in window: Range<Int64>) -> UInt64 {
    share(of: value, elapsed(at: window.lowerBound), elapsed(at: window.upperBound))
  }

  private func cumulative(_ value: UInt64, _ elapsed: UInt64) -> UInt64 {
    elapsed == length ? value : value.portion(elapsed, of: length).quotient
  }
}

/// What of a counter falls into each of several parts of a flow's span that follow one another: the same as `FlowSpan.share`,
/// without a division where a part is as long as the one before it.
struct FlowPortions {
  private let value: UInt64
  private let length: UInt64
  /// Of `value × elapsed / length`.
  private var remainder: UInt64
  private var step: (length: UInt64, quotient: UInt64, remainder: UInt64) = (0, 0, 0)

  /// - Parameter elapsed: where in the span the first part begins.
  init(_ value: UInt64, _ span: FlowSpan, from elapsed: UInt64) {
    self.value = value
    length = span.length
    remainder = elapsed == 0 || elapsed == span.length ? 0 : value.portion(elapsed, of: span.length).remainder
  }

  /// The share of the next part.
  mutating func next(_ milliseconds: UInt64) -> UInt64 {
    if milliseconds != step.length {
      let whole = milliseconds == length
      let (quotient, remainder) = whole ? (value, 0) : value.portion(milliseconds, of: length)
      step = (milliseconds, quotient, remainder)
    }
    // Both are below `length`, which is far below 2^63.
    remainder &+= step.remainder
    if remainder < length { return step.quotient }
    remainder &-= length
    return step.quotient &+ 1
  }
}

extension UInt64 {
  /// `self × part / length` for a part that is less than the length.
  fileprivate func portion(_ part: UInt64, of length: UInt64) -> (quotient: UInt64, remainder: UInt64) {
    let product = multipliedFullWidth(by: part)
    if product.high == 0 { return product.low.quotientAndRemainder(dividingBy: length) }
    return length.dividingFullWidth(product)
  }
}

/// A small deterministic random number generator (SplitMix64: Steele, Lea, Flood 2014).
///
/// For synthetic traffic and tests, which need the same numbers on any machine; not for secrets.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return Self.mixed(state)
  }

  /// Returns a fixed scramble of `value`, which assigns a number to each rank.
  static func mixed(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ mixed &>> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed &>> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed &>> 31
  }

  /// Returns a number in 0..<`bound`, `bound` at least 1; biased by less than `bound` / 2^64.
  mutating func below(_ bound: UInt64) -> UInt64 { next().multipliedFullWidth(by: bound).high }

  /// Returns a number above 0 and at most 1.
  mutating func fraction() -> Double { Double((next() &>> 11) &+ 1) * 0x1p-53 }

  /// Returns true with the given probability.
  mutating func chance(_ probability: Double) -> Bool { fraction() <= probability }
}

import Foundation

/// Random numbers determined by a seed (SplitMix64: Steele, Lea, Flood 2014): the same on every machine.
///
/// Duplicated from `TrafficGenerator`, so that tests of lower modules do not depend on it.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  public mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  public mutating func octets(_ count: Int) -> Octets {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 24) }
  }
}

/// Returns a run's random seed: the environment variable's value, or a new one. It is printed, and every property
/// includes it in failures.
public func runSeed(_ variable: String) -> UInt64 {
  let given = ProcessInfo.processInfo.environment[variable].flatMap { UInt64($0) }
  let seed = given ?? UInt64.random(in: 0...UInt64(UInt32.max))
  print("\(variable)=\(seed)")
  return seed
}

import Foundation

/// The run's random seed: `PARQUET_TEST_SEED`, else a new one. Every property names it when it fails.
let seed: UInt64 = {
  let given = ProcessInfo.processInfo.environment["PARQUET_TEST_SEED"].flatMap { UInt64($0) }
  let seed = given ?? UInt64.random(in: 0...UInt64(UInt32.max))
  print("ParquetTests: PARQUET_TEST_SEED=\(seed)")
  return seed
}()

/// SplitMix64: small, and the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

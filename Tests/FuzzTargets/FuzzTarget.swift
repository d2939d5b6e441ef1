// FuzzTargets: what takes octets of others, each as a function over octets that says what must hold whatever they are. libFuzzer
// runs them (`make fuzz`), and so do seeded tests.

/// One reader of untrusted octets.
package struct FuzzTarget: Sendable {
  package let name: String
  /// Inputs to start from, of fixtures and of what the package itself writes.
  package let seeds: @Sendable () -> [[UInt8]]
  /// Longest input that is tried: octets.
  package let longest: Int
  /// Takes one input. Crashes aside, what is wrong is thrown.
  package let run: @Sendable ([UInt8]) throws(FuzzViolation) -> Void

  package init(
    _ name: String, longest: Int = 4096, seeds: @escaping @Sendable () -> [[UInt8]] = { [] },
    run: @escaping @Sendable ([UInt8]) throws(FuzzViolation) -> Void
  ) {
    self.name = name
    self.longest = longest
    self.seeds = seeds
    self.run = run
  }
}

/// What does not hold of an input that it should hold of.
package struct FuzzViolation: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }

  package static func check(_ condition: Bool, _ what: @autoclosure () -> String) throws(FuzzViolation) {
    if !condition { throw FuzzViolation(what()) }
  }
}

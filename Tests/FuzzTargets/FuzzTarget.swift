// FuzzTargets: the readers of untrusted octets, each as a function with the properties that must hold for any input.
// libFuzzer runs them (`make fuzz`), and so do seeded tests.

/// One reader of untrusted octets.
package struct FuzzTarget: Sendable {
  package let name: String
  /// Seed inputs, from fixtures and from the package's own output.
  package let seeds: @Sendable () -> [[UInt8]]
  /// Maximum input length, octets.
  package let longest: Int
  /// Runs one input. Throws for violations other than crashes.
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

/// A property that does not hold for an input.
package struct FuzzViolation: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }

  package static func check(_ condition: Bool, _ what: @autoclosure () -> String) throws(FuzzViolation) {
    if !condition { throw FuzzViolation(what()) }
  }
}

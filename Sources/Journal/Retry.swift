import Foundation

/// What a start cannot do without is tried again for some seconds: a disk may be a little late, and a start that takes what it
/// cannot read for nothing loses what is there.
package enum Retry {
  private static let attempts = 5
  private static let pause: TimeInterval = 1

  package static func reading<Value: ~Copyable, Failure: Error>(
    _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    for _ in 1..<attempts {
      do throws(Failure) { return try body() } catch { Thread.sleep(forTimeInterval: pause) }
    }
    return try body()
  }
}

import Foundation

/// Retries essential operations at startup for several seconds: a disk may be late, and ignoring unreadable state would
/// lose it.
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

import Foundation

/// Retries essential operations at startup for several seconds: a disk may be late, and ignoring unreadable state would
/// lose it.
package enum Retry {
  private static let attempts = 5
  private static let pause: TimeInterval = 1

  /// - Parameter isTransient: whether an error may disappear. Damaged content stays as it is, and waiting for each of many
  ///   damaged files would delay the start by minutes.
  package static func reading<Value: ~Copyable, Failure: Error>(
    _ body: () throws(Failure) -> Value, if isTransient: (Failure) -> Bool = { _ in true }
  ) throws(Failure) -> Value {
    for _ in 1..<attempts {
      do throws(Failure) {
        return try body()
      } catch {
        guard isTransient(error) else { throw error }
        Thread.sleep(forTimeInterval: pause)
      }
    }
    return try body()
  }
}

package import NetworkBytes

import Foundation

/// How an output ships files, whatever its destination.
public struct ShipperOptions: Hashable, Sendable {
  /// The first store file that a new output ships.
  public enum Start: String, CaseIterable, Hashable, Sendable {
    /// The oldest.
    case oldest
    /// The next one that is committed.
    case now
  }

  /// Unique among the collector's outputs; also the name of its cursor.
  public var name: String
  public var start = Start.oldest
  /// Maximum number of files in transit.
  public var parallel = 2

  public init(name: String) { self.name = name }
}

/// Time and randomness, replaceable in tests.
package struct ShippingTime: Sendable {
  package var now: @Sendable () -> UnixSeconds
  /// - Throws: `CancellationError`.
  package var sleep: @Sendable (Duration) async throws -> Void
  /// At least 0 and less than 1.
  package var random: @Sendable () -> Double

  package init(
    now: @escaping @Sendable () -> UnixSeconds = { UnixSeconds(Date().timeIntervalSince1970) },
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
    random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
  ) {
    self.now = now
    self.sleep = sleep
    self.random = random
  }
}

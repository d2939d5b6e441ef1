package import NetworkBytes

import Foundation

/// How an output ships, wherever its files go.
public struct ShipperOptions: Hashable, Sendable {
  /// Which of the store's files a new output begins with.
  public enum Start: String, CaseIterable, Hashable, Sendable {
    /// The oldest.
    case oldest
    /// The next one that is committed.
    case now
  }

  /// Unique among the collector's outputs, and that of its cursor.
  public var name: String
  public var start = Start.oldest
  /// Files on their way at a time.
  public var parallel = 2

  public init(name: String) { self.name = name }
}

/// Time and chance, as tests replace them.
package struct ShippingTime: Sendable {
  package var now: @Sendable () -> UnixSeconds
  /// - Throws: `CancellationError`.
  package var sleep: @Sendable (Duration) async throws -> Void
  /// At least 0 and below 1.
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

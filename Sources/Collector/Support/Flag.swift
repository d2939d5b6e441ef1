import Synchronization

/// A yes or no that threads tell one another.
final class Flag: Sendable {
  private let word = Atomic<Bool>(false)

  var value: Bool { word.load(ordering: .acquiring) }

  /// - Returns: what it was.
  @discardableResult
  func exchange(_ new: Bool) -> Bool { word.exchange(new, ordering: .acquiringAndReleasing) }
}

import Synchronization

/// The taps of a store's writers. Thread-safe; a writer applies changes before its next rows, and checking costs one
/// load.
public final class RowTaps: Sendable {
  private let list = Mutex<[any RowTap]>([])
  private let version = Atomic<UInt64>(0)

  public init() {}

  public func add(_ tap: any RowTap) { change { $0.append(tap) } }

  public func remove(_ tap: any RowTap) { change { list in list.removeAll { $0 === tap } } }

  private func change(_ body: (inout [any RowTap]) -> Void) {
    list.withLock { list in
      body(&list)
      version.add(1, ordering: .releasing)
    }
  }

  /// Returns the taps if they have changed.
  ///
  /// - Parameter known: the version that the caller has, 0 at first; updated.
  func changed(since known: inout UInt64) -> [any RowTap]? {
    if version.load(ordering: .acquiring) == known { return nil }
    return list.withLock { list in
      known = version.load(ordering: .relaxed)
      return list
    }
  }
}

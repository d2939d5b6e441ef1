import Synchronization

/// The taps of a store's writers. Any thread may change them; a writer has the change before it takes its next rows, and asking costs it one
/// load while there is none.
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

  /// The taps, if they have changed.
  ///
  /// - Parameter known: the version that the caller has, 0 at first; then the one that is returned.
  func changed(since known: inout UInt64) -> [any RowTap]? {
    if version.load(ordering: .acquiring) == known { return nil }
    return list.withLock { list in
      known = version.load(ordering: .relaxed)
      return list
    }
  }
}

import Synchronization

/// A log of the files that a writer has recently published, for those that scan the store meanwhile. Thread-safe.
public final class PublishedFiles: Sendable {
  private struct Log {
    /// Number of files no longer in `paths`.
    var dropped = 0
    var paths: [String] = []
  }

  private let log = Mutex(Log())
  /// More than are published in a minute.
  private static let maximumCount = 1024

  public init() {}

  /// Number of files published.
  public var count: Int { log.withLock { $0.dropped + $0.paths.count } }

  /// Returns the paths after the first `count`; nil if there were too many since.
  public func since(_ count: Int) -> [String]? {
    log.withLock { $0.dropped <= count ? Array($0.paths.dropFirst(count - $0.dropped)) : nil }
  }

  package func append(_ paths: [String]) {
    if paths.isEmpty { return }
    log.withLock { log in
      log.paths += paths
      let excess = log.paths.count - Self.maximumCount
      if excess > 0 {
        log.paths.removeFirst(excess)
        log.dropped += excess
      }
    }
  }
}

import Synchronization

/// The files that a writer has published lately, in order, for who looks at the store meanwhile. Any thread may ask.
public final class PublishedFiles: Sendable {
  private struct Log {
    /// How many are no longer in `paths`.
    var dropped = 0
    var paths: [String] = []
  }

  private let log = Mutex(Log())
  /// More than are published in a minute.
  private static let maximumCount = 1024

  public init() {}

  /// How many there were so far.
  public var count: Int { log.withLock { $0.dropped + $0.paths.count } }

  /// The paths of those behind the first `count`; nil: there were too many since.
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

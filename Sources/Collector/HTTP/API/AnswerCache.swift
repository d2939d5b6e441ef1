import NIOCore
import Synchronization

/// Caches responses for a second, so that frequent requests cost no more than rare ones.
final class AnswerCache: Sendable {
  private struct Entry {
    var made: ContinuousClock.Instant
    var body: ByteBuffer
  }

  private let entries = Mutex<[String: Entry]>([:])

  /// Returns the response with this name, created by `make` if the cached one is older than a second. Concurrent
  /// callers wait.
  func answer(_ name: String, _ make: () throws -> ByteBuffer) rethrows -> ByteBuffer {
    try entries.withLock { entries in
      let now = ContinuousClock.now
      if let entry = entries[name], now - entry.made < .seconds(1) { return entry.body }
      let body = try make()
      entries[name] = Entry(made: now, body: body)
      return body
    }
  }
}

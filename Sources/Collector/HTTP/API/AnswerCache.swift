import NIOCore
import Synchronization

/// Answers that are made at most once a second, however many ask: a busy client costs no more than an idle one.
final class AnswerCache: Sendable {
  private struct Entry {
    var made: ContinuousClock.Instant
    var body: ByteBuffer
  }

  private let entries = Mutex<[String: Entry]>([:])

  /// The answer of this name, made by `make` if the last one is older than a second. Others that ask meanwhile wait.
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

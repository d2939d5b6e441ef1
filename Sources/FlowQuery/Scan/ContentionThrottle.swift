import Files
import Foundation

/// Makes a thread give way to others on a contended core, about as a low priority would, where the kernel refuses that: a
/// service's system call filter, a container's profile.
///
/// The thread sleeps eight times as long as it had to wait for its core. Besides one busy thread it takes an eighth of a
/// core; where others need less than a fifth, and while it waits for a disk, it does not sleep.
package struct ContentionThrottle: ~Copyable {
  /// What a thread has used since it began, nanoseconds.
  package struct Usage: Equatable {
    package var ran: Int64
    /// Ready to run, while its core ran other threads.
    package var waited: Int64

    package init(ran: Int64, waited: Int64) {
      self.ran = ran
      self.waited = waited
    }
  }

  /// Sleep per wait; niceness 10 has about the same effect.
  private static let factor: Int64 = 8
  /// Waits of less than one part in this of the time run are forgiven: the others then get as much as they want.
  private static let tolerance: Int64 = 4
  /// Length of a sleep, nanoseconds: shorter ones are postponed; cancellation is noticed after the longest.
  private static let pauses: ClosedRange<Int64> = 1_000_000...50_000_000

  private let usage: () -> Usage?
  private let sleep: (_ nanoseconds: Int64) -> Void
  private var last: Usage?
  /// Nanoseconds still to sleep.
  private var debt: Int64 = 0

  /// - Parameters:
  ///   - usage: of the thread until now; nil if unknown, in which case it never sleeps.
  ///   - sleep: blocks the thread.
  package init(usage: @escaping () -> Usage?, sleep: @escaping (_ nanoseconds: Int64) -> Void) {
    self.usage = usage
    self.sleep = sleep
    last = usage()
  }

  /// Sleeps as long as is due for the contention since the last call. To be called after each unit of work.
  package mutating func giveWay(unless isCancelled: () -> Bool) {
    guard let last, let now = usage() else { return }
    let (ran, waited) = (now.ran - last.ran, now.waited - last.waited)
    debt = max(0, debt + Self.factor * (waited - ran / Self.tolerance))
    while debt >= Self.pauses.lowerBound, !isCancelled() {
      let pause = min(debt, Self.pauses.upperBound)
      sleep(pause)
      debt -= pause
    }
    // Waking up may take a while on a contended core, during which nothing was taken from others.
    self.last = usage()
  }
}

extension ContentionThrottle {
  /// One that never sleeps.
  static var off: ContentionThrottle { ContentionThrottle(usage: { nil }, sleep: { _ in }) }

  /// Lowers the priority of the calling thread for its lifetime.
  ///
  /// - Returns: a throttle for this thread, which sleeps only if the kernel refuses the lower priority.
  static func lowering(to niceness: Int) -> ContentionThrottle {
    Thread.lowerPriority(to: niceness) ? .off : .ofThisThread
  }

  private static var ofThisThread: ContentionThrottle {
    // The link leads to the thread that opens it. Kernels without these figures have no file, or zeros.
    guard let file = try? Files.OpenFile("/proc/thread-self/schedstat", .reading) else { return .off }
    return ContentionThrottle(
      usage: { Usage(of: file) }, sleep: { Thread.sleep(forTimeInterval: Double($0) / 1_000_000_000) })
  }
}

extension ContentionThrottle.Usage {
  /// - Parameter file: a thread's `schedstat`, proc(5).
  fileprivate init?(of file: borrowing Files.OpenFile) {
    var octets = [UInt8](repeating: 0, count: 64)
    var span = octets.mutableSpan
    guard let count = try? file.read(at: 0, into: &span) else { return nil }
    self.init(parsing: String(decoding: octets.prefix(count), as: UTF8.self))
  }

  /// - Parameter text: nanoseconds run, nanoseconds waited, and number of time slices.
  package init?(parsing text: String) {
    let numbers = text.split(whereSeparator: \.isWhitespace).prefix(2).compactMap { Int64($0) }
    guard numbers.count == 2 else { return nil }
    self.init(ran: numbers[0], waited: numbers[1])
  }
}

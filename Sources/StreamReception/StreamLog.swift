import Logging
import NIOCore
import NetworkBytes

/// Logs problems with peers: once a minute for each address and reason, up to a limit.
struct StreamLog {
  private struct Subject: Hashable {
    var address: IPAddress
    var reason: StreamReport.Reason
  }

  private let logger: Logger
  /// When each was last logged.
  private var logged: [Subject: NIODeadline] = [:]

  private static let interval = TimeAmount.minutes(1)
  private static let maximumSubjects = 64

  init(_ logger: Logger) { self.logger = logger }

  mutating func warn(
    _ reason: StreamReport.Reason, of address: IPAddress, now: NIODeadline = .now(),
    _ message: @autoclosure () -> String
  ) {
    let subject = Subject(address: address, reason: reason)
    if let last = logged[subject], now - last < Self.interval { return }
    if logged.count >= Self.maximumSubjects {
      logged = logged.filter { now - $0.value < Self.interval }
      if logged.count >= Self.maximumSubjects { return }
    }
    logged[subject] = now
    let text = message()
    logger.warning("\(text)")
  }
}

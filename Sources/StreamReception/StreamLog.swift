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
  private var told: [Subject: NIODeadline] = [:]

  private static let interval = TimeAmount.minutes(1)
  private static let maximumSubjects = 64

  init(_ logger: Logger) { self.logger = logger }

  mutating func warn(
    _ reason: StreamReport.Reason, of address: IPAddress, now: NIODeadline = .now(),
    _ message: @autoclosure () -> String
  ) {
    let subject = Subject(address: address, reason: reason)
    if let last = told[subject], now - last < Self.interval { return }
    if told.count >= Self.maximumSubjects {
      told = told.filter { now - $0.value < Self.interval }
      if told.count >= Self.maximumSubjects { return }
    }
    told[subject] = now
    let text = message()
    logger.warning("\(text)")
  }
}
